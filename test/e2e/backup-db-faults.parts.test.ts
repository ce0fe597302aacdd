/** What goes wrong in the middle of a backup: afterwards there is no backup, no process, no upload, and the next run is clean. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startPostgres } from '../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../sandbox/databases/postgresql.ts';
import { shopSql } from '../../sandbox/databases/shop-postgresql.ts';
import { startVersitygw } from '../../sandbox/storage/versitygw.ts';
import type { Versitygw } from '../../sandbox/storage/versitygw.ts';
import { until } from '../sandbox-parts/running.ts';
import { allGone, descendants } from '../support/process-tree.ts';
import { startStep } from './support/step.ts';
import type { Ending, Step, With } from './support/step.ts';

const run = promisify(execFile);

let postgres: Postgres;
let store: Versitygw;
let home: string;
let servers: ReadonlySet<number>;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-backup-faults-'));
  [postgres, store] = await Promise.all([startPostgres(), startVersitygw()]);
  await postgres.sql('postgres', 'CREATE DATABASE shop');
  await postgres.sql('shop', shopSql({ seed: 7, rows: 60_000 }));
  servers = new Set(descendants(process.pid));
}, 600_000);
afterAll(async () => {
  await Promise.all([postgres.stop(), store.stop()]);
  await rm(home, { recursive: true, force: true });
});

let folders = 0;
async function folder(): Promise<string> {
  const path = join(home, `b${++folders}`);
  await mkdir(path);
  return path;
}

const database = (): With => ({
  engine: 'postgresql',
  url: `postgresql://postgres@127.0.0.1:${postgres.port}/shop`,
  password: postgres.password,
  // A part of the whole can be seen on its way.
  'max-throughput': '2MB/s',
});

const start = (inputs: With): Promise<Step> =>
  startStep({
    action: 'backup-db',
    inputs: { ...database(), ...inputs },
    env: { PATH: process.env['PATH'] ?? '', HOME: home },
    secrets: [postgres.password],
    commands: '',
  });
const backup = async (inputs: With): Promise<Ending> => (await start(inputs)).ended;

const filesIn = async (path: string): Promise<string[]> =>
  (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

/** Sessions of a backup that the server still knows. */
const sessions = (): Promise<string> =>
  postgres.sql(
    'postgres',
    `SELECT count(*) FROM pg_stat_activity WHERE datname = 'shop' AND backend_type = 'client backend'`,
  );

const nothingRuns = async (): Promise<void> => {
  await allGone(descendants(process.pid).filter((pid) => !servers.has(pid)));
  await until('the server is left alone', async () => (await sessions()) === '0');
};

/** The dump's own file, while it is written. */
const isWriting = (path: string) => async (): Promise<boolean> => {
  const { stdout } = await run('find', [path, '-type', 'f', '-name', '*dump.*', '-size', '+100k']);
  return stdout !== '';
};

test('cancelled in the middle of the dump', async () => {
  const path = await folder();
  const step = await start({ destination: `file:${path}` });
  await until('it stores', isWriting(path));
  const ended = await step.cancel();
  expect(ended.result).toBe('cancelled');
  expect(ended.durationMs).toBeLessThan(60_000);
  expect(await filesIn(path)).toEqual([]);
  await nothingRuns();
}, 120_000);

test('cancelled in the middle of the restore: the object goes, and the scratch server', async () => {
  const path = await folder();
  const step = await start({
    destination: `file:${path}`,
    verify: 'restored',
    scratch: 'local',
    'max-throughput': '',
  });
  await step.says('started ');
  const ended = await step.cancel();
  expect(ended.result).toBe('cancelled');
  expect(await filesIn(path)).toEqual([]);
  await nothingRuns();
}, 120_000);

test.each(['node', 'tree'] as const)(
  'killed (%s): no backup is there, and the next run that may removes the rest',
  async (what) => {
    const path = await folder();
    const where = { destination: `file:${path}`, timeout: '2m' };
    const step = await start(where);
    await until('it stores', isWriting(path));
    await using _ = await step.kill(what);
    await until('the server is left alone', async () => (await sessions()) === '0');
    expect((await filesIn(path)).filter((name) => name.startsWith('manifest'))).toEqual([]);

    const next = await backup({ ...where, 'max-throughput': '', keep: '{ last: 1 }' });
    expect(next.result).toBe('success');
    expect(next.log).toMatch(/has no manifest: still at work, or killed less than 2m00s ago/);
    expect((await filesIn(path)).filter((name) => name.startsWith('manifest'))).toHaveLength(1);

    await aged(path);
    const later = await backup({ ...where, 'max-throughput': '', keep: '{ last: 2 }' });
    expect(later.log).toContain('removed what a killed run left');
    expect(await filesIn(path)).toHaveLength(6); // dump, globals and manifest, of two runs
  },
  240_000,
);

/** As if an hour had passed since: what has no manifest is of an hour ago, by its id and by its files' time. */
async function aged(path: string): Promise<void> {
  const base = join(path, 'postgresql/shop');
  for (const id of await readdir(base)) {
    if ((await filesIn(join(base, id))).some((name) => name.startsWith('manifest'))) continue;
    const old = `${new Date(Date.now() - 3_600_000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z${id.slice(16)}`;
    await run('mv', [join(base, id), join(base, old)]);
    await run('find', [join(base, old), '-type', 'f', '-exec', 'touch', '-d', '1 hour ago', '{}', '+']);
  }
}

test('out of time: it says so, and nothing is left', async () => {
  const path = await folder();
  const ended = await backup({ destination: `file:${path}`, timeout: '3s', 'max-throughput': '100kB/s' });
  expect([ended.result, ended.reason]).toEqual(['failure', expect.stringContaining('within 3s (timeout)')]);
  expect(await filesIn(path)).toEqual([]);
  await nothingRuns();
}, 120_000);

test('the disk is full: the cause, and nothing is left', async () => {
  const path = await folder();
  await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path]);
  try {
    const ended = await backup({ destination: `file:${path}`, 'max-throughput': '' });
    expect([ended.result, ended.log]).toEqual(['failure', expect.stringMatching(/no space|full/i)]);
    expect(await filesIn(path)).toEqual([]);
    await nothingRuns();
  } finally {
    await run('umount', [path]);
  }
}, 120_000);

test('two at once: the second waits for the first, or says who is at work', async () => {
  const path = await folder();
  const first = await start({ destination: `file:${path}` });
  await until('it stores', isWriting(path));
  const impatient = await backup({ destination: `file:${path}`, lock: '1s' });
  expect([impatient.result, impatient.reason]).toEqual([
    'failure',
    expect.stringContaining('another backup or migration is at work'),
  ]);
  const patient = await backup({ destination: `file:${path}`, 'max-throughput': '' });
  expect([patient.result, (await first.ended).result]).toEqual(['success', 'success']);
  expect((await filesIn(path)).filter((name) => name.startsWith('manifest'))).toHaveLength(2);
}, 240_000);

test('pg_dump is killed in the middle: failure with the cause, nothing stored', async () => {
  const path = await folder();
  const step = await start({ destination: `file:${path}` });
  await until('it stores', isWriting(path));
  process.kill(await pidOf('pg_dump', step.pid()), 'SIGKILL');
  const ended = await step.ended;
  expect(ended.result).toBe('failure');
  expect(await filesIn(path)).toEqual([]);
  await nothingRuns();
}, 120_000);

/** Of the first such program below a process. */
async function pidOf(name: string, below: number): Promise<number> {
  for (const pid of descendants(below))
    if ((await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim() === name) return pid;
  throw new Error(`there is no ${name}`);
}
