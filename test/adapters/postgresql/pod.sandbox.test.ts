/** With the real kubectl, in the real cluster. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { kubectlArgv } from '../../../lib/adapters/database-place/argv.ts';
import { postgresDatabase } from '../../../lib/adapters/postgresql/client.ts';
import { remoteConnection } from '../../../lib/adapters/postgresql/connection.ts';
import { fingerprintDifferences } from '../../../lib/domain/database/fingerprint.ts';
import { describeLocator } from '../../../lib/domain/database/locator.ts';
import type { Locator } from '../../../lib/domain/database/locator.ts';
import { TargetError } from '../../../lib/domain/errors.ts';
import type { Database } from '../../../lib/ports/database.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { sandboxEnv } from '../../../sandbox/client.ts';
import type { Sandbox } from '../../../sandbox/client.ts';
import { pushPostgresImage } from '../../../sandbox/databases/image.ts';
import { shopSql } from '../../../sandbox/databases/shop-postgresql.ts';
import { kubeconfigThrough } from '../../../sandbox/fault-proxy/kubeconfig.ts';
import { startFaultProxy } from '../../../sandbox/fault-proxy/proxy.ts';
import { ensureTools } from '../../../sandbox/tools.ts';
import { until } from '../../sandbox-parts/running.ts';

const rows = 120_000;
const namespace = 'slipway-test-postgresql-pod';
let sandbox: Sandbox;
let path: string;
let home: string;
beforeAll(async () => {
  sandbox = sandboxEnv();
  home = await mkdtemp(join(tmpdir(), 'slipway-postgresql-pod-'));
  path = `${dirname((await ensureTools(['kubectl'])).kubectl)}:${process.env['PATH'] ?? ''}`;
  const image = await pushPostgresImage(sandbox.registry);
  await kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait');
  await kubectl('create', 'namespace', namespace);
  const overrides = { spec: { terminationGracePeriodSeconds: 1, automountServiceAccountToken: false } };
  const flags = [`--image=${image}`, '--restart=Never', `--overrides=${JSON.stringify(overrides)}`];
  await until('the pod is created', () => kubectl('run', 'pg-0', ...flags).then(Boolean, () => false));
  await until(
    'the server answers',
    () =>
      sql('postgres', 'SELECT 1').then(
        () => true,
        () => false,
      ),
    60_000,
  );
  await sql('postgres', 'CREATE DATABASE shop');
  await sql('postgres', 'CREATE DATABASE target');
  await sql('shop', shopSql({ seed: 6, rows }));
  await sql('postgres', 'CREATE DATABASE large');
  await sql(
    'large',
    `CREATE TABLE t AS SELECT repeat(md5(n::text), 30) FROM generate_series(1, 200000) AS n`,
  );
}, 600_000);
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
  await kubectl('delete', 'namespace', namespace, '--wait=false');
}, 240_000);

const kubectl = async (...args: string[]): Promise<string> =>
  (
    await promisify(execFile)(
      'kubectl',
      ['--kubeconfig', sandbox.kubeconfig, '--namespace', namespace, ...args],
      {
        env: { PATH: path },
      },
    )
  ).stdout;

const inPod = (tool: readonly string[], pod = 'pg-0', kubeconfig = sandbox.kubeconfig): string[] => [
  'env',
  `KUBECONFIG=${kubeconfig}`,
  ...kubectlArgv({ namespace, pod }, tool),
];

async function sql(database: string, text: string): Promise<string> {
  async function* input(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  const argv = inPod([
    'psql',
    '-X',
    '-q',
    '-A',
    '-t',
    '-v',
    'ON_ERROR_STOP=1',
    '-U',
    'shop',
    '-d',
    database,
    '-f',
    '-',
  ]);
  const child = await processStreams({ PATH: path })({ argv, input: input() });
  return (await collect(child.stdout)).toString().trim();
}

function database(name: string, pod = 'pg-0', kubeconfig = sandbox.kubeconfig): Database {
  const place = { kind: 'kubernetes', namespace, pod: { name: pod } } as const;
  const locator: Locator = { engine: 'postgresql', place, database: name };
  const bring = (tool: readonly string[]): readonly string[] => inPod(tool, pod, kubeconfig);
  const connection = remoteConnection(
    locator,
    { kind: 'there', where: `pod ${namespace}/${pod}`, bring },
    { containers: true },
  );
  return postgresDatabase({
    spawn: processStreams({ PATH: path }),
    connection,
    described: describeLocator(locator),
  });
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* from(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const order = { fingerprint: 'rows', withoutRows: [] } as const;
const restoring = { oneTransaction: true, owners: true };

test('dumped in a pod and restored in it, and both ends saw the same bytes', async () => {
  const dump = await database('shop').dump(order);
  const bytes = await collect(dump.bytes);
  const contents = await dump.contents;
  await dump.close();
  expect(contents.fingerprint.tables.find(({ name }) => name === 'shop.orders')?.rows).toBe(rows);

  const target = database('target');
  expect((await target.restore(from(bytes), restoring)).bytes).toBe(bytes.length);
  const found = await target.contents('rows');
  expect(fingerprintDifferences(contents.fingerprint, found.fingerprint)).toEqual([]);
  await expect(target.restore(from(bytes), restoring)).rejects.toThrow('is not empty');
}, 120_000);

test('a kubectl exec whose way is cut in the middle makes no dump', async () => {
  await using proxy = await startFaultProxy({ url: sandbox.apiUrl, ca: sandbox.ca });
  const kubeconfig = join(home, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigThrough(proxy, namespace, { token: sandbox.adminToken.trim() }), {
    mode: 0o600,
  });
  const dump = await database('large', 'pg-0', kubeconfig).dump(order);
  let isCut = false;
  const reading = (async () => {
    for await (const _ of dump.bytes) {
      if (!isCut) proxy.fail({ path: '*', fault: { kind: 'refused' }, milliseconds: 2_000 });
      isCut = true;
    }
    await dump.contents;
  })();
  await expect(reading).rejects.toThrow();
  await dump.close();
  const sessions = `FROM pg_stat_activity WHERE datname = 'large' AND application_name LIKE 'slipway%'`;
  const isGone = async (): Promise<boolean> => (await sql('postgres', `SELECT count(*) ${sessions}`)) === '0';
  await until('its sessions are gone', isGone, 30_000);
  expect(await kubectl('logs', 'pg-0')).not.toMatch(/terminated by signal/);
}, 180_000);

test('a pod that is deleted in the middle of its dump makes no dump', async () => {
  const dump = await database('large').dump(order);
  let deleted = false;
  const reading = (async () => {
    for await (const _ of dump.bytes) {
      // Nobody reads until its containers are gone: what is under way then (tens of MB) is far less than the dump.
      if (!deleted) await kubectl('delete', 'pod', 'pg-0', '--wait');
      deleted = true;
    }
    await dump.contents;
  })();
  await expect(reading).rejects.toThrow();
  await dump.close();
}, 120_000);

test('no such pod', async () => {
  const probe = database('shop', 'nothing').probe();
  await expect(probe).rejects.toThrow(TargetError);
  await expect(probe).rejects.toThrow('there is no pod nothing');
}, 240_000);
