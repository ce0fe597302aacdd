import { readFile, stat } from 'node:fs/promises';
import { beforeAll, expect, test } from '@jest/globals';
import { TargetError, ToolError, UnreachableError } from '../../../lib/domain/errors.ts';
import type { SpawnStream } from '../../../lib/ports/process.ts';
import { startMariaDb } from '../../../sandbox/databases/mariadb.ts';
import { allGone, descendants } from '../../support/process-tree.ts';
import {
  byUrl,
  collect,
  emptyDatabase,
  from,
  inPod,
  mariadb,
  named,
  order,
  restoring,
  spawn,
  whole,
} from './shop.ts';
import type { As } from './shop.ts';

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

test('no secret is in an argument, and the files are private', async () => {
  const commands: string[] = [];
  const modes: number[] = [];
  const watching: SpawnStream = async (command, options) => {
    commands.push(command.argv.join(' '), JSON.stringify(command.env));
    for (const [, file = ''] of command.argv.join(' ').matchAll(/--defaults-file=(\S+)/g))
      modes.push((await stat(file)).mode & 0o777);
    return spawn(command, options);
  };
  await whole(await (await byUrl('shop', { spawn: watching })).dump({ ...order, fingerprint: 'counts' }));
  expect(commands.length).toBeGreaterThanOrEqual(6);
  expect(commands.join('\n')).not.toContain(mariadb.password.slice(0, 8));
  expect(new Set(modes)).toEqual(new Set([0o600]));
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

test('a dump tool that is killed is no dump', async () => {
  const dump = await (await byUrl('shop')).dump(order);
  const reading = (async () => {
    for await (const _ of dump.bytes)
      for (const pid of descendants(process.pid)) if ((await comm(pid)) === 'mariadb-dump') kill(pid);
  })();
  await expect(reading).rejects.toThrow('mariadb-dump failed');
  await expect(dump.contents).rejects.toThrow('mariadb-dump failed');
  await dump.close();
});

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

test('closing early gives everything back and leaves no process', async () => {
  const dump = await (await byUrl('shop')).dump({ ...order, lock: { wait: 0 } });
  const pids = descendants(process.pid);
  for await (const _ of dump.bytes) break;
  await dump.close();
  await allGone(pids.filter((pid) => !servers.has(pid)));
  await (await (await byUrl('shop')).dump({ ...order, lock: { wait: 10_000 } })).close();
});

test.each([0.1, 0.5, 0.99])(
  'a dump cut at %f is not restored, and leaves the database empty',
  async (share) => {
    const { bytes } = await whole(await (await byUrl('shop')).dump({ ...order, fingerprint: 'counts' }));
    const cut = bytes.subarray(0, Math.floor(bytes.length * share));
    const target = await byUrl(await emptyDatabase());
    await expect(target.restore(from(cut), restoring)).rejects.toThrow(/no whole dump/);
    expect(await target.occupants()).toEqual([]);
    await expect(target.parse(from(cut))).rejects.toThrow(/no whole dump/);
  },
  60_000,
);

test('an input that breaks off is not restored either, though what came was whole', async () => {
  const { bytes } = await whole(await (await byUrl('shop')).dump({ ...order, fingerprint: 'counts' }));
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield bytes;
    throw new Error('the hash of the object is another');
  }
  for (const target of [await byUrl(await emptyDatabase()), inPod(await emptyDatabase())]) {
    await expect(target.restore(broken(), restoring)).rejects.toThrow('the hash of the object is another');
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

test('a stream that ends early and well, and one that was changed, are failures', async () => {
  const through =
    (pipe: string) =>
    (tool: readonly string[]): readonly string[] =>
      tool.includes('mariadb-dump') && tool.includes('--quick')
        ? ['sh', '-c', `"$@" ${pipe}`, 'x', ...tool]
        : tool;
  for (const [pipe, problem] of [
    ['2>/dev/null | head -c 1000000', /broke off after 1000000 bytes|no whole dump/],
    [`| tr 'q' 'r'`, /did not arrive whole: other bytes|broke off/],
  ] as const) {
    const dump = await inPod('shop', through(pipe)).dump(order);
    await expect(collect(dump.bytes)).rejects.toThrow(problem);
    await dump.close();
  }
});

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

const servers = new Set<number>();
beforeAll(() => {
  for (const pid of descendants(process.pid)) servers.add(pid);
});

/** It may have ended by itself meanwhile. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ESRCH') throw error;
  }
}

async function comm(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
}
