/** The Database port over PostgreSQL's own tools, here or beside the server. */
import { CancelledError, ConfigurationError, TargetError, ToolError } from '../../domain/errors.ts';
import { closest } from '../../domain/suggest.ts';
import { dumpProblem, readVersion } from '../../domain/database/versions.ts';
import type { Version } from '../../domain/database/versions.ts';
import type { Cancellable, Database, DatabaseFacts, Dump, DumpOrder, Hop } from '../../ports/database.ts';
import type { SpawnStream } from '../../ports/process.ts';
import { startTool } from '../database-place/tools.ts';
import type { ToolOrder, ToolRun } from '../database-place/tools.ts';
import * as argv from './argv.ts';
import * as catalog from './catalog.ts';
import type { TableFacts } from './catalog.ts';
import type { Connection } from './connection.ts';
import { plainName, readContents } from './contents.ts';
import { explain } from './explain.ts';
import { openSession } from './session.ts';
import type { Session } from './session.ts';

export interface PostgresOptions {
  readonly spawn: SpawnStream;
  readonly connection: Connection;
  /** In words, without a secret: `describeLocator`. */
  readonly described: string;
}

export function postgresDatabase({ spawn, connection, described }: PostgresOptions): Database {
  const { conninfo, way } = connection;
  const fail = (error: unknown): never => {
    throw explain(error, described) as Error;
  };
  const start = (tool: readonly string[], order: ToolOrder): Promise<ToolRun> =>
    startTool(spawn, way, tool, order).catch(fail);
  const open = (signal?: AbortSignal): Promise<Session> => openSession(spawn, connection, signal).catch(fail);

  /** A session for one thing, closed however that goes. */
  async function during<Result>(work: (session: Session) => Promise<Result>, { signal }: Cancellable = {}) {
    const session = await open(signal);
    try {
      return await work(session).catch(fail);
    } finally {
      await session.close();
    }
  }

  async function versionOf(program: string, signal?: AbortSignal): Promise<Version> {
    const run = await start([program, '--version'], { accounted: 'output', ...signalled(signal) });
    return known(program, await text(run.output.bytes).catch(fail), described);
  }

  async function probe(session: Session, signal?: AbortSignal): Promise<DatabaseFacts> {
    const [facts, dumpTool] = await Promise.all([
      session.json<{ version: string } & Pick<DatabaseFacts, 'bytes' | 'extensions'>>(catalog.factsSql),
      versionOf('pg_dump', signal),
    ]);
    const server = known('the server', facts.version, described);
    if (server.major < catalog.oldestMajor)
      throw new TargetError(`PostgreSQL ${server.major} is older than Slipway reads`, {
        subject: described,
        remedy: `PostgreSQL ${catalog.oldestMajor} is the oldest: upgrade the server`,
      });
    return { server, dumpTool, bytes: facts.bytes, extensions: facts.extensions };
  }

  /** A stream of a tool that tells its failures in our words. */
  const explained = (run: ToolRun): Hop => ({
    bytes: explaining(run.output.bytes, described),
    account: run.output.account,
  });

  return {
    described,
    probe: (options = {}) => during((session) => probe(session, options.signal), options),
    contents: (kind, options) =>
      during(async (session) => {
        await session.ask(catalog.beginSql);
        const tables = await session.json<TableFacts[]>(catalog.tablesSql);
        return readContents(session, tables, { kind, withoutRows: [] });
      }, options),
    occupants: (options) => during((session) => session.json<string[]>(catalog.occupantsSql), options),

    async dump(order): Promise<Dump> {
      const session = await open(order.signal);
      try {
        const facts = await probe(session, order.signal);
        refuseOlderTool(facts, described);
        await session.ask(catalog.beginSql);
        const { snapshot, takenAt } = await session.json<{ snapshot: string; takenAt: string }>(
          catalog.snapshotSql,
        );
        const tables = await session.json<TableFacts[]>(catalog.tablesSql);
        refuseUnknownTables(order, tables);
        const { withoutRows } = order;
        const tool = argv.pgDumpArgv({ connection: conninfo, snapshot, withoutRows });
        const run = await start(tool, { accounted: 'output', ...signalled(order.signal) });
        const contents = readContents(session, tables, { kind: order.fingerprint, withoutRows }).catch(fail);
        // A dump whose contents cannot be told is of no use, and without the session its snapshot may be gone already.
        let lost: { readonly reason: unknown } | undefined;
        contents.catch((reason: unknown) => {
          lost = { reason };
          void run.stop();
        });
        const close = async (): Promise<void> => {
          await Promise.all([run.stop(), session.close()]);
        };
        const bytes = blaming(contents, () => lost, explaining(run.output.bytes, described));
        return {
          bytes,
          account: run.output.account,
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
    },

    async dumpGlobals({ signal } = {}) {
      const tool = argv.globalsArgv(conninfo);
      return explained(await start(tool, { accounted: 'output', ...signalled(signal) }));
    },

    async restore(dump, { oneTransaction, owners, signal }) {
      const found = await during(
        (session) => session.json<string[]>(catalog.occupantsSql),
        signalled(signal),
      );
      refuseOccupied(found, described);
      const tool = argv.pgRestoreArgv({ connection: conninfo, oneTransaction, owners });
      const run = await start(tool, { accounted: 'input', input: dump, ...signalled(signal) });
      await text(run.output.bytes).catch(fail);
      return run.inputAccount();
    },
  };
}

const signalled = (signal: AbortSignal | undefined): Cancellable => (signal === undefined ? {} : { signal });

function known(what: string, said: string, subject: string): Version {
  const version = readVersion('postgresql', said);
  if (version !== undefined) return version;
  throw new TargetError(`${what} says no version that can be read: ${JSON.stringify(said.slice(0, 80))}`, {
    subject,
    remedy: 'see that PostgreSQL’s own tools are meant',
  });
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
  const names = tables.map(plainName);
  const faults = withoutRows
    .filter((table) => !names.includes(table))
    .map((table) => {
      const near = closest(table, names);
      const problem = near === undefined ? 'there is no such table: schema.table' : `did you mean ${near}?`;
      return { input: 'exclude-tables', value: table, problem };
    });
  if (faults.length > 0) throw new ConfigurationError(faults);
}

const shown = 5;

function refuseOccupied(found: readonly string[], subject: string): void {
  if (found.length === 0) return;
  const more = found.length > shown ? [`and ${found.length - shown} more`] : [];
  throw new TargetError('the database to restore into is not empty; nothing was changed', {
    subject,
    remedy: 'restore into a new database (createdb), or empty this one yourself',
    details: [...found.slice(0, shown), ...more].map((what) => ['has', what] as const),
  });
}

async function* explaining(bytes: AsyncIterable<Uint8Array>, subject: string): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    throw explain(error, subject);
  }
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

/** Of something short. */
async function text(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
