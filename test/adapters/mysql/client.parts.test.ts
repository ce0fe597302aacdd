import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { fingerprintDifferences } from '../../../lib/domain/database/fingerprint.ts';
import { TargetError } from '../../../lib/domain/errors.ts';
import { collect, from } from '../../support/bytes.ts';
import { databaseContract } from '../database/contract.ts';
import { equal, order, restoring, whole } from '../database/round-trip.ts';
import { byUrl, emptyDatabase, inPod, subject, mariadb, named } from './shop.ts';

databaseContract(subject);

test('counted from the dump: the fingerprint is of the snapshot, not of what is written meanwhile', async () => {
  const name = await emptyDatabase();
  const rows = 'INSERT INTO t SELECT seq, md5(seq), repeat("x", 500) FROM seq_1_to_5000';
  await mariadb.sql(name, `CREATE TABLE t (n int, a text, b text); ${rows}`);
  const dump = await (await byUrl(name)).dump(order);
  const bytes: Uint8Array[] = [];
  for await (const chunk of dump.bytes) {
    if (bytes.length === 0) await mariadb.sql(name, `DELETE FROM t WHERE n < 100; ${rows}`);
    bytes.push(chunk);
  }
  const contents = await dump.contents;
  await dump.close();
  expect(contents.fingerprint.tables).toMatchObject([{ name: 't', rows: 5_000 }]);

  const target = await byUrl(await emptyDatabase());
  await target.restore(from(...bytes), restoring);
  await equal(contents, target);
  const live = await (await byUrl(name)).contents('rows');
  expect(fingerprintDifferences(contents.fingerprint, live.fingerprint)).toHaveLength(1);
});

