import { execFile } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dockerArgv } from '../../../lib/adapters/database-place/argv.ts';
import { postgresDatabase } from '../../../lib/adapters/postgresql/client.ts';
import { remoteConnection } from '../../../lib/adapters/postgresql/connection.ts';
import { fingerprintDifferences } from '../../../lib/domain/database/fingerprint.ts';
import { describeLocator } from '../../../lib/domain/database/locator.ts';
import type { DockerPlace, Locator } from '../../../lib/domain/database/locator.ts';
import { TargetError } from '../../../lib/domain/errors.ts';
import type { Database } from '../../../lib/ports/database.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { loadPostgresImage } from '../../../sandbox/databases/image.ts';
import { shopSql } from '../../../sandbox/databases/shop-postgresql.ts';
import { startDocker } from '../../../sandbox/images/docker.ts';
import type { Docker } from '../../../sandbox/images/docker.ts';
import { descendants } from '../../support/process-tree.ts';
import { until } from '../../sandbox-parts/running.ts';
import { toolPath } from '../../sandbox-parts/tools.ts';

const spawn = processStreams({ PATH: process.env['PATH'] ?? '' });
let docker: Docker;
beforeAll(async () => {
  await toolPath('keeper');
  docker = await startDocker();
  const image = await loadPostgresImage(docker.address);
  await run('run', '--detach', '--name', 'shop-db', '--network', 'none', image);
  await until('the server answers', () =>
    sql('postgres', 'SELECT 1').then(
      () => true,
      () => false,
    ),
  );
  await sql('postgres', 'CREATE DATABASE shop');
  await sql('postgres', 'CREATE DATABASE target');
  await sql('shop', shopSql({ seed: 5, rows: 20_000 }));
}, 600_000);
afterAll(async () => {
  await run('rm', '--force', '--volumes', 'shop-db');
  await docker.stop();
}, 240_000);

const run = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)('docker', args, { env: { ...process.env, DOCKER_HOST: docker.address } }))
    .stdout;

async function sql(database: string, text: string): Promise<void> {
  const argv = ['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-U', 'shop', '-d', database, '-f', '-'];
  async function* input(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  const child = await spawn({
    argv: ['docker', 'exec', '--interactive', 'shop-db', ...argv],
    env: { DOCKER_HOST: docker.address },
    input: input(),
  });
  for await (const _ of child.stdout);
}

function inContainer(database: string, container = 'shop-db'): Database {
  const place: DockerPlace = { kind: 'docker', container };
  const locator: Locator = { engine: 'postgresql', place, database, password: 'is ignored by trust' };
  const way = {
    kind: 'there',
    where: `container ${container}`,
    bring: (tool: readonly string[]) => dockerArgv(place, tool),
    env: { DOCKER_HOST: docker.address },
    password: locator.password ?? '',
  } as const;
  const connection = remoteConnection(locator, way, { containers: true });
  return postgresDatabase({ spawn, connection, described: describeLocator(locator) });
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

test('dumped in a container, by its own tools and as its own user, and restored in it', async () => {
  const dump = await inContainer('shop').dump(order);
  const bytes = await collect(dump.bytes);
  const contents = await dump.contents;
  await dump.close();
  expect(contents.fingerprint.tables.find(({ name }) => name === 'shop.orders')?.rows).toBe(20_000);

  const target = inContainer('target');
  await target.restore(from(bytes), { oneTransaction: true, owners: true });
  const found = await target.contents('rows');
  expect(fingerprintDifferences(contents.fingerprint, found.fingerprint)).toEqual([]);
}, 240_000);

test('a pg_dump that is killed in the container is no dump', async () => {
  const dump = await inContainer('shop').dump(order);
  let killed = false;
  const reading = (async () => {
    for await (const _ of dump.bytes) {
      if (killed) continue;
      killed = true;
      const { stdout } = await promisify(execFile)('pgrep', ['-x', 'pg_dump']);
      for (const pid of stdout.trim().split('\n'))
        if (isInContainer(Number(pid))) process.kill(Number(pid), 'SIGKILL');
    }
  })();
  await expect(reading).rejects.toThrow(/pg_dump failed/);
  await dump.close();
}, 240_000);

test('a docker client that is killed leaves no pg_dump in the container', async () => {
  const dump = await inContainer('shop').dump(order);
  for await (const _ of dump.bytes) break;
  await dump.close();
  await until('no pg_dump is left', async () => !(await run('top', 'shop-db')).includes('pg_dump'));
}, 240_000);

test('the lock of a docker client that is killed is free again', async () => {
  const dump = await inContainer('shop').dump({ ...order, lock: { wait: 0 } });
  await expect(inContainer('shop').dump({ ...order, lock: { wait: 0 } })).rejects.toThrow('another backup');
  // The engine is a descendant too, and all that runs in its containers.
  for (const pid of descendants(process.pid)) if (nameOf(pid) === 'docker') process.kill(pid, 'SIGKILL');
  const next = await inContainer('shop').dump({ ...order, lock: { wait: 60_000 } });
  await collect(next.bytes);
  await next.close();
  await Promise.allSettled([dump.contents]); // they may have been read before
  await dump.close();
}, 240_000);

test('free disk is told from inside', async () => {
  expect(await inContainer('shop').freeBytes()).toBeGreaterThan(1_000_000);
});

test('no such container', async () => {
  const probe = inContainer('shop', 'nothing').probe();
  await expect(probe).rejects.toThrow(TargetError);
  await expect(probe).rejects.toThrow('there is no container nothing');
});

/** Other databases of this machine may be dumped meanwhile. */
const isInContainer = (pid: number): boolean =>
  readlinkSync(`/proc/${pid}/ns/mnt`) !== readlinkSync('/proc/self/ns/mnt');

const nameOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
};
