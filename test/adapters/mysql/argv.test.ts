/** MySQL's own tools cannot be run here, so what they are asked is a table. */
import { expect, test } from '@jest/globals';
import { dumpArgvs, rowsArgv } from '../../../lib/adapters/mysql/argv.ts';
import type { MysqldumpOrder } from '../../../lib/adapters/mysql/argv.ts';
import { optionText, remoteConnection } from '../../../lib/adapters/mysql/connection.ts';
import { readToolset } from '../../../lib/adapters/mysql/toolset.ts';
import type { Tool } from '../../../lib/adapters/mysql/toolset.ts';
import type { Engine, Locator, SslMode, UrlPlace } from '../../../lib/domain/database/locator.ts';
import { readVersion } from '../../../lib/domain/database/versions.ts';

const tool = (program: string, engine: Engine, text: string): Tool => {
  const version = readVersion(engine, text);
  if (version === undefined) throw new Error(text);
  return { program, version };
};
const maria = tool('mariadb-dump', 'mariadb', '10.11.19-MariaDB');
const mysql = tool('mysqldump', 'mysql', '8.0.36');
const order: MysqldumpOrder = {
  access: ['--defaults-file=/f'],
  database: 'shop',
  withoutRows: [],
  extraArgs: [],
  history: false,
};

test.each<[string, Tool, Partial<MysqldumpOrder>, string[], string[]]>([
  [
    'MariaDB',
    maria,
    {},
    ['--routines', '--no-tablespaces'],
    ['--loose-column-statistics=0', '--dump-history'],
  ],
  ['MySQL', mysql, {}, ['--loose-column-statistics=0', '--set-gtid-purged=OFF'], ['--dump-history']],
  ['history', maria, { history: true }, ['--dump-history'], []],
  [
    'without rows',
    maria,
    { withoutRows: ['a.b'] },
    ['--ignore-table-data=shop.a.b'],
    ['--ignore-table=shop.a.b'],
  ],
])('%s', (_, program, rest, has, hasNot) => {
  const [argv = [], ...others] = dumpArgvs(program, { ...order, ...rest });
  expect(others).toEqual([]);
  expect(argv.slice(0, 2)).toEqual([program.program, '--defaults-file=/f']);
  expect(argv.slice(-2)).toEqual(['--', 'shop']);
  expect(argv).toEqual(expect.arrayContaining(has));
  for (const option of hasNot) expect(argv).not.toContain(option);
});

test('MySQL leaves rows out in two passes', () => {
  const [definitions = [], rest = [], ...others] = dumpArgvs(mysql, { ...order, withoutRows: ['log'] });
  expect(others).toEqual([]);
  expect(definitions).toContain('--no-data');
  expect(definitions.slice(-3)).toEqual(['--', 'shop', 'log']);
  expect(definitions).not.toContain('--routines');
  expect(rest).toContain('--ignore-table=shop.log');
  expect(rest).toContain('--routines');
});

test('what makes it one snapshot comes after what a user adds', () => {
  const [argv = []] = dumpArgvs(maria, {
    ...order,
    extraArgs: ['--skip-single-transaction', '--skip-comments'],
  });
  expect(argv.indexOf('--single-transaction')).toBeGreaterThan(argv.indexOf('--skip-single-transaction'));
  expect(argv.indexOf('--comments')).toBeGreaterThan(argv.indexOf('--skip-comments'));
});

test('rows alone, to be counted', () => {
  const argv = rowsArgv(mysql, { ...order, withoutRows: ['log'] });
  expect(argv).toEqual(
    expect.arrayContaining(['--no-create-info', '--skip-triggers', '--ignore-table=shop.log']),
  );
  expect(argv).not.toContain('--routines');
});

const locator: Locator = {
  engine: 'mariadb',
  place: { kind: 'url', host: 'db', port: 3306, sslMode: 'prefer' },
  database: 'shop',
  user: 'ops',
  password: 'a"\\b',
};
const place = (sslMode: SslMode, rest: Partial<UrlPlace> = {}): UrlPlace => ({
  kind: 'url',
  host: 'db',
  port: 3306,
  sslMode,
  ...rest,
});

test.each<[Engine, UrlPlace, string[]]>([
  ['mariadb', place('disable'), ['skip-ssl']],
  ['mariadb', place('prefer'), ['ssl', 'skip-ssl-verify-server-cert']],
  ['mariadb', place('require'), ['ssl', 'skip-ssl-verify-server-cert']],
  [
    'mariadb',
    place('verify-ca', { sslRootCert: '/ca.pem' }),
    ['ssl-ca="/ca.pem"', 'ssl', 'ssl-verify-server-cert'],
  ],
  ['mysql', place('disable'), ['ssl-mode=DISABLED']],
  ['mysql', place('require'), ['ssl-mode=REQUIRED']],
  [
    'mysql',
    place('verify-full', { sslRootCert: 'system' }),
    ['ssl-ca="/etc/ssl/certs/ca-certificates.crt"', 'ssl-mode=VERIFY_IDENTITY'],
  ],
  [
    'mysql',
    place('prefer', { host: '/run/mysqld' }),
    ['socket="/run/mysqld/mysqld.sock"', 'protocol="socket"'],
  ],
  ['mysql', place('prefer', { host: '/tmp/my.sock' }), ['socket="/tmp/my.sock"']],
  ['mysql', place('prefer', { host: 'localhost' }), ['host="localhost"', 'protocol="tcp"']],
])('option file of %s, %j', (family, where, has) => {
  const lines = optionText(family, locator, where).split('\n');
  expect(lines.slice(0, 3)).toEqual(['[client]', 'user="ops"', 'password="a\\"\\\\b"']);
  expect(lines).toEqual(expect.arrayContaining(has));
});

test('in a container nobody is root; on a host nobody is who the tools take', async () => {
  const nobody: Locator = { engine: 'mysql', place: { kind: 'docker', container: 'c' }, database: 'shop' };
  const way = { kind: 'there', where: 'c', bring: (argv: readonly string[]) => argv } as const;
  const access = (containers: boolean): Promise<readonly string[]> =>
    remoteConnection(nobody, way, { containers }).access('mysql');
  expect(await access(true)).toContain('--user=root');
  expect((await access(false)).join()).not.toContain('--user');
});

test('which tools there are', () => {
  const said = `mysql\nmysql  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)\nmysqldump\nmysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)\n`;
  expect(readToolset('mysql', said, 'x')).toMatchObject({
    client: { program: 'mysql', version: { engine: 'mysql', major: 8 } },
    dump: { program: 'mysqldump', version: { engine: 'mysql', major: 8 } },
  });
  expect(() => readToolset('mysql', 'mysql\nno idea\n', 'x')).toThrow('says no version');
});
