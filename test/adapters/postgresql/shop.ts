/** A PostgreSQL with a shop in it for the tests of a file, and the ways to it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { describeLocator } from '../../../lib/domain/database/locator.ts';
import type { Locator, SslMode, UrlPlace } from '../../../lib/domain/database/locator.ts';
import { localConnection, remoteConnection } from '../../../lib/adapters/postgresql/connection.ts';
import { postgresDatabase } from '../../../lib/adapters/postgresql/client.ts';
import type { Database } from '../../../lib/ports/database.ts';
import type { SpawnStream, StreamingChild } from '../../../lib/ports/process.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { startPostgres } from '../../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../../sandbox/databases/postgresql.ts';
import { shopSql } from '../../../sandbox/databases/shop-postgresql.ts';
import { filesIn } from '../../support/private-files.ts';
import { toolPath } from '../../sandbox-parts/tools.ts';
import type { Subject } from '../database/contract.ts';

const streams = processStreams({
  PATH: process.env['PATH'] ?? '',
  PGHOST: 'nowhere.invalid',
  PGUSER: 'nobody',
});
const children: StreamingChild[] = [];
/** What a test that failed has not closed is ended with the others: Jest would wait for it. */
export const spawn: SpawnStream = async (command, options) => {
  const child = await streams(command, options);
  children.push(child);
  return child;
};
let folder: string;
export let postgres: Postgres;
beforeAll(async () => {
  await toolPath('keeper');
  folder = await mkdtemp(join(tmpdir(), 'slipway-postgresql-test-'));
  postgres = await startPostgres();
  await postgres.sql('postgres', 'CREATE DATABASE shop');
  await postgres.sql('shop', shopSql({ seed: 1, rows: 20_000 }));
  await postgres.sql('shop', inheritedSql);
}, 600_000);
afterAll(async () => {
  await Promise.all(children.map((child) => child.stop()));
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Its columns lie on the disk as amount, x, currency; a restore makes those of the parent first: amount, currency, x. */
const inheritedSql = `CREATE TABLE shop.payments (amount integer);
CREATE TABLE shop.card_payments (x text) INHERITS (shop.payments);
ALTER TABLE shop.payments ADD currency text, ADD gone integer;
ALTER TABLE shop.payments DROP gone;
INSERT INTO shop.card_payments (amount, x, currency) SELECT n, 'card ' || n, 'EUR' FROM generate_series(1, 30) AS n`;

let count = 0;
export async function emptyDatabase(): Promise<string> {
  const name = `target ${++count} "x"`;
  await postgres.sql('postgres', `CREATE DATABASE "${name.replaceAll('"', '""')}"`);
  return name;
}

export interface As {
  user?: string;
  password?: string;
  sslMode?: SslMode;
  host?: string;
  port?: number;
  sslRootCert?: string;
  spawn?: SpawnStream;
}

/** Over TCP with a password, by the tools of this machine. */
export async function byUrl(database: string, as: As = {}): Promise<Database> {
  const { user = 'postgres', password = postgres.password } = as;
  const { host = '127.0.0.1', port = postgres.port, sslMode = 'prefer', sslRootCert } = as;
  const trust = sslRootCert === undefined ? {} : { sslRootCert };
  const place: UrlPlace = { kind: 'url', host, port, sslMode, ...trust };
  const locator: Locator = { engine: 'postgresql', place, database, user, password };
  const home = await mkdtemp(join(folder, 'home-'));
  const connection = await localConnection(locator, place, filesIn(home));
  return postgresDatabase({ spawn: as.spawn ?? spawn, connection, described: describeLocator(locator) });
}

/** As in a pod: the wrapper is run by the local sh, which finds the server by its socket. */
export function inPod(
  database: string,
  bring = (tool: readonly string[]): readonly string[] => tool,
): Database {
  const place = { kind: 'kubernetes', namespace: 'db', pod: { name: 'pg-0' } } as const;
  const locator: Locator = { engine: 'postgresql', place, database, user: 'postgres' };
  const env = { PGHOST: postgres.socket, PGPORT: String(postgres.port) };
  const way = { kind: 'there', where: 'pod db/pg-0', bring, env } as const;
  const connection = remoteConnection(locator, way, { containers: true });
  return postgresDatabase({ spawn, connection, described: describeLocator(locator) });
}

export const subject: Subject = {
  engine: 'postgresql',
  dumpTool: 'pg_dump',
  byUrl,
  inPod,
  emptyDatabase,
  spawn,
  sql: (database, text) => postgres.sql(database, text),
  password: () => postgres.password,
  facts: { extensions: [{ name: 'pgcrypto' }, { name: 'plpgsql' }] },
  shop: {
    rows: {
      'shop.orders': 20_000,
      'shop.card_payments': 30,
      'large objects': 2,
      '"Odd ""Schema"""."Table; DROP TABLE x --"': 240,
    },
    migrations: [{ tool: 'flyway', applied: [{ id: '1' }, { id: '2', checksum: '-23' }] }],
    schema: 'shop.events',
  },
  withoutRows: ['shop.orders', 'Odd "Schema".Table; DROP TABLE x --'],
  orders: 'shop.orders',
  counted: { name: 'shop.nothing', rows: 3 },
  kept: { name: 'shop.events', rows: 2001 },
  occupying: [
    'CREATE TABLE t ()',
    'CREATE SEQUENCE s',
    'CREATE SCHEMA x',
    "CREATE TYPE e AS ENUM ('a')",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "SELECT lo_from_bytea(1, 'x')",
  ],
  onTheWay: { cut: /broke off after 1000000 bytes/, changed: /did not arrive whole: other bytes/ },
  isDump: (tool) => tool.includes('pg_dump') && !tool.includes('--version'),
  secretFiles: ({ env = {} }) => [env['PGPASSFILE'] ?? '', env['PGSERVICEFILE'] ?? ''],
};
