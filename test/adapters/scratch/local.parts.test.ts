/** With the machine's own PostgreSQL. */
import { mkdtemp, readdir, rm, chmod, mkdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { removeDeserted, workingBelow } from '../../../lib/adapters/scratch/home.ts';
import { localScratch } from '../../../lib/adapters/scratch/local.ts';
import { TargetError } from '../../../lib/domain/errors.ts';
import { startPostgres } from '../../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../../sandbox/databases/postgresql.ts';
import { nameOf } from '../../support/process-tree.ts';
import { until } from '../../sandbox-parts/running.ts';
import { toolPath } from '../../sandbox-parts/tools.ts';
import { chunksOf } from '../../support/bytes.ts';
import { hold } from './hold.ts';
import { proven } from './proven.ts';
import { order, scratchPorts, shopDumped, version } from './support.ts';
import type { Dumped } from './support.ts';

const env = { PATH: process.env['PATH'] ?? '' };
let source: Postgres;
let dump: Dumped;
let folder: string;
beforeAll(async () => {
  await toolPath('keeper');
  folder = await mkdtemp(join(tmpdir(), 'slipway-scratch-test-'));
  await chmod(folder, 0o755); // the server runs as another account
  source = await startPostgres();
  dump = await shopDumped(source, { seed: 11, rows: 5_000 }, scratchPorts(folder, env));
}, 600_000);
afterAll(async () => {
  await source.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A folder of its own for each test, so that one's sweep does not see another's servers. */
async function room(): Promise<string> {
  const made = await mkdtemp(join(folder, 'r-'));
  await chmod(made, 0o755);
  return made;
}

const serversIn = (temp: string, lifetime?: number) => {
  const ports = scratchPorts(folder, env, lifetime);
  return { ports, servers: localScratch({ temp, short: temp }, ports) };
};

const left = async (temp: string): Promise<string[]> =>
  (await readdir(temp)).filter((name) => name.startsWith('slipway-scratch-'));

test('a dump is restored, compared, and nothing is left', async () => {
  const temp = await room();
  const { servers, ports } = serversIn(temp);
  await servers.preflight(order);
  expect(await left(temp)).toEqual([]);
  const scratch = await servers.start(order);
  expect(scratch.described).toMatch(/^a local server \(PostgreSQL 15\.\d+\)$/);
  const [home = ''] = await left(temp);
  expect((await stat(join(temp, home))).mode & 0o777).toBe(0o700);
  await proven(dump, scratch.database);
  await scratch.stop();
  expect(await left(temp)).toEqual([]);
  expect(workingBelow(temp)).toEqual([]);
  expect(ports.warnings).toEqual([]);
}, 120_000);

test('a server of another major version, and of a program that is not there, is refused', async () => {
  const { servers } = serversIn(await room());
  const newer = servers.preflight({ ...order, version: version(99) });
  await expect(newer).rejects.toThrow(TargetError);
  await expect(newer).rejects.toThrow('the dump is of PostgreSQL 99.0, newer than PostgreSQL 15');
  const ports = scratchPorts(folder, env);
  // As on a runner without any: the probe finds nothing.
  const none = localScratch(
    { temp: folder, short: folder },
    {
      ...ports,
      spawn: async (command, options) => ports.spawn({ ...command, argv: ['echo', 'slipway-none'] }, options),
    },
  );
  await expect(none.preflight(order)).rejects.toThrow('there is no PostgreSQL server to restore into');
});

test('too little room is refused before anything is started', async () => {
  const { servers } = serversIn(await room());
  const refused = servers.preflight({ ...order, bytes: 1e15 });
  await expect(refused).rejects.toThrow('not enough room on this runner');
  await expect(servers.start({ ...order, bytes: 1e15 })).rejects.toThrow('not enough room');
});

test('a path that is too long for a socket puts the socket elsewhere', async () => {
  const short = await room();
  await chmod(short, 0o1777); // as /tmp is
  const long = join(await room(), 'a-long-name'.repeat(8));
  await mkdir(long, { mode: 0o755 });
  const scratch = await localScratch({ temp: long, short }, scratchPorts(folder, env)).start(order);
  try {
    expect(await left(long)).toHaveLength(1);
    expect(await left(short)).toHaveLength(1);
    expect(await scratch.database.occupants()).toEqual([]);
  } finally {
    await scratch.stop();
  }
  expect([...(await left(long)), ...(await left(short))]).toEqual([]);
}, 120_000);

test('a failed restore leaves nothing when it is stopped, nor does a cancelled start', async () => {
  const temp = await room();
  const { servers } = serversIn(temp);
  const scratch = await servers.start(order);
  const broken = chunksOf(dump.bytes.subarray(0, dump.bytes.length / 2));
  await expect(scratch.database.restore(broken, { oneTransaction: true, owners: false })).rejects.toThrow();
  await scratch.stop();
  const cancel = new AbortController();
  const starting = servers.start({ ...order, signal: cancel.signal });
  await until('a folder is made', async () => (await left(temp)).length === 1);
  cancel.abort(new Error('cancelled'));
  await expect(starting).rejects.toThrow('cancelled');
  expect(await left(temp)).toEqual([]);
  expect(workingBelow(temp)).toEqual([]);
}, 120_000);

test('killing the process that started it ends it and removes it', async () => {
  const temp = await room();
  const { holder, said } = await hold({ folder: temp, place: { kind: 'local' }, lifetime: 3_600_000 });
  expect(said).toMatch(/^started a local server/);
  expect(workingBelow(temp).length).toBeGreaterThan(0);
  holder.kill('SIGKILL');
  // As root, the folder itself stays, empty: its parent is not the server's account's.
  const kept = async (): Promise<string[]> =>
    (await Promise.all((await left(temp)).map((home) => readdir(join(temp, home))))).flat();
  await until('nothing is left of it', async () => (await kept()).length === 0);
  expect(workingBelow(temp)).toEqual([]);
}, 120_000);

test('a sweep ends what nobody is left to end, and nothing else', async () => {
  const temp = await room();
  const old = serversIn(temp, 15_000);
  const young = serversIn(temp);
  const [dying, living] = await Promise.all([old.servers.start(order), young.servers.start(order)]);
  // Their scripts are killed, so that nothing but the sweep can end the server and remove the folder.
  const [home = ''] = (await left(temp)).filter((name) => name.includes('-15s-'));
  for (const pid of workingBelow(join(temp, home))) if (nameOf(pid) !== 'postgres') kill(pid);
  await until('its time is over', async () => (await young.servers.sweep()).length > 0, 60_000);
  expect(await left(temp)).toEqual([expect.stringContaining('-3600s-')]);
  expect(workingBelow(join(temp, home))).toEqual([]);
  expect(await living.database.occupants()).toEqual([]);
  await Promise.all([dying.stop(), living.stop()]);
  expect(await left(temp)).toEqual([]);
}, 120_000);

test('it ends when its time is over, and a tool in the middle says so', async () => {
  const temp = await room();
  const scratch = await serversIn(temp, 15_000).servers.start(order);
  await until('it has ended', async () => workingBelow(temp).length === 0, 60_000);
  const asked = scratch.database.occupants();
  await expect(asked).rejects.toThrow(TargetError);
  await expect(asked).rejects.toThrow('the lifetime of the scratch server is over');
  await scratch.stop();
  expect(await left(temp)).toEqual([]);
}, 120_000);

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended with another
  }
}

test('what a server left in a folder where no other job is goes, however young; one at work stays', async () => {
  const temp = await room();
  const { servers } = serversIn(temp);
  const scratch = await servers.start(order);
  const [living = ''] = await left(temp);
  const deserted = living.replace(/[0-9a-f]+$/, '0badcafe');
  await mkdir(join(temp, deserted, 'data'), { recursive: true });
  await mkdir(join(temp, 'slipway-scratchings'));
  await removeDeserted(temp);
  expect(await readdir(temp)).toEqual([living, 'slipway-scratchings']);
  await scratch.stop();
});
