/** What is in a database: its schema from the server, its rows from the stream of a dump. */
import type { Fingerprint, FingerprintKind } from '../../domain/database/fingerprint.ts';
import { readMigrations, recogniseMigrations } from '../../domain/database/migrations.ts';
import type { AppliedMigrations, Row } from '../../domain/database/migrations.ts';
import type { Version } from '../../domain/database/versions.ts';
import type { Cancellable, Contents, SchemaContents } from '../../ports/database.ts';
import { rowsArgv } from './argv.ts';
import type { MysqldumpOrder } from './argv.ts';
import * as catalog from './catalog.ts';
import type { TableFacts } from './catalog.ts';
import { DumpScanner } from './dump-scanner.ts';
import { hashOf } from './row-scanner.ts';
import { hasHistory } from './history.ts';
import { startInTurn } from './in-turn.ts';
import { readFacts } from './schema.ts';
import { signalled } from '../database-place/reading.ts';
import type { Server } from './server.ts';
import type { Session } from './session.ts';
import { knownVersion } from './toolset.ts';

export const readTables = (session: Session): Promise<TableFacts[]> =>
  session.rows<TableFacts>(catalog.tablesSql);

export async function serverVersion(server: Server, session: Session): Promise<Version> {
  const said = await session.row<string>('SELECT JSON_QUOTE(VERSION())');
  return knownVersion(server.connection.engine, 'the server', said, server.described);
}

export async function readSchema(
  session: Session,
  version: Version,
  tables: readonly TableFacts[],
): Promise<SchemaContents> {
  const facts = await readFacts(session, version, tables);
  const migrations: AppliedMigrations[] = [];
  for (const { name, kind, columns } of facts.relations) {
    if (kind !== 'table') continue;
    const books = recogniseMigrations({ name, columns: columns.map((column) => column.name) });
    if (books === undefined) continue;
    const rows = await session.rows<Row>(catalog.migrationRowsSql(name, books.columns));
    migrations.push(readMigrations(books.tool, name, rows));
  }
  return { schema: { kind: 'facts', facts }, migrations };
}

export interface ContentsOrder extends Cancellable {
  readonly kind: FingerprintKind;
  /** `database.table` or `table`; the database's name counts for nothing, for a restored one has another. */
  readonly withoutRows: readonly string[];
}

/**
 * What is told to the server's own dump tool. `left`: those of the tables whose rows stay out. Throws where the tool would
 * leave something else out as well.
 */
export async function mysqldumpOrder(
  server: Server,
  {
    tables,
    left,
    extraArgs,
  }: Pick<MysqldumpOrder, 'extraArgs'> & Record<'tables' | 'left', readonly TableFacts[]>,
): Promise<MysqldumpOrder> {
  const { dump } = await server.tools();
  const { database } = server.connection;
  return {
    ...(await server.entry(dump)),
    withoutRows: left.map(({ name }) => name),
    extraArgs,
    history: hasHistory({ tool: dump.version, tables, left, database, subject: server.described }),
  };
}

/**
 * Dumps the rows and counts them as they pass, into nothing: a row's text, and so its hash, depends on the tool that
 * wrote it, and this is the tool that writes the dumps.
 */
export async function readContents(server: Server, order: ContentsOrder): Promise<Contents> {
  const { dump } = await server.tools(order);
  const [schema, tables] = await server.during(async (session) => {
    const found = await readTables(session);
    return [await readSchema(session, await serverVersion(server, session), found), found] as const;
  }, signalled(order));
  const left = tables.filter(({ name }) => order.withoutRows.some((text) => isNamed(text, name)));
  const argv = rowsArgv(dump, await mysqldumpOrder(server, { tables, left, extraArgs: [] }));
  const run = await startInTurn(server, [argv], order);
  const scanner = new DumpScanner();
  try {
    for await (const chunk of run.bytes) scanner.push(chunk);
    scanner.end();
  } catch (error) {
    server.fail(error);
  } finally {
    await run.stop();
  }
  return { ...schema, fingerprint: fingerprintOf(scanner, tables, order.kind, left) };
}

/** Whether somebody who writes `shop.orders`, or `orders` alone, means this table. */
export const isNamed = (text: string, table: string): boolean =>
  text === table || text.slice(text.indexOf('.') + 1) === table;

/** Every table has its line: one without rows is in no INSERT. */
export function fingerprintOf(
  { tallies }: DumpScanner,
  tables: readonly TableFacts[],
  kind: FingerprintKind,
  left: readonly TableFacts[],
): Fingerprint {
  const counted = tables
    .filter((table) => table.kind === 'table' && !left.includes(table))
    .map(({ name }) => ({ name, tally: tallies.get(name) ?? { rows: 0, low: 0, high: 0 } }));
  return kind === 'rows'
    ? { kind, tables: counted.map(({ name, tally }) => ({ name, rows: tally.rows, hash: hashOf(tally) })) }
    : { kind, tables: counted.map(({ name, tally }) => ({ name, rows: tally.rows })) };
}
