/** What is read from, and made of, small texts. */
import { expect, test } from '@jest/globals';
import { readDurability, readVertical, replicaQuestions } from '../../../lib/adapters/mysql/durability.ts';
import { withoutDefiners } from '../../../lib/adapters/mysql/definers.ts';
import { accountSql, footer, header, readStatements } from '../../../lib/adapters/mysql/globals-sql.ts';
import { readHead } from '../../../lib/adapters/mysql/head.ts';
import { lockName } from '../../../lib/adapters/mysql/lock.ts';
import { collect, from } from '../../support/bytes.ts';
import { chance, dumpOf, inChunks, madeUpTables } from './dumps.ts';

test.each([
  [
    '/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for x\n',
    'mariadb',
    10,
    11,
  ],
  ['-- MariaDB dump 10.19-11.4.2-MariaDB, for x\n', 'mariadb', 11, 4],
  ['-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n', 'mysql', 8, 0],
  ['-- MySQL dump 10.19  Distrib 10.3.39-MariaDB, for x\n', 'mariadb', 10, 3],
])('%j is of %s %i.%i, and no byte of it is lost', async (text, engine, major, minor) => {
  const chunks = inChunks(Buffer.from(text), chance(3), 5);
  const { dumper, bytes } = await readHead(from(...chunks));
  expect(dumper).toMatchObject({ engine, major, minor });
  expect(String(await collect(bytes))).toBe(text);
});

test('what is no dump, and what is not accepted, is closed', async () => {
  for (const [text, problem] of [
    ['PGDMP', /does not begin as/],
    ['-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n', /not here/],
  ] as const) {
    let closed = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from(text);
        if (text !== 'PGDMP') yield Buffer.from('more');
      } finally {
        closed = true;
      }
    }
    const refuse = (): never => {
      throw new Error('not here');
    };
    await expect(readHead(source(), refuse)).rejects.toThrow(problem);
    expect(closed).toBe(true);
  }
});

test('definers are rewritten at the head of a statement, and nothing else anywhere', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = chance(seed);
    const text = dumpOf(madeUpTables(random), random);
    const expected = text
      .replaceAll('CREATE DEFINER=`a`@`b;` PROCEDURE', 'CREATE DEFINER=CURRENT_USER PROCEDURE')
      .replaceAll('DEFINER=`root`@`localhost` SQL', 'DEFINER=CURRENT_USER SQL')
      .replaceAll('DEFINER=`root`@`%`*/', 'DEFINER=CURRENT_USER*/');
    const rewritten = await collect(withoutDefiners(from(...inChunks(Buffer.from(text), random, 90))));
    expect(String(rewritten)).toBe(expected);
  }
});

test('accounts: roles and users first, no password in a grant, what may not be there yet last', () => {
  const sql = accountSql([
    {
      name: '`a`@`%`',
      create:
        "CREATE USER `a`@`%` IDENTIFIED WITH 'caching_sha2_password' AS 0x2441 DEFAULT ROLE `r`@`%` REQUIRE NONE",
      grants: [
        "GRANT USAGE ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*A''B WITH ' REQUIRE SSL WITH GRANT OPTION",
        'GRANT EXECUTE ON PROCEDURE `shop`.`p` TO `a`@`%`',
        'GRANT SELECT, UPDATE (`b, c`) ON `shop`.`t` TO `a`@`%`',
        'GRANT `r`@`%` TO `a`@`%`',
      ],
    },
    { name: '`r`', create: 'CREATE ROLE `r`', grants: ['GRANT SELECT ON `shop`.* TO `r`'] },
  ]);
  expect(sql).toEqual([
    "CREATE USER IF NOT EXISTS `a`@`%` IDENTIFIED WITH 'caching_sha2_password' AS 0x2441 REQUIRE NONE;",
    'CREATE ROLE IF NOT EXISTS `r`;',
    'GRANT `r`@`%` TO `a`@`%`;',
    'GRANT USAGE ON *.* TO `a`@`%` REQUIRE SSL WITH GRANT OPTION;',
    'GRANT CREATE, SELECT ON `shop`.`t` TO `a`@`%`;',
    'REVOKE CREATE ON `shop`.`t` FROM `a`@`%`;',
    'GRANT SELECT ON `shop`.* TO `r`;',
    'SET DEFAULT ROLE `r`@`%` TO `a`@`%`;',
    'GRANT EXECUTE ON PROCEDURE `shop`.`p` TO `a`@`%`;',
    'GRANT UPDATE (`b, c`) ON `shop`.`t` TO `a`@`%`;',
  ]);
  const text = [header, ...sql, footer, ''].join('\n');
  expect(readStatements(text)).toEqual(sql.map((line) => line.slice(0, -1)));
  expect(readStatements(text.slice(0, -5))).toBeUndefined();
  expect(readStatements('DROP DATABASE shop')).toBeUndefined();
});

test('a lock has a name of at most 64 characters, of one database only', () => {
  const long = 'x'.repeat(63);
  expect(lockName('shop')).toBe('slipway:shop');
  expect(lockName(long).length).toBeLessThanOrEqual(64);
  expect(lockName(`${long.slice(1)}y`)).not.toBe(lockName(long));
});

test('replicas and lag', () => {
  const own = readVertical(
    '*************************** 1. row ***************************\n      Master_Host: db-0\n  Seconds_Behind_Master: 7\n   Last_Error: \n',
  );
  const replicas = readVertical(
    '*************************** 1. row ***************************\nServer_id: 2\n     Host: db-1\n     Port: 3306\n*************************** 2. row ***************************\nServer_Id: 3\n     Host: \n     Port: 3306\n',
  );
  expect(readDurability({ now: 'n', logs: true, own, replicas })).toEqual({
    now: 'n',
    archive: { kind: 'beside the data' },
    replicas: [{ name: 'this server, of db-0', lagSeconds: 7 }, { name: 'db-1:3306' }, { name: 'server 3' }],
  });
  expect(readDurability({ now: 'n', logs: true, own: [], replicas: { why: 'denied' } }).archive).toEqual({
    kind: 'unreadable',
    why: 'denied',
  });
  expect(readDurability({ now: 'n', logs: false, own: [], replicas: { why: 'denied' } }).archive).toEqual({
    kind: 'off',
  });
  expect(replicaQuestions({ engine: 'mysql', major: 8, minor: 4, text: '' }).own).toBe('SHOW REPLICA STATUS');
});
