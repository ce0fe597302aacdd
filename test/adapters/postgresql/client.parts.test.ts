import { expect, test } from '@jest/globals';
import { fingerprintDifferences } from '../../../lib/domain/database/fingerprint.ts';
import { canonicalSchema } from '../../../lib/domain/database/schema.ts';
import { ConfigurationError } from '../../../lib/domain/errors.ts';
import type { Database } from '../../../lib/ports/database.ts';
import {
  byUrl,
  collect,
  emptyDatabase,
  equal,
  from,
  inPod,
  order,
  postgres,
  restoring,
  whole,
} from './shop.ts';

test('a probe says who they are and how much there is', async () => {
  const facts = await (await byUrl('shop')).probe();
  expect(facts.server).toMatchObject({ engine: 'postgresql', major: facts.dumpTool.major });
  expect(facts.bytes).toBeGreaterThan(5_000_000);
  expect(facts.extensions.map(({ name }) => name)).toEqual(['pgcrypto', 'plpgsql']);
});

test.each<[string, (database: string) => Database | Promise<Database>]>([
  ['by url', (database) => byUrl(database)],
  ['in a pod', (database) => inPod(database)],
])(
  '%s: what was dumped is what is restored, down to the last odd row',
  async (_, connect) => {
    const { bytes, contents } = await whole(await (await connect('shop')).dump(order));
    const { fingerprint, migrations, schema } = contents;
    expect(fingerprint.tables.find(({ name }) => name === 'shop.orders')?.rows).toBe(20_000);
    expect(fingerprint.tables.find(({ name }) => name === 'large objects')?.rows).toBe(2);
    expect(fingerprint.tables.map(({ name }) => name)).toContain('"Odd ""Schema"""."Table; DROP TABLE x --"');
    expect(migrations).toMatchObject([
      { tool: 'flyway', applied: [{ id: '1' }, { id: '2', checksum: '-23' }] },
    ]);
    expect(schema.kind === 'facts' && canonicalSchema(schema.facts)).toContain('shop.events');

    const target = await connect(await emptyDatabase());
    const account = await target.restore(from(bytes), restoring);
    expect(account.bytes).toBe(bytes.length);
    await equal(contents, target);
  },
  60_000,
);

test('the fingerprint is of the snapshot, not of what is written meanwhile', async () => {
  const name = await emptyDatabase();
  const rows = 'INSERT INTO t SELECT md5(n::text) FROM generate_series(1, 5000) AS n';
  await postgres.sql(name, `CREATE TABLE t (a text); ${rows}`);
  const dump = await (await byUrl(name)).dump(order);
  await postgres.sql(name, `${rows}; DELETE FROM t WHERE a < '2'; CREATE TABLE late (a text)`);
  const { bytes, contents } = await whole(dump);

  const target = await byUrl(await emptyDatabase());
  await target.restore(from(bytes), restoring);
  await equal(contents, target);
  const live = await (await byUrl(name)).contents('rows');
  expect(fingerprintDifferences(contents.fingerprint, live.fingerprint)).toHaveLength(2);
});

test('no table is emptied or changed before its rows are counted, though they are dumped already', async () => {
  const name = await emptyDatabase();
  await postgres.sql(name, 'CREATE TABLE t AS SELECT generate_series(1, 100) AS a; CREATE TABLE u ()');
  // Nobody reads from u, so nothing but a lock of its own protects it.
  const dump = await (await byUrl(name)).dump({ ...order, withoutRows: ['public.u'] });
  const bytes = await collect(dump.bytes);
  await dump.contents;
  for (const change of ['TRUNCATE t', 'TRUNCATE u', 'ALTER TABLE t ALTER a TYPE bigint', 'DROP TABLE t'])
    await expect(postgres.sql(name, `SET lock_timeout = '50ms'; ${change}`)).rejects.toThrow('lock timeout');
  await postgres.sql(name, 'INSERT INTO t VALUES (101)');
  await dump.close();
  await postgres.sql(name, `SET lock_timeout = '5s'; TRUNCATE t`);
  const target = await byUrl(await emptyDatabase());
  await target.restore(from(bytes), restoring);
  const found = await target.contents('rows', { withoutRows: ['public.u'] });
  expect(fingerprintDifferences((await dump.contents).fingerprint, found.fingerprint)).toEqual([]);
});

test('one changed row, and one that two tables exchanged, are told', async () => {
  const name = await emptyDatabase();
  await postgres.sql(
    name,
    `CREATE TABLE a (x text, y text); CREATE TABLE b (x text, y text);
    INSERT INTO a VALUES ('1', '2'), ('3', '4'); INSERT INTO b VALUES ('5', '6')`,
  );
  const before = await (await byUrl(name)).contents('rows');
  await postgres.sql(name, `UPDATE a SET x = '2', y = '1' WHERE x = '1'`);
  const after = await (await byUrl(name)).contents('rows');
  expect(fingerprintDifferences(before.fingerprint, after.fingerprint)).toEqual([
    'public.a: 2 rows, but not the same ones',
  ]);
});