test('a snapshot is never older than it says', async () => {
  const dump = await (await byUrl('shop')).dump(order);
  const now = await mariadb.sql('', `SELECT date_format(utc_timestamp(3), '%Y-%m-%dT%H:%i:%s.%fZ')`);
  await dump.close();
  expect(dump.takenAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(dump.takenAt < now).toBe(true);
  await expect(dump.contents).rejects.toThrow();
});

test('a schema that changes meanwhile makes no dump', async () => {
  const name = await emptyDatabase();
  await mariadb.sql(name, 'CREATE TABLE t (a int)');
  const dump = await (await byUrl(name)).dump(order);
  await mariadb.sql(name, 'CREATE TABLE late (a int)');
  const reading = whole(dump);
  await expect(reading).rejects.toThrow(TargetError);
  // We, the reader of the dump or the server itself: whoever meets it first.
  await expect(reading).rejects.toThrow(/schema changed while|no whole dump|altered while it was dumped/);
});

test('without owners everything belongs to who restores, whoever made it', async () => {
  const name = await emptyDatabase();
  await mariadb.sql(
    name,
    `CREATE USER maker@localhost; CREATE TABLE t (a int);
    CREATE DEFINER=maker@localhost VIEW v AS SELECT 'CREATE DEFINER=\`x\`@\`y\` VIEW' AS text;
    CREATE DEFINER=maker@localhost FUNCTION f() RETURNS int RETURN 1;
    CREATE DEFINER=maker@localhost TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;
    CREATE DEFINER=maker@localhost EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1`,
  );
  const { bytes, contents } = await whole(await (await byUrl(name)).dump(order));
  await mariadb.sql('', 'DROP USER maker@localhost');
  const target = await emptyDatabase();
  await mariadb.sql(
    '',
    `CREATE USER clerk@'127.0.0.1' IDENTIFIED BY 'clerk'; GRANT ALL ON ${named(target)}.* TO clerk@'127.0.0.1'`,
  );
  const clerk = await byUrl(target, { user: 'clerk', password: 'clerk' });
  await expect(clerk.restore(from(bytes), restoring)).rejects.toMatchObject({
    remedy: expect.stringContaining('owners: false'),
  });
  expect(await clerk.occupants()).toEqual([]);

  expect((await clerk.restore(from(bytes), { ...restoring, owners: false })).bytes).toBe(bytes.length);
  await equal(contents, await byUrl(target));
  expect(await mariadb.sql(target, 'SELECT text FROM v')).toBe('CREATE DEFINER=`x`@`y` VIEW');
  expect(
    await mariadb.sql(
      '',
      `SELECT DISTINCT definer FROM information_schema.ROUTINES WHERE routine_schema = '${target}'`,
    ),
  ).toBe('clerk@127.0.0.1');
});

test('beside: made empty with the same encoding, found by its name, dropped whoever is in it', async () => {
  const name = await emptyDatabase();
  await mariadb.sql('', `ALTER DATABASE ${named(name)} CHARACTER SET latin1 COLLATE latin1_german2_ci`);
  const shop = await byUrl(name);
  const beside = await shop.createBeside('slipway `beside` 1');
  expect(await beside.occupants()).toEqual([]);
  expect(await mariadb.sql('slipway `beside` 1', 'SELECT @@collation_database')).toBe('latin1_german2_ci');
  await expect(shop.createBeside('slipway `beside` 1')).rejects.toThrow(/exists already/);
  expect(await shop.namesBeside('slipway `b')).toEqual(['slipway `beside` 1']);

  await mariadb.sql('slipway `beside` 1', 'CREATE TABLE t (a int)');
  const other = mariadb.sql('slipway `beside` 1', 'START TRANSACTION; SELECT * FROM t; DO SLEEP(100)');
  const gone = expect(other).rejects.toThrow();
  const busy = `SELECT count(*) FROM information_schema.PROCESSLIST WHERE info LIKE 'DO SLEEP%'`;
  while ((await mariadb.sql('', busy)) !== '1');
  await shop.dropBeside('slipway `beside` 1');
  await gone;
  expect(await shop.namesBeside('slipway `b')).toEqual([]);
  await shop.dropBeside('slipway `beside` 1');
});

test('room on the disk is told beside the server, and not over a url', async () => {
  expect(await inPod('shop').freeBytes()).toBeGreaterThan(1_000_000);
  expect(await (await byUrl('shop')).freeBytes()).toBeUndefined();
});

test('durability: no binary log, no replica', async () => {
  const { archive, replicas, now } = await (await byUrl('shop')).durability();
  expect([archive, replicas]).toEqual([{ kind: 'off' }, []]);
  expect(now).toMatch(/Z$/);
});

test('accounts are dumped as SQL; those that are there keep their password and get their grants', async () => {
  const shop = inPod('shop');
  await mariadb.sql(
    'shop',
    `CREATE ROLE reader; GRANT SELECT ON shop.* TO reader;
    CREATE USER 'it''s'@'%' IDENTIFIED BY 'one'; GRANT reader TO 'it''s'@'%'; SET DEFAULT ROLE reader FOR 'it''s'@'%';
    GRANT UPDATE, DELETE ON shop.orders TO 'it''s'@'%' WITH GRANT OPTION;
    GRANT SELECT (note) ON shop.orders TO 'it''s'@'%'; GRANT EXECUTE ON FUNCTION shop.folder TO 'it''s'@'%'`,
  );
  const grants = (): Promise<string> =>
    mariadb.sql('', `SHOW GRANTS FOR 'it''s'@'%'; SHOW GRANTS FOR reader`);
  const before = await grants();
  const globals = await shop.dumpGlobals();
  const bytes = await collect(globals.bytes);
  expect(String(bytes)).not.toMatch(/mariadb\.sys|`root`@`localhost`/);
  expect(globals.account().bytes).toBe(bytes.length);

  await mariadb.sql('', `DROP USER 'it''s'@'%'; DROP ROLE reader`);
  await shop.applyGlobals(from(bytes));
  expect(await grants()).toBe(before);

  await mariadb.sql('', `SET PASSWORD FOR 'it''s'@'%' = PASSWORD('two'); REVOKE ALL ON shop.* FROM reader`);
  await shop.applyGlobals(from(bytes));
  const login = await byUrl('shop', { user: "it's", password: 'two' });
  expect((await login.schema()).schema.kind).toBe('facts');

  // On another server the tables are not there yet.
  await mariadb.sql('', `DROP USER 'it''s'@'%'; DROP ROLE reader`);
  const other = Buffer.from(String(bytes).replaceAll('`shop`', '`not there`'));
  await shop.applyGlobals(from(other));
  expect(await grants()).toContain(
    "GRANT UPDATE, DELETE ON `not there`.`orders` TO `it's`@`%` WITH GRANT OPTION",
  );
  await expect(shop.applyGlobals(from(bytes.subarray(0, -10)))).rejects.toThrow(/not all of it/);

  // A server that does not take a statement says what it had trouble with, the password's hash too.
  const strange = String(bytes).replace(/ IDENTIFIED /, ' UNHEARD IDENTIFIED ');
  const error = await shop.applyGlobals(from(Buffer.from(strange))).catch((thrown: unknown) => thrown);
  const hash = /'(\*[0-9A-F]{40})'/.exec(strange)?.[1] ?? 'none';
  expect(hash).not.toBe('none');
  expect(inspect(error, { depth: 9 })).toMatch(/SQL syntax/);
  expect(inspect(error, { depth: 9 })).not.toContain(hash.slice(0, 12));
});
