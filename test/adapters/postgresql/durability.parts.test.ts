/** A primary with an archive, and its replica. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startPostgres, startReplica } from '../../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../../sandbox/databases/postgresql.ts';
import { until } from '../../sandbox-parts/running.ts';
import { order, whole } from '../database/round-trip.ts';
import { byUrl } from './shop.ts';
import type { As } from './shop.ts';

let folder: string;
let primary: Postgres;
let replica: Postgres;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-archive-test-'));
  await chmod(folder, 0o755);
  const settings = { archive_mode: 'on', archive_command: `test ! -e ${join(folder, 'full')}` };
  primary = await startPostgres({ settings });
  await primary.sql('postgres', 'CREATE TABLE t (a int); CREATE UNLOGGED TABLE u (a int)');
  replica = await startReplica(primary);
}, 600_000);
afterAll(async () => {
  await replica.stop();
  await primary.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const at = ({ port, password }: Postgres, as: As = {}): ReturnType<typeof byUrl> =>
  byUrl('postgres', { port, password, ...as });

test('an archive that works, then one that fails, and how much waits', async () => {
  const server = await at(primary);
  const archive = async () => (await server.durability()).archive;
  const switched = 'INSERT INTO t VALUES (1); SELECT pg_switch_wal()';
  await primary.sql('postgres', switched);
  await until('a piece is archived', async () => 'newestAt' in (await archive()));
  expect(await archive()).toMatchObject({ kind: 'on', failed: 0 });

  await writeFile(join(folder, 'full'), '');
  await primary.sql('postgres', switched);
  await until('it fails', async () => {
    const found = await archive();
    return found.kind === 'on' && found.failed > 0;
  });
  // Who may not look into the folder is told that it fails all the same.
  await primary.sql('postgres', `CREATE USER nobody PASSWORD 'nobody'`);
  const asNobody = await at(primary, { user: 'nobody', password: 'nobody' });
  expect((await asNobody.durability()).archive).toMatchObject({ kind: 'on', failed: 1 });
}, 120_000);

test('a replica that keeps up, as its primary sees it and as it sees itself', async () => {
  const replicas = async (server: Postgres) => (await (await at(server)).durability()).replicas;
  await primary.sql('postgres', 'INSERT INTO t VALUES (2)');
  await until('it has caught up', async () => (await replicas(primary))[0]?.lagSeconds === 0);
  expect((await replicas(primary))[0]?.name).toBe('replica');
  await until('it says so itself', async () => (await replicas(replica))[0]?.lagSeconds === 0);
  expect(await replicas(replica)).toEqual([{ name: 'this server', lagSeconds: 0 }]);
  expect((await (await at(replica)).durability()).archive).toMatchObject({ kind: 'unreadable' });
}, 60_000);

test('a replica that stands still is behind, and says by how much', async () => {
  await replica.sql('postgres', 'SELECT pg_wal_replay_pause()');
  await primary.sql('postgres', 'INSERT INTO t VALUES (3)');
  const lag = async (server: Postgres) => (await (await at(server)).durability()).replicas[0]?.lagSeconds;
  await until('the replica knows', async () => ((await lag(replica)) ?? 0) > 0);
  await until('the primary knows', async () => ((await lag(primary)) ?? 0) > 0);
  await replica.sql('postgres', 'SELECT pg_wal_replay_resume()');
}, 60_000);

test('a replica is dumped, but for unlogged tables, whose rows it does not have', async () => {
  const server = await at(replica);
  const refused = server.dump({ ...order, lock: { wait: 0 } }).then(whole);
  await expect(refused).rejects.toThrow('no rows of unlogged tables');
  const { contents } = await whole(
    await server.dump({ ...order, lock: { wait: 0 }, withoutRows: ['public.u'] }),
  );
  expect(contents.fingerprint.tables.map(({ name }) => name)).toEqual(['public.t', 'large objects']);
}, 60_000);
