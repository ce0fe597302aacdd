/** Sources of other encodings and locales, with the machine's own PostgreSQL and MariaDB. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectMysql } from '../../../lib/adapters/mysql/connect.ts';
import { localScratch } from '../../../lib/adapters/scratch/local.ts';
import { fingerprintDifferences } from '../../../lib/domain/database/fingerprint.ts';
import type { Database, DatabaseFacts } from '../../../lib/ports/database.ts';
import { startMariaDb } from '../../../sandbox/databases/mariadb.ts';
import { startPostgres } from '../../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../../sandbox/databases/postgresql.ts';
import { toolPath } from '../../sandbox-parts/tools.ts';
import { chunksOf } from '../../support/bytes.ts';
import { dumped, orderOf, scratchPorts, sourceAt } from './support.ts';

const env = { PATH: process.env['PATH'] ?? '' };
let source: Postgres;
let folder: string;
beforeAll(async () => {
  await toolPath('keeper');
  folder = await mkdtemp(join(tmpdir(), 'slipway-scratch-test-'));
  await chmod(folder, 0o755); // the server runs as another account
  source = await startPostgres();
}, 600_000);
afterAll(async () => {
  await source.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The bytes E4 F6: `äö` in LATIN1, whatever one likes in SQL_ASCII, and no letters at all in UTF-8. */
const rows = `CREATE TABLE words (id int PRIMARY KEY, word text);
INSERT INTO words SELECT n, convert_from('\\xe4f6', getdatabaseencoding()) || n FROM generate_series(1, 500) AS n`;

let databases = 0;
async function made(encoding: string): Promise<Database> {
  const name = `words${++databases}`;
  await source.sql(
    'postgres',
    `CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${encoding}' LOCALE 'C'`,
  );
  await source.sql(name, rows);
  return sourceAt(source, scratchPorts(folder, env), name);
}

/** Restores it and compares every row; what the scratch server said of itself, and what was noted. */
async function provenOf(database: Database, rest: { locale?: string } = {}) {
  const ports = scratchPorts(folder, env);
  const servers = localScratch({ temp: folder, short: folder }, ports);
  const order = { ...(await orderOf(database)), ...rest };
  await servers.preflight(order);
  const scratch = await servers.start(order);
  try {
    const { bytes, contents } = await dumped(database);
    await scratch.database.restore(chunksOf(bytes), { oneTransaction: false, owners: false });
    const found = await scratch.database.contents('rows');
    expect(fingerprintDifferences(contents.fingerprint, found.fingerprint)).toEqual([]);
    const facts: DatabaseFacts = await scratch.database.probe();
    return { facts, notes: ports.notes };
  } finally {
    await scratch.stop();
  }
}

test.each(['SQL_ASCII', 'LATIN1'])(
  'a source in %s is restored in a server of the same',
  async (encoding) => {
    const { facts, notes } = await provenOf(await made(encoding));
    expect(facts).toMatchObject({ encoding, locale: 'C' });
    expect(notes).toEqual([]);
  },
  120_000,
);

test('a locale that the scratch server does not know becomes C, and that is noted', async () => {
  const { facts, notes } = await provenOf(await made('LATIN1'), { locale: 'tlh_QO.ISO-8859-1' });
  expect(facts).toMatchObject({ encoding: 'LATIN1', locale: 'C' });
  expect(notes).toEqual([
    expect.stringContaining('does not know the locale tlh_QO.ISO-8859-1 and has C: text sorts otherwise'),
  ]);
}, 120_000);

test('MariaDB takes the character set and the collation, and its own where it does not know them', async () => {
  const mariadb = await startMariaDb();
  try {
    await mariadb.sql('', 'CREATE DATABASE words CHARACTER SET latin1 COLLATE latin1_german1_ci');
    await mariadb.sql('words', `CREATE TABLE w (word text); INSERT INTO w VALUES (_latin1 x'e4f6')`);
    const { files, spawn, stream } = scratchPorts(folder, env);
    const { port, password } = mariadb;
    const place = { kind: 'url', host: '127.0.0.1', port, sslMode: 'prefer' } as const;
    const locator = { engine: 'mariadb', place, database: 'words', user: 'shop', password } as const;
    const database = await connectMysql(locator, { files, spawn, stream });
    const same = await provenOf(database);
    expect(same.facts).toMatchObject({ encoding: 'latin1', locale: 'latin1_german1_ci' });
    expect(same.notes).toEqual([]);
    const other = await provenOf(database, { locale: 'latin1_klingon_ci' });
    expect(other.facts.encoding).toBe('utf8mb4');
    expect(other.notes).toEqual([expect.stringContaining('does not know the locale latin1_klingon_ci')]);
  } finally {
    await mariadb.stop();
  }
}, 240_000);
