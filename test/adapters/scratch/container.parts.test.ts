/** With a real Docker engine, here and behind a real OpenSSH. */
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { containerScratch } from '../../../lib/adapters/scratch/container.ts';
import type { ContainerScratch } from '../../../lib/domain/database/scratch-place.ts';
import { TargetError } from '../../../lib/domain/errors.ts';
import type { ScratchServers } from '../../../lib/ports/scratch.ts';
import { loadPostgresImage } from '../../../sandbox/databases/image.ts';
import { startPostgres } from '../../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../../sandbox/databases/postgresql.ts';
import { startDocker } from '../../../sandbox/images/docker.ts';
import type { Docker } from '../../../sandbox/images/docker.ts';
import { startSshServer } from '../../../sandbox/ssh/server.ts';
import { dockerAt } from '../../support/databases/container.ts';
import { descendants, nameOf } from '../../support/process-tree.ts';
import { until } from '../../sandbox-parts/running.ts';
import { toolPath } from '../../sandbox-parts/tools.ts';
import { chunksOf } from '../../support/bytes.ts';
import { hold } from './hold.ts';
import { proven } from './proven.ts';
import { order, scratchPorts, shopDumped, version } from './support.ts';
import type { Dumped } from './support.ts';

const mebibyte = 1024 * 1024;
let docker: Docker;
let source: Postgres;
let dump: Dumped;
let folder: string;
let image: string;
let env: Record<string, string>;
beforeAll(async () => {
  await toolPath('keeper');
  folder = await mkdtemp(join(tmpdir(), 'slipway-scratch-test-'));
  [docker, source] = await Promise.all([startDocker(), startPostgres()]);
  env = { PATH: process.env['PATH'] ?? '', DOCKER_HOST: docker.address };
  const loaded = await loadPostgresImage(docker.address);
  image = await withVolume(loaded);
  await run('run', '--detach', '--name', 'shop-db', '--network', 'none', image);
  dump = await shopDumped(source, { seed: 12, rows: 60_000 }, scratchPorts(folder, env));
}, 600_000);
afterAll(async () => {
  await source.stop();
  await docker.stop();
  await rm(folder, { recursive: true, force: true });
}, 240_000);

const run = (...args: string[]): Promise<string> => dockerAt(docker.address)(...args);

/** As the official image declares one: a container of it that is not removed with its volumes leaves one behind. */
async function withVolume(loaded: string): Promise<string> {
  await run('create', '--name', 'shape', loaded);
  await run('commit', '--change', 'VOLUME /var/lib/postgresql/data', 'shape', 'shop-image:1');
  await run('rm', '--force', '--volumes', 'shape');
  return 'shop-image:1';
}

const servers = (place: Partial<ContainerScratch> = {}, lifetime?: number): ScratchServers =>
  containerScratch({ kind: 'container', like: 'shop-db', ...place }, scratchPorts(folder, env, lifetime));

const left = async (): Promise<string[]> => {
  const names = await run('ps', '--all', '--filter', 'label=dev.slipway.scratch', '--format', '{{.Names}}');
  return names.split('\n').filter(Boolean);
};
const volumes = async (): Promise<string[]> =>
  (await readdir(join(docker.data, 'volumes'))).filter((name) => name.length === 64);

test('a dump is restored in the image of the database’s own container, and nothing is left', async () => {
  const before = await volumes();
  const made = servers();
  await made.preflight(order);
  expect(await left()).toEqual([]);
  const scratch = await made.start(order);
  expect(scratch.described).toMatch(/^container slipway-scratch-[0-9a-f]{8} \(PostgreSQL 15\.\d+\)$/);
  const [name = ''] = await left();
  expect(
    await run('inspect', '--format', '{{.HostConfig.NetworkMode}} {{.HostConfig.AutoRemove}}', name),
  ).toBe('none true');
  await proven(dump, scratch.database);
  await scratch.stop();
  expect(await left()).toEqual([]);
  expect(await volumes()).toEqual(before);
}, 240_000);

