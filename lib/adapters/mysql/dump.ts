/** A dump, counted as it passes. */
import { compareSchemas } from '../../domain/database/compare-schemas.ts';
import { dumpProblem } from '../../domain/database/versions.ts';
import { ConfigurationError, TargetError } from '../../domain/errors.ts';
import { closest } from '../../domain/suggest.ts';
import type {
  Cancellable,
  Contents,
  DatabaseFacts,
  Dump,
  DumpOrder,
  SchemaContents,
} from '../../ports/database.ts';
import { explaining } from '../database-place/reading.ts';
import { counted } from '../streams/counted.ts';
import { dumpArgvs } from './argv.ts';
import * as catalog from './catalog.ts';
import type { TableFacts } from './catalog.ts';
import { fingerprintOf, isNamed, mysqldumpOrder, readSchema, readTables } from './contents.ts';
import { DumpScanner } from './dump-scanner.ts';
import { takeLock } from './lock.ts';
import { MalformedDump } from './malformed-dump.ts';
import { refuseBlind } from './privileges.ts';
import { startInTurn } from './in-turn.ts';
import type { Server } from './server.ts';
import type { Session } from './session.ts';
import { knownVersion } from './toolset.ts';

export async function probe(
  server: Server,
  session: Session,
  options: Cancellable | undefined,
): Promise<DatabaseFacts> {
  const { described, connection } = server;
  type Said = { version: string } & Pick<DatabaseFacts, 'bytes' | 'encoding' | 'locale'>;
  const { version, ...facts } = await session.row<Said>(catalog.factsSql);
  const found = knownVersion(connection.engine, 'the server', version, described);
  const oldest = catalog.tooOld(found);
  if (oldest !== undefined)
    throw new TargetError(`the server, ${version}, is older than Slipway reads`, {
      subject: described,
      remedy: `${oldest} is the oldest: upgrade the server`,
    });
  const { dump } = await server.tools(options);
  const tables = await readTables(session);
  return {
    server: found,
    dumpTool: dump.version,
    ...facts,
    extensions: [],
    installable: [],
    nonTransactional: tables
      .filter(({ transactional, kind }) => kind === 'table' && transactional === 0)
      .map(({ name }) => `${connection.database}.${name}`),
  };
}

export async function startDump(server: Server, order: DumpOrder): Promise<Dump> {
  const { described, fail, connection } = server;
  const session = await server.open(order.signal);
  try {
    const facts = await probe(server, session, order);
    refuseOlderTool(facts, described);
    await refuseBlind(session, facts.server, connection.database, described);
    if (order.lock !== undefined) await takeLock(session, connection.database, order.lock.wait, described);
    const tables = await readTables(session);
    const left = knownTables(order, tables, connection.database);
    const before = await readSchema(session, facts.server, tables);
    // A moment before the tool takes its snapshot, so never later than what is in it.
    const takenAt = await session.row<string>(catalog.nowSql);
    const run = await startInTurn(server, await argvsOf(server, order, tables, left), order);

    const scanner = new DumpScanner();
    const known = Promise.withResolvers<Contents>();
    async function* read(): AsyncGenerator<Uint8Array> {
      try {
        for await (const chunk of run.bytes) {
          scanner.push(chunk);
          yield chunk;
        }
        scanner.end();
        refuseMissing(scanner, tables);
      } catch (error) {
        known.reject(error);
        throw error;
      }
      known.resolve(
        stillSame(session, facts, before, described).then(() => ({
          ...before,
          fingerprint: fingerprintOf(scanner, tables, order.fingerprint, left),
        })),
      );
    }
    const { bytes, account } = counted(read());
    const contents = known.promise.catch(fail);
    contents.catch(() => undefined); // whoever reads the bytes is told by them, and may not ask for it
    return {
      bytes: explaining(bytes, fail),
      account,
      takenAt,
      format: 'sql',
      facts,
      contents,
      async close() {
        known.reject(new Error('the dump was closed before all of it was read'));
        await Promise.all([run.stop(), session.close()]);
      },
    };
  } catch (error) {
    await session.close();
    return fail(error);
  }
}

async function argvsOf(
  server: Server,
  { extraArgs = [] }: DumpOrder,
  tables: readonly TableFacts[],
  left: readonly TableFacts[],
): Promise<string[][]> {
  const { dump } = await server.tools();
  return dumpArgvs(dump, await mysqldumpOrder(server, { tables, left, extraArgs }));
}

/**
 * No transaction isolates a dump from another's ALTER TABLE: a table that changes while it is dumped is in it in part,
 * or not at all. So the schema must be the same after it as before.
 */
async function stillSame(
  session: Session,
  { server }: DatabaseFacts,
  before: SchemaContents,
  subject: string,
): Promise<void> {
  const after = await readSchema(session, server, await readTables(session));
  const difference = compareSchemas(before.schema, after.schema);
  const [change] = difference.kind === 'same' ? [] : difference.changes;
  const migrated = JSON.stringify(before.migrations) !== JSON.stringify(after.migrations);
  if (change === undefined && !migrated) return;
  throw new TargetError('the schema changed while the database was dumped; the dump is not of one moment', {
    subject,
    remedy: 'run the backup when no migration does',
    details: [
      ['changed', change === undefined ? 'the applied migrations' : `${change.subject} ${change.what}`],
    ],
  });
}

function refuseOlderTool({ dumpTool, server }: DatabaseFacts, subject: string): void {
  const problem = dumpProblem(dumpTool, server);
  if (problem === undefined) return;
  throw new TargetError(`the dump tool of ${problem}`, {
    subject,
    remedy: 'use the tool of the server’s own version: the one in its container, or install it',
  });
}

function knownTables(
  { withoutRows }: DumpOrder,
  tables: readonly TableFacts[],
  database: string,
): TableFacts[] {
  const owned = tables.filter(({ kind }) => kind === 'table');
  const found = (text: string): TableFacts | undefined =>
    owned.find(({ name }) => text === name || (isNamed(text, name) && text.startsWith(`${database}.`)));
  const faults = withoutRows
    .filter((text) => found(text) === undefined)
    .map((text) => {
      const near = closest(
        text,
        owned.flatMap(({ name }) => [`${database}.${name}`]),
      );
      const problem =
        near === undefined ? `there is no such table: ${database}.<table>` : `did you mean ${near}?`;
      return { input: 'exclude-tables', value: text, problem };
    });
  if (faults.length > 0) throw new ConfigurationError(faults);
  return [...new Set(withoutRows.flatMap((text) => found(text) ?? []))];
}

/** A table that the server named, and the tool did not dump. */
function refuseMissing({ created }: DumpScanner, tables: readonly TableFacts[]): void {
  const missing = tables.find(({ name, kind }) => kind === 'table' && !created.has(name));
  if (missing !== undefined) throw new MalformedDump(`the table ${missing.name} is not in it`);
}
