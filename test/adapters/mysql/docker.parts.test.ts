/** With a real Docker engine, in a container whose image has MariaDB's own tools. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dockerArgv } from '../../../lib/adapters/database-place/argv.ts';
import { mysqlDatabase } from '../../../lib/adapters/mysql/client.ts';
import { remoteConnection } from '../../../lib/adapters/mysql/connection.ts';
import { fingerprintDifferences } from '../../../lib/domain/database/fingerprint.ts';
import { describeLocator } from '../../../lib/domain/database/locator.ts';
import type { DockerPlace, Locator } from '../../../lib/domain/database/locator.ts';
import { TargetError } from '../../../lib/domain/errors.ts';
import type { Database } from '../../../lib/ports/database.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { loadMariaDbImage, rootPassword } from '../../../sandbox/databases/image-mariadb.ts';
import { shopSql } from '../../../sandbox/databases/shop-mariadb.ts';
import { startDocker } from '../../../sandbox/images/docker.ts';
import type { Docker } from '../../../sandbox/images/docker.ts';
import { until } from '../../sandbox-parts/running.ts';
import { toolPath } from '../../sandbox-parts/tools.ts';

const spawn = processStreams({ PATH: process.env['PATH'] ?? '' });
const container = 'slipway-test-mariadb';
let docker: Docker;
beforeAll(async () => {
  await toolPath('keeper');
  docker = await startDocker();
  const image = await loadMariaDbImage(docker.address);
  await run('run', '--detach', '--name', container, '--network', 'none', image);
  await until('the server answers', () => sql('', 'SELECT 1').then(Boolean, () => false), 60_000);
  await sql('', 'CREATE DATABASE shop; CREATE DATABASE target');
  await sql('shop', shopSql({ seed: 5, rows: 20_000 }));
}, 600_000);
afterAll(async () => {
  await run('rm', '--force', '--volumes', container);
  await docker.stop();
}, 240_000);

const run = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)('docker', args, { env: { ...process.env, DOCKER_HOST: docker.address } }))
    .stdout;

async function sql(database: string, text: string): Promise<true> {
  const client = ['mariadb', '--user=root', `--password=${rootPassword}`, `--database=${database}`];
  async function* input(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  const child = await spawn({
    argv: ['docker', 'exec', '--interactive', container, ...client],
    env: { DOCKER_HOST: docker.address },
    input: input(),
  });
  for await (const _ of child.stdout);
  return true;
}

/** Without user and password: the container's environment has them. */
function inContainer(database: string, name = container, as: Partial<Locator> = {}): Database {
  const place: DockerPlace = { kind: 'docker', container: name };
  const locator: Locator = { engine: 'mariadb', place, database, ...as };
  const way = {
    kind: 'there',
    where: `container ${name}`,
    bring: (tool: readonly string[]) => dockerArgv(place, tool),
    env: { DOCKER_HOST: docker.address },
    ...(as.password === undefined ? {} : { password: as.password }),
  } as const;
  const connection = remoteConnection(locator, way, { containers: true });
  return mysqlDatabase({ spawn, connection, described: describeLocator(locator) });
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

test('dumped in a container, by its own tools and as its own root, and restored in it', async () => {
  const dump = await inContainer('shop').dump(order);
  const bytes = await collect(dump.bytes);
  const contents = await dump.contents;
  await dump.close();
  expect(contents.fingerprint.tables.find(({ name }) => name === 'orders')?.rows).toBe(20_000);

  const target = inContainer('target');
  await target.restore(from(bytes), { oneTransaction: true, owners: true });
  const found = await target.contents('rows');
  expect(fingerprintDifferences(contents.fingerprint, found.fingerprint)).toEqual([]);
  expect(await target.freeBytes()).toBeGreaterThan(1_000_000);
}, 240_000);

test('a password that is given is the one that is used', async () => {
  await expect(inContainer('shop', container, { user: 'root', password: 'wrong' }).probe()).rejects.toThrow(
    'does not take the password of user root',
  );
  expect(
    await inContainer('shop', container, { user: 'root', password: rootPassword }).probe(),
  ).toHaveProperty('bytes');
}, 240_000);

test('a docker client that is killed leaves no dump tool in the container', async () => {
  const dump = await inContainer('shop').dump(order);
  for await (const _ of dump.bytes) break;
  await dump.close();
  await until('no dump is left', async () => !(await run('top', container)).includes('mariadb-dump'));
}, 240_000);

test('no such container', async () => {
  const probe = inContainer('shop', 'nothing').probe();
  await expect(probe).rejects.toThrow(TargetError);
  await expect(probe).rejects.toThrow('there is no container nothing');
});
