import { expect, test } from '@jest/globals';
import { explain } from '../../../lib/adapters/mysql/explain.ts';
import { MalformedDump } from '../../../lib/adapters/mysql/malformed-dump.ts';
import { TargetError, ToolError, UnreachableError } from '../../../lib/domain/errors.ts';

const said = (text: string): unknown =>
  explain(new ToolError('x failed', { argv: ['x'], exit: 1, lastLines: text.split('\n') }), 'the shop');

test.each<[string, new (...args: never[]) => Error, RegExp]>([
  [
    `ERROR 2002 (HY000): Can't connect to server on 'db' (115)`,
    UnreachableError,
    /the shop cannot be reached: Can't connect/,
  ],
  [
    `ERROR 2003 (HY000): Can't connect to MySQL server on 'db:3306' (111)`,
    UnreachableError,
    /Can't connect to MySQL/,
  ],
  [`ERROR 2005 (HY000): Unknown MySQL server host 'db' (-2)`, UnreachableError, /Unknown MySQL server host/],
  [
    `mariadb-dump: Got error: 2002: "Can't connect to local server through socket '/s' (2)" when trying to connect`,
    UnreachableError,
    /socket/,
  ],
  [
    `ERROR 1045 (28000): Access denied for user 'shop'@'10.0.0.1' (using password: YES)`,
    TargetError,
    /password of user shop from 10\.0\.0\.1/,
  ],
  [
    `ERROR 1045 (28000): Access denied for user 'shop'@'10.0.0.1' (using password: NO)`,
    TargetError,
    /without a password/,
  ],
  [
    `ERROR 1045 (28000) at line 17: Access denied for user 'shop'@'%' (using password: YES)`,
    TargetError,
    /may not make accounts/,
  ],
  [
    `ERROR 1044 (42000): Access denied for user 'shop'@'%' to database 'prod'`,
    TargetError,
    /may not use the database prod/,
  ],
  [`ERROR 1049 (42000): Unknown database 'shp'`, TargetError, /no database shp/],
  [
    `mariadb-dump: Couldn't execute 'show create table \`v\`': SHOW VIEW command denied to user 'clerk'@'%' for table \`shop\`.\`v\` (1142)`,
    TargetError,
    /clerk may not SHOW VIEW table/,
  ],
  [
    `ERROR 1142 (42000) at line 1: SELECT command denied to user 'shop'@'localhost' for table \`mysql\`.\`user\``,
    TargetError,
    /may not SELECT table mysql/,
  ],
  [
    `mysqldump: shop has insufficent privileges to SHOW CREATE PROCEDURE \`p\`!`,
    TargetError,
    /how PROCEDURE `p` is made/,
  ],
  [
    `ERROR 1227 (42000) at line 30: Access denied; you need (at least one of) the SUPER, SET USER privilege(s) for this operation`,
    TargetError,
    /lacks the privilege SUPER, SET USER/,
  ],
  [
    `ERROR 1153 (08S01) at line 12: Got a packet bigger than 'max_allowed_packet' bytes`,
    TargetError,
    /larger than the server takes/,
  ],
  [`ERROR 1114 (HY000) at line 9: The table 'orders' is full`, TargetError, /disk is full/],
  [
    `ERROR 3 (HY000) at line 9: Error writing file '/tmp/x' (Errcode: 28 "No space left on device")`,
    TargetError,
    /disk is full/,
  ],
  [
    `ERROR 1205 (HY000) at line 9: Lock wait timeout exceeded; try restarting transaction`,
    TargetError,
    /locked by somebody else/,
  ],
  [
    `mariadb-dump: Error 1412: Table definition has changed, please retry transaction when dumping table \`t\` at row: 0`,
    TargetError,
    /altered while it was dumped/,
  ],
  [
    `ERROR 2026 (HY000): TLS/SSL error: SSL is required, but the server does not support it`,
    TargetError,
    /sslmode/,
  ],
  [
    `ERROR 1524 (HY000): Plugin 'caching_sha2_password' could not be loaded: no such file`,
    TargetError,
    /does not know how this user comes in/,
  ],
  [
    `mariadb-dump: Error 2013: Lost connection to server during query when dumping table \`orders\` at row: 12`,
    TargetError,
    /the server ended the connection/,
  ],
  [`sh: mariadb: not found`, TargetError, /there is no mariadb/],
  ['Error response from daemon: No such container: shop-db', TargetError, /no container shop-db/],
  ['something that nobody knows', ToolError, /x failed/],
])('%s', (text, type, message) => {
  const error = said(text);
  expect(error).toBeInstanceOf(type);
  expect((error as Error).message).toMatch(message);
});

test('what is no dump, and what is no failure of a tool', () => {
  expect(explain(new MalformedDump('it is cut'), 'the shop')).toMatchObject({
    name: 'TargetError',
    message: 'this is no whole dump: it is cut',
  });
  const error = new Error('another');
  expect(explain(error, 'the shop')).toBe(error);
});