test('what cannot be is refused first: an older image, one without a server, one that cannot be pulled, too little room', async () => {
  const older = servers().preflight({ ...order, version: version(99) });
  await expect(older).rejects.toThrow(TargetError);
  await expect(older).rejects.toThrow('newer than PostgreSQL 15');
  await expect(servers({ image: 'nowhere.invalid/postgres:15' }).preflight(order)).rejects.toThrow(
    /nowhere\.invalid|no such host|proxyconnect|connection refused/,
  );
  await expect(servers({ like: 'nothing' }).preflight(order)).rejects.toThrow(
    'there is no container nothing',
  );
  await expect(servers({ tmpfs: 64 * mebibyte }).preflight(order)).rejects.toThrow('not enough room');
  await expect(
    servers().preflight({ ...order, engine: 'mysql', version: { ...version(8), engine: 'mysql' } }),
  ).rejects.toThrow('there is no MySQL server');
  expect(await left()).toEqual([]);
}, 240_000);

test('memory that is used up says so, and is given back', async () => {
  const scratch = await servers({ tmpfs: 64 * mebibyte }).start(order);
  try {
    const restored = scratch.database.restore(chunksOf(dump.bytes), { oneTransaction: true, owners: false });
    await expect(restored).rejects.toThrow('the room of the scratch server is used up');
  } finally {
    await scratch.stop();
  }
  expect(await left()).toEqual([]);
}, 240_000);

test('killing the process that started it ends it, at once', async () => {
  const { holder, said } = await hold(
    { folder, place: { kind: 'container', like: 'shop-db' }, lifetime: 3_600_000 },
    env,
  );
  expect(said).toMatch(/^started container/);
  expect(await left()).toHaveLength(1);
  holder.kill('SIGKILL');
  await until('it is gone', async () => (await left()).length === 0, 60_000);
}, 240_000);

test('a sweep removes those whose time is over, and no others', async () => {
  const mark = (created: string): string => `dev.slipway.scratch=${created}z-60s`;
  const sleeping = ['--entrypoint', '/bin/sleep', image, '1000'];
  await run(
    'run',
    '--detach',
    '--name',
    'left',
    '--network',
    'none',
    '--label',
    mark('20260101t000000'),
    ...sleeping,
  );
  await run(
    'run',
    '--detach',
    '--name',
    'foreign',
    '--network',
    'none',
    '--label',
    'dev.slipway.scratch=mine',
    ...sleeping,
  );
  const before = (await volumes()).length;
  const [one, two] = await Promise.all([servers().start(order), servers().start(order)]);
  expect(await servers().sweep()).toEqual(['container left']);
  expect((await left()).toSorted()).toEqual(expect.arrayContaining(['foreign']));
  expect(await one.database.occupants()).toEqual([]);
  expect(await two.database.occupants()).toEqual([]);
  await Promise.all([one.stop(), two.stop()]);
  expect(await left()).toEqual(['foreign']);
  expect((await volumes()).length).toBe(before - 1);
  await run('rm', '--force', '--volumes', 'foreign');
}, 240_000);

test('it ends when its time is over, and when it is killed; a tool in the middle says so', async () => {
  const late = await servers({}, 25_000).start(order);
  await until('it has ended', async () => (await left()).length === 0, 60_000);
  await expect(late.database.occupants()).rejects.toThrow('the lifetime of the scratch server is over');
  await late.stop();
  const killed = await servers().start(order);
  await run('kill', (await left())[0] ?? '');
  await until('it has ended', async () => (await left()).length === 0, 60_000);
  await expect(killed.database.occupants()).rejects.toThrow('the scratch server was killed');
  await killed.stop();
}, 240_000);

test('on another host, by its docker over ssh; a severed connection ends it', async () => {
  const ssh = await startSshServer({ user: 'postgres', environment: env });
  try {
    await chmod(docker.directory, 0o755);
    await chmod(join(docker.directory, 'docker.sock'), 0o666);
    const { host, port, user, key, knownHosts } = ssh;
    const place = { over: { host, port, user, key, knownHosts } };
    const scratch = await servers(place).start(order);
    await proven(dump, scratch.database);
    expect(await left()).toHaveLength(1);
    await scratch.stop();
    expect(await left()).toEqual([]);
    const severed = await servers(place).start(order);
    for (const pid of descendants(process.pid).filter((each) => nameOf(each) === 'ssh'))
      process.kill(pid, 'SIGKILL');
    await until('it is gone', async () => (await left()).length === 0, 60_000);
    await severed.stop();
  } finally {
    await ssh.stop();
  }
}, 240_000);
