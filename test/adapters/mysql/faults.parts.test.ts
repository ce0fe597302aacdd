import { expect, test } from '@jest/globals';
import { TargetError, ToolError, UnreachableError } from '../../../lib/domain/errors.ts';
import type { SpawnStream } from '../../../lib/ports/process.ts';
import { startMariaDb } from '../../../sandbox/databases/mariadb.ts';
import { from } from '../../support/bytes.ts';
import { wholeShop } from '../database/contract.ts';
import { faultsContract, readAndKill } from '../database/contract-faults.ts';
import { order, restoring, whole } from '../database/round-trip.ts';
import { byUrl, emptyDatabase, inPod, spawn, subject, mariadb, named } from './shop.ts';
import type { As } from './shop.ts';

faultsContract(subject);

test('of a dump whose tool is killed nothing is told: its rows are counted as they pass', async () => {
  const dump = await (await byUrl('shop')).dump(order);
  await expect(readAndKill(dump, 'mariadb-dump')).rejects.toThrow('mariadb-dump failed');
  await expect(dump.contents).rejects.toThrow('mariadb-dump failed');
  await dump.close();
});

test('wrong password, no such database, nobody there, no TLS: who is to do what', async () => {
  const asked = async (as: As, database = 'shop'): Promise<unknown> =>
    (await byUrl(database, as)).probe().catch((error: unknown) => error);
  const saying = (text: string): unknown =>
    expect.objectContaining({ message: expect.stringContaining(text) });
  expect(await asked({ password: 'wrong' })).toEqual(saying('password of user shop'));
  expect(await asked({ password: '' })).toEqual(saying('not in without a password'));
  expect(await asked({}, 'nothing')).toEqual(saying('no database nothing'));
  expect(await asked({ port: 1 })).toBeInstanceOf(UnreachableError);
  const plain = await asked({ sslMode: 'require' });
  expect(plain).toBeInstanceOf(TargetError);
  expect(plain).toEqual(saying('not encrypted'));
  expect(await asked({ sslMode: 'verify-full' })).toEqual(saying('sslmode'));
  expect(await asked({ sslMode: 'disable' })).toHaveProperty('server');
});

test('a user that may not see all of it is refused, before anything is dumped', async () => {
  await mariadb.sql(
    'shop',
    `CREATE USER clerk@'127.0.0.1' IDENTIFIED BY 'clerk'; GRANT SELECT ON shop.orders TO clerk@'127.0.0.1'`,
  );
  const clerk = await byUrl('shop', { user: 'clerk', password: 'clerk' });
  await expect(clerk.dump(order)).rejects.toMatchObject({
    message: expect.stringContaining('may not see all of the database'),
    details: [
      ['missing', 'SELECT, TRIGGER, EVENT ON `shop`.*'],
      ['missing', 'SELECT ON `mysql`.`proc`, for procedures and functions'],
    ],
  });
  await mariadb.sql(
    '',
    `GRANT SELECT, TRIGGER, EVENT ON shop.* TO clerk@'127.0.0.1'; GRANT SELECT ON mysql.proc TO clerk@'127.0.0.1'`,
  );
  await expect(clerk.dump(order).then(whole)).rejects.toThrow(/may not SHOW VIEW/);
  await mariadb.sql('', `GRANT SHOW VIEW ON shop.* TO clerk@'127.0.0.1'`);
  const { contents } = await whole(await clerk.dump(order));
  expect(contents.fingerprint.tables).toEqual(
    (await (await byUrl('shop')).contents('rows')).fingerprint.tables,
  );
});

test.each(['pa"ss\\word', "it's # no comment", ' leading and trailing ', '\\t\\s"\'#'])(
  'a password of odd signs: %s',
  async (password) => {
    await mariadb.sql(
      '',
      `CREATE OR REPLACE USER odd@'127.0.0.1' IDENTIFIED BY '${password.replace(/['\\]/g, '\\$&')}'; GRANT SELECT ON shop.* TO odd@'127.0.0.1'`,
    );
    expect((await (await byUrl('shop', { user: 'odd', password })).probe()).server.engine).toBe('mariadb');
  },
);

/** Sixty megabytes in many rows: far more than pipes and sockets hold. */
const bulk = 'CREATE TABLE t (a text); INSERT INTO t SELECT repeat(md5(seq), 100) FROM seq_1_to_20000';

test('a connection that the server ends is no dump', async () => {
  await mariadb.sql('', 'CREATE DATABASE bulk');
  await mariadb.sql('bulk', bulk);
  const dump = await (await byUrl('bulk')).dump(order);
  const dumping = `SELECT id FROM information_schema.PROCESSLIST WHERE user = 'shop' AND info LIKE 'SELECT /%'`;
  let killed = false;
  const reading = (async () => {
    for await (const _ of dump.bytes) {
      // While nobody reads it fills its pipes, and then waits in the middle of a table.
      while (!killed) {
        const [id = ''] = (await mariadb.sql('', dumping)).split('\n');
        if (id !== '') killed = await mariadb.sql('', `KILL ${id}`).then(() => true);
      }
    }
  })();
  await expect(reading).rejects.toThrow(/the server ended the connection|mariadb-dump failed/);
  await dump.close();
});

