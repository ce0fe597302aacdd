import { beforeAll, expect, test } from '@jest/globals';
import { TargetError, UnreachableError } from '../../../lib/domain/errors.ts';
import type { Database } from '../../../lib/ports/database.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { startPostgres } from '../../../sandbox/databases/postgresql.ts';
import { allGone, descendants } from '../../support/process-tree.ts';
import { collect, from } from '../../support/bytes.ts';
import { wholeShop } from '../database/contract.ts';
import { faultsContract } from '../database/contract-faults.ts';
import { order, restoring, whole } from '../database/round-trip.ts';
import { byUrl, emptyDatabase, inPod, subject, postgres } from './shop.ts';
import type { As } from './shop.ts';

faultsContract(subject);

test('wrong password, no such database, nobody there, no TLS: who is to do what', async () => {
  const asked = async (as: As, database = 'shop'): Promise<unknown> =>
    (await byUrl(database, as)).probe().catch((error: unknown) => error);
  expect(await asked({ password: 'wrong' })).toMatchObject({
    message: expect.stringContaining('password of user postgres'),
  });
  expect(await asked({}, 'nothing')).toMatchObject({ message: expect.stringContaining('no such database') });
  expect(await asked({ port: 1 })).toBeInstanceOf(UnreachableError);
  const unencrypted = await asked({ sslMode: 'require' });
  expect(unencrypted).toBeInstanceOf(TargetError);
  expect(unencrypted).toMatchObject({ message: expect.stringContaining('sslmode') });
});

test('a table that the user may not read stops the dump', async () => {
  await postgres.sql('postgres', `CREATE USER clerk PASSWORD 'clerk'`);
  await postgres.sql('shop', 'GRANT USAGE ON SCHEMA shop TO clerk; GRANT SELECT ON shop.events TO clerk');
  const clerk = await byUrl('shop', { user: 'clerk', password: 'clerk' });
  await expect(clerk.dump(order).then(whole)).rejects.toThrow(/may not read/);
});

test('rows hidden by row-level security stop the dump', async () => {
  const name = await emptyDatabase();
  await postgres.sql(
    name,
    `CREATE TABLE t (a text); INSERT INTO t VALUES ('x'); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
    GRANT SELECT ON t TO PUBLIC; DO $$ BEGIN CREATE USER seer PASSWORD 'seer'; END $$`,
  );
  const seer = await byUrl(name, { user: 'seer', password: 'seer' });
  await expect(seer.dump(order).then(whole)).rejects.toThrow(/row-level security/);
});

test('a backend that is terminated is no dump', async () => {
  const dump = await (await byUrl('shop')).dump(order);
  const reading = (async () => {
    for await (const _ of dump.bytes)
      await postgres.sql(
        'postgres',
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%'`,
      );
  })();
  await expect(reading).rejects.toThrow();
  await dump.close();
});

test('the session that holds the snapshot is terminated: no dump, and why', async () => {
  const dump = await (await byUrl('shop')).dump(order);
  const reading = (async () => {
    let done = false;
    for await (const _ of dump.bytes) {
      if (!done)
        await postgres.sql(
          'postgres',
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%slipway_row%' AND pid <> pg_backend_pid()`,
        );
      done = true;
    }
    return dump.contents;
  })();
  await expect(reading).rejects.toThrow(TargetError);
  await expect(reading).rejects.toThrow('the server ended the connection');
  await dump.close();
});

test('a server that goes down in the middle: no dump, no restore, and nothing hangs', async () => {
  const { bytes } = await wholeShop(subject);
  const doomed = await startPostgres();
  const at = (database: string): Promise<Database> =>
    byUrl(database, { port: doomed.port, password: doomed.password });
  await doomed.sql('postgres', 'CREATE DATABASE target');
  await doomed.sql('postgres', 'CREATE TABLE t AS SELECT md5(n::text) FROM generate_series(1, 300000) AS n');
  const dump = await (await at('postgres')).dump(order);
  let down: Promise<void> | undefined;
  async function* untilDown(): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, bytes.length / 2);
    for await (const _ of dump.bytes) await (down ??= doomed.stop());
  }
  const restoring = (await at('target')).restore(untilDown(), { oneTransaction: false, owners: true });
  await expect(restoring).rejects.toThrow();
  await down;
  await Promise.allSettled([dump.contents]); // they may have been read before
  await dump.close();
  await expect((await at('postgres')).probe()).rejects.toThrow(UnreachableError);
}, 60_000);

test('psql that is not on this machine: which, and what to do', async () => {
  const bare = processStreams({ PATH: '/nowhere' });
  const asked = (await byUrl('shop', { spawn: bare })).probe();
  await expect(asked).rejects.toThrow('psql was not found on PATH');
  await expect(asked).rejects.toMatchObject({ remedy: expect.stringMatching(/postgresql-client/) });
});

test('closing early gives the snapshot back and leaves no process', async () => {
  const dump = await (await byUrl('shop')).dump(order);
  const pids = descendants(process.pid);
  for await (const _ of dump.bytes) break;
  await dump.close();
  await allGone(pids.filter((pid) => !servers.has(pid)));
  const open = `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'slipway' AND state LIKE 'idle in%'`;
  expect(await postgres.sql('postgres', open)).toBe('0');
});

test('what arrives short in a pod is not restored well', async () => {
  const { bytes } = await wholeShop(subject);
  const losing = (tool: readonly string[]): readonly string[] =>
    tool.includes('pg_restore') ? ['sh', '-c', `head -c 1000001 | "$@"`, 'losing', ...tool] : tool;
  const target = inPod(await emptyDatabase(), losing);
  await expect(target.restore(from(bytes), restoring)).rejects.toThrow();
  expect(await target.occupants()).toEqual([]);
});

test('roles are dumped as SQL', async () => {
  const globals = await (await byUrl('shop')).dumpGlobals();
  expect(String(await collect(globals.bytes))).toContain('CREATE ROLE postgres');
  expect(globals.account().bytes).toBeGreaterThan(100);
});

const servers = new Set<number>();
beforeAll(() => {
  for (const pid of descendants(process.pid)) servers.add(pid);
});