test('counts read no row', async () => {
  const { fingerprint } = await (await byUrl('shop')).contents('counts');
  expect(fingerprint.kind).toBe('counts');
  expect(fingerprint.tables.find(({ name }) => name === 'shop.nothing')).toEqual({
    name: 'shop.nothing',
    rows: 3,
  });
});

test('rows that are left out are neither dumped nor counted, and a wrong name is told', async () => {
  const withoutRows = ['shop.orders', 'Odd "Schema".Table; DROP TABLE x --'];
  const { bytes, contents } = await whole(await (await byUrl('shop')).dump({ ...order, withoutRows }));
  expect(contents.fingerprint.tables.map(({ name }) => name)).not.toContain('shop.orders');
  const target = await emptyDatabase();
  await (await byUrl(target)).restore(from(bytes), restoring);
  expect(await postgres.sql(target, 'SELECT count(*) FROM shop.orders')).toBe('0');
  expect(await postgres.sql(target, 'SELECT count(*) FROM shop.events')).toBe('2001');
  const restored = await (await byUrl(target)).contents('rows', { withoutRows });
  expect(fingerprintDifferences(contents.fingerprint, restored.fingerprint)).toEqual([]);

  const wrong = (await byUrl('shop')).dump({ ...order, withoutRows: ['shop.order'] });
  await expect(wrong).rejects.toThrow(ConfigurationError);
  await expect(wrong).rejects.toThrow('did you mean shop.orders?');
});

test('a partitioned table is left out with all its parts', async () => {
  const withoutRows = ['shop.events'];
  const { bytes, contents } = await whole(await (await byUrl('shop')).dump({ ...order, withoutRows }));
  expect(contents.fingerprint.tables.filter(({ name }) => name.startsWith('shop.event'))).toEqual([]);
  const target = await emptyDatabase();
  await (await byUrl(target)).restore(from(bytes), restoring);
  expect(await postgres.sql(target, 'SELECT count(*) FROM shop.events')).toBe('0');
  expect(await postgres.sql(target, 'SELECT count(*) FROM shop.orders')).toBe('20000');
});

test('more arguments go to pg_dump, and ours stand', async () => {
  const extraArgs = ['--no-comments', '--compress=9', '--no-publications'];
  const { bytes, contents } = await whole(await (await byUrl('shop')).dump({ ...order, extraArgs }));
  expect(bytes.length).toBeGreaterThan(5_000_000); // not compressed twice
  const target = await byUrl(await emptyDatabase());
  await target.restore(from(bytes), restoring);
  await equal(contents, target);
  await expect(
    (await byUrl('shop')).dump({ ...order, extraArgs: ['--no-such'] }).then(whole),
  ).rejects.toThrow(/unrecognized option/);
});

test('a schema alone is the same that contents tell', async () => {
  const shop = await byUrl('shop');
  const { fingerprint: _, ...rest } = await shop.contents('counts');
  expect(await shop.schema()).toEqual(rest);
});

test('a database that is not empty is refused, whatever is in it', async () => {
  const { bytes } = await whole(await (await byUrl('shop')).dump({ ...order, fingerprint: 'counts' }));
  for (const sql of [
    'CREATE TABLE t ()',
    'CREATE SEQUENCE s',
    'CREATE SCHEMA x',
    "CREATE TYPE e AS ENUM ('a')",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "SELECT lo_from_bytea(1, 'x')",
  ]) {
    const name = await emptyDatabase();
    await postgres.sql(name, sql);
    const target = await byUrl(name);
    await expect(target.restore(from(bytes), restoring)).rejects.toThrow('is not empty; nothing was changed');
    expect(await target.occupants()).toHaveLength(1);
  }
});

test.each([0.1, 0.5, 0.99])(
  'a dump cut at %f is not restored, and leaves the database empty',
  async (share) => {
    const { bytes } = await whole(await (await byUrl('shop')).dump({ ...order, fingerprint: 'counts' }));
    const cut = bytes.subarray(0, Math.floor(bytes.length * share));
    const target = await byUrl(await emptyDatabase());
    await expect(target.restore(from(cut), restoring)).rejects.toThrow();
    expect(await target.occupants()).toEqual([]);
  },
);

test('an input that breaks off is not restored either, though what came was whole', async () => {
  const { bytes } = await whole(await (await byUrl('shop')).dump({ ...order, fingerprint: 'counts' }));
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield bytes;
    throw new Error('the hash of the object is another');
  }
  for (const target of [await byUrl(await emptyDatabase()), inPod(await emptyDatabase())]) {
    await expect(target.restore(broken(), restoring)).rejects.toThrow('the hash of the object is another');
  }
});
