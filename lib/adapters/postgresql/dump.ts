/** A dump and what is in it, out of one snapshot. */
import { CancelledError, ConfigurationError, TargetError, ToolError } from '../../domain/errors.ts';
import { dumpProblem } from '../../domain/database/versions.ts';
import { closest } from '../../domain/suggest.ts';
import type { Cancellable, DatabaseFacts, Dump, DumpOrder } from '../../ports/database.ts';
import { signalled } from '../database-place/reading.ts';
import * as argv from './argv.ts';
import * as catalog from './catalog.ts';
import type { TableFacts } from './catalog.ts';
import { isLeftOut, namesOf, plainName, readContents } from './contents.ts';
import { endSessions, sessionName } from './left-behind.ts';
import { takeLock } from './lock.ts';
import { knownVersion } from './server.ts';
import type { Server } from './server.ts';
import type { Session } from './session.ts';

export async function probe(
  server: Server,
  session: Session,
  options: Cancellable | undefined,
): Promise<DatabaseFacts> {
  const { described } = server;
  type Said = { version: string } & Omit<DatabaseFacts, 'server' | 'dumpTool' | 'nonTransactional'>;
  const [{ version, ...facts }, dumpTool] = await Promise.all([
    session.json<Said>(catalog.factsSql),
    server.versionOf('pg_dump', options),
  ]);
  const found = knownVersion('the server', version, described);
  if (found.major < catalog.oldestMajor)
    throw new TargetError(`PostgreSQL ${found.major} is older than Slipway reads`, {
      subject: described,
      remedy: `PostgreSQL ${catalog.oldestMajor} is the oldest: upgrade the server`,
    });
  return { server: found, dumpTool, ...facts, nonTransactional: [] };
}

export async function startDump(server: Server, order: DumpOrder): Promise<Dump> {
  const { described, fail } = server;
  const session = await server.open(order.signal);
  try {
    const facts = await probe(server, session, order);
    refuseOlderTool(facts, described);
    if (order.lock !== undefined) await takeLock(session, order.lock.wait, described, order.signal);
    const { snapshot, takenAt, tables } = await takeSnapshot(session);
    refuseUnknownTables(order, tables);
    const { withoutRows, extraArgs = [] } = order;
    const name = sessionName();
    const tool = argv.pgDumpArgv({
      connection: `${server.connection.conninfo} ${argv.conninfo({ application_name: name })}`,
      snapshot,
      withoutRows: tables.filter((table) => isLeftOut(table, withoutRows)).map(plainName),
      extraArgs,
    });
    const run = await server.start(tool, { accounted: 'output', ...signalled(order) });
    const contents = readContents(session, tables, { kind: order.fingerprint, withoutRows }).catch(fail);
    // A dump whose contents cannot be told is of no use, and without the session its snapshot may be gone already.
    let lost: { readonly reason: unknown } | undefined;
    contents.catch((reason: unknown) => {
      lost = { reason };
      void run.stop();
    });
    const close = async (): Promise<void> => {
      const [exit] = await Promise.all([run.stop(), session.close()]);
      await endSessions(server, name, exit);
    };
    const { bytes, account } = server.explained(run);
    return {
      bytes: blaming(contents, () => lost, bytes),
      account,
      takenAt,
      format: 'pg_dump custom',
      facts,
      contents,
      close,
    };
  } catch (error) {
    await session.close();
    return fail(error);
  }
}

interface Snapshot {
  readonly snapshot: string;
  readonly takenAt: string;
  readonly tables: readonly TableFacts[];
}

/**
 * Every table is locked against TRUNCATE and ALTER, as pg_dump does, but until its rows are counted too: both show
 * through an older snapshot. And before the snapshot, so that none of them fits in between.
 */
async function takeSnapshot(session: Session): Promise<Snapshot> {
  const before = await session.json<TableFacts[]>(catalog.tablesSql);
  await session.ask(catalog.beginSql);
  await lockTables(session, before);
  const taken = await session.json<Omit<Snapshot, 'tables'>>(catalog.snapshotSql);
  const tables = await session.json<TableFacts[]>(catalog.tablesSql);
  const locked = new Set(before.map(({ name }) => name));
  await lockTables(
    session,
    tables.filter(({ name }) => !locked.has(name)),
  );
  return { ...taken, tables };
}

async function lockTables(session: Session, tables: readonly TableFacts[]): Promise<void> {
  if (tables.length > 0) await session.ask(catalog.lockSql(tables.map(({ name }) => name)));
}

/** What is in a database now, at one moment. */
export async function now<Found>(
  session: Session,
  read: (session: Session, tables: readonly TableFacts[]) => Promise<Found>,
): Promise<Found> {
  await session.ask(catalog.beginSql);
  return read(session, await session.json<TableFacts[]>(catalog.tablesSql));
}

function refuseOlderTool({ dumpTool, server }: DatabaseFacts, subject: string): void {
  const problem = dumpProblem(dumpTool, server);
  if (problem === undefined) return;
  throw new TargetError(`pg_dump of ${problem}`, {
    subject,
    remedy:
      'use the tool of the server’s own version: the one in its container, or install postgresql-client for it',
  });
}

function refuseUnknownTables({ withoutRows }: DumpOrder, tables: readonly TableFacts[]): void {
  const names = [...new Set(tables.flatMap(namesOf))];
  const faults = withoutRows
    .filter((table) => !names.includes(table))
    .map((table) => {
      const near = closest(table, names);
      const problem = near === undefined ? 'there is no such table: schema.table' : `did you mean ${near}?`;
      return { input: 'exclude-tables', value: table, problem };
    });
  if (faults.length > 0) throw new ConfigurationError(faults);
}

/**
 * A dump that fails because the session with its snapshot did, fails for the session's reason: a table that may not be
 * read ends both. pg_dump may be the first to say so, where it finds the snapshot gone.
 */
async function* blaming(
  contents: Promise<unknown>,
  lost: () => { readonly reason: unknown } | undefined,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    if (error instanceof ToolError && /snapshot/i.test(error.lastLines.join('\n')))
      await contents.catch(() => undefined);
    const cause = error instanceof CancelledError ? undefined : lost();
    throw cause === undefined ? error : cause.reason;
  }
}
