/** With the real kubectl, in the real cluster. */
import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectMysql } from '../../../lib/adapters/mysql/connect.ts';
import { fingerprintDifferences } from '../../../lib/domain/database/fingerprint.ts';
import type { Locator } from '../../../lib/domain/database/locator.ts';
import { TargetError } from '../../../lib/domain/errors.ts';
import type { Database } from '../../../lib/ports/database.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';
import { sandboxEnv } from '../../../sandbox/client.ts';
import type { Sandbox } from '../../../sandbox/client.ts';
import { pushMariaDbImage, rootPassword } from '../../../sandbox/databases/image-mariadb.ts';
import { shopSql } from '../../../sandbox/databases/shop-mariadb.ts';
import { ensureTools } from '../../../sandbox/tools.ts';
import { until } from '../../sandbox-parts/running.ts';

const rows = 60_000;
const namespace = 'slipway-test-mysql-pod';
let sandbox: Sandbox;
let path: string;
beforeAll(async () => {
  sandbox = sandboxEnv();
  path = `${dirname((await ensureTools(['kubectl'])).kubectl)}:${process.env['PATH'] ?? ''}`;
  const image = await pushMariaDbImage(sandbox.registry);
  await kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait');
  await kubectl('create', 'namespace', namespace);
  const overrides = { spec: { terminationGracePeriodSeconds: 1, automountServiceAccountToken: false } };
  const flags = [`--image=${image}`, '--restart=Never', `--overrides=${JSON.stringify(overrides)}`];
  await until('the pod is created', () => kubectl('run', 'db-0', ...flags).then(Boolean, () => false));
  await until('the server answers', () => sql('', 'SELECT 1').then(Boolean, () => false), 120_000);
  await sql('', 'CREATE DATABASE shop; CREATE DATABASE target');
  await sql('shop', shopSql({ seed: 6, rows }));
}, 600_000);
afterAll(async () => {
  await kubectl('delete', 'namespace', namespace, '--wait=false');
}, 240_000);

const kubectl = async (...args: string[]): Promise<string> =>
  (
    await promisify(execFile)(
      'kubectl',
      ['--kubeconfig', sandbox.kubeconfig, '--namespace', namespace, ...args],
      { env: { PATH: path } },
    )
  ).stdout;

async function sql(database: string, text: string): Promise<true> {
  async function* input(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  const client = ['mariadb', '--user=root', `--password=${rootPassword}`, `--database=${database}`];
  const argv = [
    'kubectl',
    '--kubeconfig',
    sandbox.kubeconfig,
    '--namespace',
    namespace,
    'exec',
    '--stdin',
    'db-0',
    '--',
    ...client,
  ];
  const child = await processStreams({ PATH: path })({ argv, input: input() });
  for await (const _ of child.stdout);
  return true;
}

const inPod = (database: string, name = 'db-0'): Promise<Database> => {
  const place = { kind: 'kubernetes', namespace, pod: { name } } as const;
  const locator: Locator = { engine: 'mariadb', place, database };
  const files = { writePrivate: async () => '', keep: () => '', read: async () => undefined };
  return connectMysql(locator, {
    files,
    spawn: processSpawn({ PATH: path }),
    stream: processStreams({ PATH: path }),
    kubeconfig: { path: sandbox.kubeconfig },
  });
};

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
  const dump = await (await inPod('shop')).dump({ ...order, lock: { wait: 0 } });
  const bytes = await collect(dump.bytes);
  const contents = await dump.contents;
  await dump.close();
  expect(contents.fingerprint.tables.find(({ name }) => name === 'orders')?.rows).toBe(rows);

  const target = await inPod('target');
  expect((await target.restore(from(bytes), restoring)).bytes).toBe(bytes.length);
  const found = await target.contents('rows');
  expect(fingerprintDifferences(contents.fingerprint, found.fingerprint)).toEqual([]);
  await expect(target.restore(from(bytes), restoring)).rejects.toThrow('is not empty');
}, 240_000);

test('a pod that is deleted in the middle of its dump makes no dump', async () => {
  const dump = await (await inPod('shop')).dump(order);
  let deleted = false;
  const reading = (async () => {
    for await (const _ of dump.bytes) {
      // Nobody reads until its containers are gone: what is under way then is far less than the dump.
      if (!deleted) await kubectl('delete', 'pod', 'db-0', '--wait');
      deleted = true;
    }
    await dump.contents;
  })();
  await expect(reading).rejects.toThrow();
  await dump.close();
}, 120_000);

test('no such pod', async () => {
  const probe = (await inPod('shop', 'nothing')).probe();
  await expect(probe).rejects.toThrow(TargetError);
  await expect(probe).rejects.toThrow('there is no pod nothing');
}, 240_000);
