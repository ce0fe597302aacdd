import { expect, test } from '@jest/globals';
import { compareSchemas } from '../../../lib/domain/database/compare-schemas.ts';
import { fingerprintDifferences } from '../../../lib/domain/database/fingerprint.ts';
import { collect, from } from '../../support/bytes.ts';
import { databaseContract, wholeShop } from '../database/contract.ts';
import { equal, order, restoring, roundTrip, whole } from '../database/round-trip.ts';
import { until } from '../../sandbox-parts/running.ts';
import { byUrl, emptyDatabase, inPod, subject, postgres } from './shop.ts';

databaseContract(subject);

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

test('a table that is dropped while the dump begins: the dump fails, and says what to do', async () => {
  const name = await emptyDatabase();
  await postgres.sql(name, 'CREATE TABLE going ()');
  const locked = `SELECT FROM pg_locks WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND mode =`;
  // Dropped, and not committed before the dump, which has listed it, waits for it.
  const dropped = postgres.sql(
    name,
    `BEGIN; DROP TABLE going; DO $$ BEGIN
      WHILE NOT EXISTS (${locked} 'AccessShareLock' AND NOT granted) LOOP PERFORM pg_sleep(0.02); END LOOP;
    END $$; COMMIT`,
  );
  const held = `SELECT EXISTS (${locked} 'AccessExclusiveLock')`;
  await until('dropped', async () => (await postgres.sql(name, held)) === 't');
  await expect((await byUrl(name)).dump(order)).rejects.toMatchObject({
    name: 'TargetError',
    message: expect.stringMatching(/a table was dropped .*public.going/),
    remedy: 'try again when no migration runs',
  });
  await dropped;
}, 60_000);

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

test('values that changed places between two rows, or are hashed apart for their length, are told', async () => {
  const name = await emptyDatabase();
  const [long, other] = ['a', 'b'].map((letter) => letter.repeat(200));
  await postgres.sql(
    name,
    `CREATE TABLE t (n integer, long text, doc jsonb, raw bytea, word varchar(9));
    INSERT INTO t VALUES (1, '${long}', '{"a": 1}', 'x', NULL), (2, '${other}', '{"a": 2}', 'y', '')`,
  );
  const source = await byUrl(name);
  const before = await source.contents('rows');
  for (const column of ['long', 'doc', 'raw', 'word']) {
    const swap = `UPDATE t SET ${column} = (SELECT ${column} FROM t AS o WHERE o.n <> t.n)`;
    await postgres.sql(name, swap);
    const { fingerprint } = await source.contents('rows');
    expect([column, fingerprintDifferences(before.fingerprint, fingerprint)]).toEqual([
      column,
      ['public.t: 2 rows, but not the same ones'],
    ]);
    await postgres.sql(name, swap);
  }
  expect((await source.contents('rows')).fingerprint).toEqual(before.fingerprint);
});

test('as many columns as a table can have, of any name and collation, come back the same', async () => {
  const source = await emptyDatabase();
  const odd = `"a""b" text COLLATE "POSIX", "new\nline" text, ":x" text, "$1" text, "ä 😀" integer, "\\" text`;
  const more = Array.from(
    { length: 1594 },
    (_, n) => `column_of_some_length_${n} ${n % 2 === 0 ? 'text' : 'int'}`,
  );
  await postgres.sql(
    source,
    `CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    CREATE TABLE t (${odd}, ${more.join(', ')});
    CREATE TABLE loose (a text COLLATE loose, b text COLLATE "C", g text GENERATED ALWAYS AS (b || 'x') STORED);
    INSERT INTO t ("a""b", "$1", column_of_some_length_1593) VALUES ('q', 'd', 7);
    INSERT INTO loose (a, b) VALUES ('A', 'b')`,
  );
  await roundTrip(await byUrl(source), await byUrl(await emptyDatabase()));
  const { fingerprint } = await (await byUrl(source)).contents('rows');
  await postgres.sql(source, `UPDATE loose SET a = 'a'`);
  const changed = await (await byUrl(source)).contents('rows');
  expect(fingerprintDifferences(fingerprint, changed.fingerprint)).toEqual([
    'public.loose: 1 row, but not the same ones',
  ]);
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

test('a constraint that is validated, and one that takes over an index, leave the schema the same', async () => {
  const name = await emptyDatabase();
  await postgres.sql(
    name,
    `CREATE TABLE a (id integer PRIMARY KEY);
    CREATE TABLE t (n integer NOT NULL, a integer, "Odd (b)" integer);
    CREATE UNIQUE INDEX odd ON t ("Odd (b)", a); CREATE UNIQUE INDEX key ON t (n);
    ALTER TABLE t ADD CONSTRAINT positive CHECK (n > 0) NOT VALID,
      ADD CONSTRAINT known FOREIGN KEY (a) REFERENCES a DEFERRABLE NOT VALID`,
  );
  const before = await (await byUrl(name)).schema();
  await postgres.sql(
    name,
    `ALTER TABLE t VALIDATE CONSTRAINT positive; ALTER TABLE t VALIDATE CONSTRAINT known;
    ALTER TABLE t ADD CONSTRAINT odd_once UNIQUE USING INDEX odd; ALTER TABLE t ADD PRIMARY KEY USING INDEX key`,
  );
  const after = await (await byUrl(name)).schema();
  expect(after).not.toEqual(before);
  expect(compareSchemas(before.schema, after.schema)).toEqual({ kind: 'same' });
});

test('a schema alone is the same that contents tell', async () => {
  const shop = await byUrl('shop');
  const { fingerprint: _, ...rest } = await shop.contents('counts');
  expect(await shop.schema()).toEqual(rest);
});

test('an input that breaks off is not restored either, though what came was whole', async () => {
  const { bytes } = await wholeShop(subject);
  const problem = 'the hash of the object is another';
  for (const target of [await byUrl(await emptyDatabase()), inPod(await emptyDatabase())]) {
    await expect(target.restore(from(bytes, new Error(problem)), restoring)).rejects.toThrow(problem);
  }
});