test('a server that is killed makes no dump, and none after it', async () => {
  const own = await startMariaDb();
  await own.sql('', 'CREATE DATABASE shop');
  await own.sql('shop', bulk);
  const as = { port: own.port, password: own.password };
  const dump = await (await byUrl('shop', as)).dump(order);
  let stopped = false;
  const reading = (async () => {
    for await (const _ of dump.bytes) if (!stopped) stopped = await own.stop().then(() => true);
    await dump.contents;
  })();
  await expect(reading).rejects.toThrow();
  await dump.close();
  await expect((await byUrl('shop', as)).probe()).rejects.toThrow(UnreachableError);
}, 60_000);

test('two at once: the second waits, and is told who has it; a kill gives it back', async () => {
  const shop = await byUrl('shop');
  const first = await shop.dump({ ...order, lock: { wait: 0 } });
  const second = shop.dump({ ...order, lock: { wait: 1_000 } });
  await expect(second).rejects.toMatchObject({
    message: expect.stringContaining(
      'another backup or migration is at work on this database and was not done within 1 s',
    ),
    details: [['held by', expect.stringMatching(/^connection \d+ of shop from (127\.0\.0\.1|localhost)/)]],
  });
  const other = await (await byUrl(await emptyDatabase())).dump({ ...order, lock: { wait: 0 } });
  const third = shop.dump({ ...order, lock: { wait: 60_000 } });
  await Promise.all([first.close(), other.close()]);
  await (await third).close();
});

test('an input that breaks off is not restored either, though what came was whole', async () => {
  const { bytes } = await wholeShop(subject);
  const problem = 'the hash of the object is another';
  for (const target of [await byUrl(await emptyDatabase()), inPod(await emptyDatabase())]) {
    await expect(target.restore(from(bytes, new Error(problem)), restoring)).rejects.toThrow(problem);
    expect(await target.occupants()).toEqual([]);
  }
}, 60_000);

test('it stops at the first error, and drops what it had made', async () => {
  const { bytes } = await whole(await (await byUrl('shop')).dump(order));
  const text = String(bytes);
  const broken = Buffer.from(
    text.replace('\nUNLOCK TABLES;\n', '\nUNLOCK TABLES;\nINSERT INTO `no such` VALUES (1);\n'),
  );
  const target = await byUrl(await emptyDatabase());
  await expect(target.restore(from(broken), restoring)).rejects.toThrow(/no such/);
  expect(await target.occupants()).toEqual([]);
}, 60_000);

test('a dump of a newer tool, and what is no dump, are refused before anything changes', async () => {
  const { bytes } = await whole(await (await byUrl('shop')).dump(order));
  const newer = Buffer.concat([
    Buffer.from(String(bytes.subarray(0, 500)).replace(/Distrib 10\.11\.\d+/, 'Distrib 10.11.99')),
    bytes.subarray(500),
  ]);
  const target = await byUrl(await emptyDatabase());
  await expect(target.restore(from(newer), restoring)).rejects.toThrow(
    /is older than what wrote the dump, MariaDB 10.11.99; nothing was changed/,
  );
  await expect(target.restore(from(Buffer.from('PGDMP')), restoring)).rejects.toThrow(
    /this is no whole dump: it does not begin as one/,
  );
});

test('a cancel ends a dump and a restore', async () => {
  const controller = new AbortController();
  const dump = await (await byUrl('shop')).dump({ ...order, signal: controller.signal });
  const reading = (async () => {
    for await (const _ of dump.bytes) controller.abort();
  })();
  await expect(reading).rejects.toMatchObject({ name: 'CancelledError' });
  await dump.close();

  const { bytes } = await whole(await (await byUrl('shop')).dump(order));
  const stop = new AbortController();
  async function* slow(): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, 2_000_000);
    stop.abort();
    yield bytes.subarray(2_000_000);
  }
  const target = await byUrl(await emptyDatabase());
  await expect(target.restore(slow(), { ...restoring, signal: stop.signal })).rejects.toMatchObject({
    name: 'CancelledError',
  });
  expect(await target.occupants()).toEqual([]);
}, 60_000);

test('a tool that is not there', async () => {
  const nowhere: SpawnStream = (command, options) =>
    spawn(
      { ...command, env: { ...command.env, PATH: '/nowhere' }, argv: ['/bin/sh', ...command.argv.slice(1)] },
      options,
    );
  const probe = (await byUrl(named('shop'), { spawn: nowhere })).probe();
  await expect(probe).rejects.toThrow('there is no mariadb');
  await expect(probe).rejects.not.toBeInstanceOf(ToolError);
});
