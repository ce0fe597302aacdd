/** An application that restarts comes up in the middle of a restore, and its migrations make their own tables. */
import { expect, test } from '@jest/globals';
import type { Database } from '../../../lib/ports/database.ts';
import { until } from '../../sandbox-parts/running.ts';
import { order, restoring, whole } from '../database/round-trip.ts';
import { byUrl, emptyDatabase, inPod, mariadb, named } from './shop.ts';

/** All that a dump can make; `a` is the first table, `m` and `z` come behind it. */
const everything = `CREATE TABLE a (n int); INSERT INTO a VALUES (1), (2); CREATE SEQUENCE s;
CREATE TABLE m (n int); INSERT INTO m VALUES (1); CREATE TABLE z (n int, FOREIGN KEY (n) REFERENCES k (n));
CREATE VIEW v AS SELECT n FROM a; CREATE FUNCTION f() RETURNS int RETURN 1; CREATE PROCEDURE p() SELECT 1;
CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1; CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.n = 3;`;

async function dumped(): Promise<string> {
  const source = await emptyDatabase();
  await mariadb.sql(source, `CREATE TABLE k (n int PRIMARY KEY); ${everything}`);
  return String((await whole(await (await byUrl(source)).dump(order))).bytes);
}

const has = async (database: string, table: string): Promise<boolean> =>
  (await mariadb.sql(
    '',
    `SELECT count(*) FROM information_schema.TABLES WHERE table_schema = '${database}' AND table_name = '${table}'`,
  )) === '1';

/** Gives the dump up to behind the statement that makes `a`; the rest once `meanwhile` has been done. */
async function* around(
  text: string,
  database: string,
  meanwhile: () => Promise<unknown>,
): AsyncGenerator<Uint8Array> {
  const [first = ''] = /^[\s\S]*?CREATE TABLE `a`[\s\S]*?;\n/.exec(text) ?? [];
  yield Buffer.from(first);
  await until('a is there', () => has(database, 'a'), 30_000);
  await meanwhile();
  yield Buffer.from(text.slice(first.length));
}

const apps = `CREATE TABLE users (n int); INSERT INTO users VALUES (1);
CREATE TABLE m (n int); INSERT INTO m VALUES (7), (8); CREATE FUNCTION g() RETURNS int RETURN 1`;

test.each<[string, (database: string) => Database | Promise<Database>]>([
  ['by url', (database) => byUrl(database)],
  ['in a pod', (database) => inPod(database)],
])(
  '%s: what somebody else made meanwhile stays, and what the dump made goes',
  async (_, connect) => {
    const text = await dumped();
    const name = await emptyDatabase();
    const target = await connect(name);
    const failed = target.restore(
      around(text, name, () => mariadb.sql(name, apps)),
      restoring,
    );
    await expect(failed).rejects.toMatchObject({
      message: expect.stringMatching(
        /Table 'm' already exists.*dropped again.*not of the restore and stays: table m, table users, function g$/s,
      ),
      remedy: expect.stringContaining('an application that restarts?'),
    });
    expect(await target.occupants()).toEqual(['table m', 'table users', 'function g']);
    expect(await mariadb.sql(name, 'SELECT n FROM m')).toBe('7\n8');
  },
  60_000,
);

test('a table that was made after its statement was on its way stays, too', async () => {
  const text = await dumped();
  const name = await emptyDatabase();
  const target = await byUrl(name);
  // The rows of `a` wait, and all behind them is in the pipe.
  const holding = (): Promise<string> => mariadb.sql(name, 'LOCK TABLES a READ; DO SLEEP(3); UNLOCK TABLES');
  let held: Promise<string> | undefined;
  const failed = target.restore(
    around(text, name, async () => {
      held = holding();
      await until('a is locked', async () =>
        (await mariadb.sql('', 'SELECT info FROM information_schema.PROCESSLIST')).includes('DO SLEEP(3)'),
      );
    }),
    restoring,
  );
  const waits = `SELECT count(*) FROM information_schema.PROCESSLIST WHERE state LIKE 'Waiting for table metadata%'`;
  await until('its rows wait', async () => (await mariadb.sql('', waits)) !== '0');
  await mariadb.sql(name, 'CREATE TABLE z (own int); INSERT INTO z VALUES (5)');
  await expect(failed).rejects.toThrow(/'z' already exists.*stays: table z$/s);
  await held;
  expect(await target.occupants()).toEqual(['table z']);
  expect(await mariadb.sql(name, 'SELECT own FROM z')).toBe('5');
}, 60_000);

test('a cancel takes back what was restored, and no more', async () => {
  const text = await dumped();
  const name = await emptyDatabase();
  const target = await byUrl(name);
  const stop = new AbortController();
  const failed = target.restore(
    around(text, name, async () => {
      await mariadb.sql(name, apps);
      stop.abort();
    }),
    { ...restoring, signal: stop.signal },
  );
  await expect(failed).rejects.toMatchObject({
    name: 'CancelledError',
    message: expect.stringContaining('stays: table m, table users, function g'),
  });
  expect(await target.occupants()).toEqual(['table m', 'table users', 'function g']);
}, 60_000);

test('whatever a dump makes is taken back', async () => {
  const broken = (await dumped()).replace(
    '-- Dump completed',
    'INSERT INTO `no such` VALUES (1);\n-- Dump completed',
  );
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(broken);
  }
  const name = await emptyDatabase();
  const target = await byUrl(name);
  await expect(target.restore(bytes(), restoring)).rejects.toThrow(/no such/);
  expect(await target.occupants()).toEqual([]);
  expect(await mariadb.sql('', `SHOW TRIGGERS FROM ${named(name)}`)).toBe('');
}, 60_000);
