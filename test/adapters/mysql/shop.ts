/** A MariaDB with a shop in it for the tests of a file, and the ways to it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { mysqlDatabase } from '../../../lib/adapters/mysql/client.ts';
import { localConnection, remoteConnection } from '../../../lib/adapters/mysql/connection.ts';
import { describeLocator } from '../../../lib/domain/database/locator.ts';
import type { Locator, SslMode, UrlPlace } from '../../../lib/domain/database/locator.ts';
import type { Database } from '../../../lib/ports/database.ts';
import type { SpawnStream } from '../../../lib/ports/process.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { startMariaDb } from '../../../sandbox/databases/mariadb.ts';
import type { MariaDb } from '../../../sandbox/databases/mariadb.ts';
import { shopSql } from '../../../sandbox/databases/shop-mariadb.ts';
import { filesIn } from '../../support/private-files.ts';
import { toolPath } from '../../sandbox-parts/tools.ts';
import type { Subject } from '../database/contract.ts';

export const spawn = processStreams({
  PATH: process.env['PATH'] ?? '',
  MYSQL_HOST: 'nowhere.invalid',
  MYSQL_PWD: 'wrong',
});

/** What MariaDB alone has, and what a reader of dumps stumbles over. */
const oddities = String.raw`
CREATE SEQUENCE numbers START WITH 5;
CREATE TABLE ${'`'}odd ${'``'}name${'``'}.x VALUES (${'`'} (${'`'}a VALUES (${'`'} int, b text, c int AS (1 + 1));
INSERT INTO ${'`'}odd ${'``'}name${'``'}.x VALUES (${'`'} (b) VALUES ('),('), (';\nINSERT INTO ${'`'}orders${'`'} VALUES (1);'), ('\\'), ('it''s "'),
  (concat('nul', char(0), 'cr', char(13), char(26)));
CREATE TABLE versioned (a int) WITH SYSTEM VERSIONING;
INSERT INTO versioned VALUES (1), (2);
UPDATE versioned SET a = 3 WHERE a = 1;
CREATE TABLE large (id int PRIMARY KEY, body longtext, bytes longblob);
INSERT INTO large VALUES (1, repeat('long ''quoted'' \\ text', 150000), repeat(x'00ff5c27', 300000));
DELIMITER ;;
CREATE PROCEDURE report() COMMENT 'it''s; "odd"' BEGIN
  -- a comment that must not be lost; INSERT INTO ${'`'}orders${'`'} VALUES (1);
  INSERT INTO ${'`'}orders${'`'} VALUES (1),(2);
  INSERT INTO ${'`'}orders${'`'} VALUES (1 + 1) ;
INSERT INTO ${'`'}orders${'`'} VALUES ((1));
END;;
SET sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES';;
CREATE FUNCTION folder(a int) RETURNS varchar(20) DETERMINISTIC RETURN concat('C:\', a, ';');;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM orders WHERE note = '\';;
DELIMITER ;
SET sql_mode = DEFAULT;
`;

let folder: string;
/** Where the option file is that knows the server's socket, as /etc/mysql does beside a server. */
let serverHome: string;
export let mariadb: MariaDb;
beforeAll(async () => {
  await toolPath('keeper');
  folder = await mkdtemp(join(tmpdir(), 'slipway-mysql-test-'));
  mariadb = await startMariaDb();
  serverHome = await mkdtemp(join(folder, 'etc-'));
  await writeFile(join(serverHome, 'my.cnf'), `[client]\nsocket=${mariadb.socket}\n`);
  await mariadb.sql('', 'CREATE DATABASE shop');
  await mariadb.sql('shop', shopSql({ seed: 1, rows: 20_000 }));
  await mariadb.sql('shop', oddities);
  // What InnoDB says of sizes is some seconds old.
  await mariadb.sql('shop', 'ANALYZE TABLE orders, large');
}, 600_000);
afterAll(async () => {
  await mariadb.stop();
  await rm(folder, { recursive: true, force: true });
});

let count = 0;
export async function emptyDatabase(): Promise<string> {
  const name = `target ${++count} \`x\` ü`;
  await mariadb.sql('', `CREATE DATABASE ${named(name)}`);
  return name;
}

/** As SQL quotes it. */
export const named = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

export interface As {
  user?: string;
  password?: string;
  sslMode?: SslMode;
  port?: number;
  spawn?: SpawnStream;
}

/** Over TCP with a password, by the tools of this machine. */
export async function byUrl(database: string, as: As = {}): Promise<Database> {
  const { user = 'shop', password = mariadb.password, sslMode = 'prefer', port = mariadb.port } = as;
  const place: UrlPlace = { kind: 'url', host: '127.0.0.1', port, sslMode };
  const locator: Locator = { engine: 'mariadb', place, database, user, password };
  const home = await mkdtemp(join(folder, 'home-'));
  const connection = localConnection(locator, place, filesIn(home));
  return mysqlDatabase({ spawn: as.spawn ?? spawn, connection, described: describeLocator(locator) });
}

/** As in a pod: the wrapper is run by the local sh, which finds the server by its socket. */
export function inPod(
  database: string,
  bring = (tool: readonly string[]): readonly string[] => tool,
): Database {
  const place = { kind: 'kubernetes', namespace: 'db', pod: { name: 'db-0' } } as const;
  const locator: Locator = { engine: 'mariadb', place, database };
  const env = { MYSQL_HOME: serverHome, MYSQL_PWD: '' };
  const way = { kind: 'there', where: 'pod db/db-0', bring, env } as const;
  const connection = remoteConnection(locator, way, { containers: true });
  return mysqlDatabase({ spawn, connection, described: describeLocator(locator) });
}

export const subject: Subject = {
  engine: 'mariadb',
  dumpTool: 'mariadb-dump',
  byUrl,
  inPod,
  emptyDatabase,
  spawn,
  sql: (database, text) => mariadb.sql(database, text),
  password: () => mariadb.password,
  // What no snapshot holds.
  facts: { nonTransactional: ['shop.counters'] },
  shop: {
    rows: { orders: 20_000, odd: 240, 'odd `name`.x VALUES (': 5, empty: 0, versioned: 3 },
    migrations: [{ tool: 'rails', applied: [{ id: '20260101000000' }, { id: '20260102000000' }] }],
    schema: 'procedure report',
  },
  withoutRows: ['shop.orders', 'odd `name`.x VALUES ('],
  orders: 'orders',
  counted: { name: 'odd', rows: 240 },
  kept: { name: 'odd', rows: 240 },
  occupying: [
    'CREATE TABLE t (a int)',
    'CREATE SEQUENCE s',
    'CREATE VIEW v AS SELECT 1',
    'CREATE FUNCTION f() RETURNS int RETURN 1',
    'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1',
  ],
  // Its rows are counted as they pass, so that the reader of dumps may be the first to see it.
  onTheWay: {
    cut: /broke off after 1000000 bytes|no whole dump/,
    changed: /did not arrive whole: other bytes|broke off/,
  },
  isDump: (tool) => tool.includes('mariadb-dump') && tool.includes('--quick'),
  secretFiles: ({ argv }) =>
    [...argv.join(' ').matchAll(/--defaults-file=(\S+)/g)].map(([, file = '']) => file),
};
