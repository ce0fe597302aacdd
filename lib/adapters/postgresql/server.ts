/** What every part of the adapter does its work with: sessions and tools, whose failures are told in our words. */
import { TargetError } from '../../domain/errors.ts';
import { readVersion } from '../../domain/database/versions.ts';
import type { Version } from '../../domain/database/versions.ts';
import type { Cancellable, Hop } from '../../ports/database.ts';
import type { SpawnStream } from '../../ports/process.ts';
import { explaining, signalled, textOf } from '../database-place/reading.ts';
import { startTool } from '../database-place/tools.ts';
import type { ToolOrder, ToolRun } from '../database-place/tools.ts';
import type { Connection } from './connection.ts';
import { explain } from './explain.ts';
import { openSession } from './session.ts';
import type { Session } from './session.ts';

export interface Server {
  /** The database in words, without a secret. */
  readonly described: string;
  readonly connection: Connection;
  /** Throws the error in our words, where it is one that is known. */
  readonly fail: (error: unknown) => never;
  open(signal?: AbortSignal): Promise<Session>;
  /** A session for one thing, closed however that goes. */
  during<Result>(work: (session: Session) => Promise<Result>, options?: Cancellable): Promise<Result>;
  start(tool: readonly string[], order: ToolOrder): Promise<ToolRun>;
  /** Runs a tool that says little; all that it said. */
  output(tool: readonly string[], options?: Cancellable): Promise<string>;
  versionOf(program: string, options?: Cancellable): Promise<Version>;
  /** A tool's stream that fails in our words. */
  explained(run: ToolRun): Hop;
}

export function serverAt(connection: Connection, described: string, spawn: SpawnStream): Server {
  const fail = (error: unknown): never => {
    throw explain(error, described) as Error;
  };
  const start = (tool: readonly string[], order: ToolOrder): Promise<ToolRun> =>
    startTool(spawn, connection.way, tool, order).catch(fail);
  const open = (signal?: AbortSignal): Promise<Session> => openSession(spawn, connection, signal).catch(fail);
  const output = async (tool: readonly string[], options?: Cancellable): Promise<string> =>
    textOf((await start(tool, { accounted: 'output', ...signalled(options) })).output.bytes).catch(fail);
  return {
    described,
    connection,
    fail,
    open,
    async during(work, options) {
      const session = await open(options?.signal);
      try {
        return await work(session).catch(fail);
      } finally {
        await session.close();
      }
    },
    start,
    output,
    versionOf: async (program, options) =>
      knownVersion(program, await output([program, '--version'], options), described),
    explained: ({ output: { bytes, account } }) => ({ bytes: explaining(bytes, fail), account }),
  };
}

export function knownVersion(what: string, said: string, subject: string): Version {
  const version = readVersion('postgresql', said);
  if (version !== undefined) return version;
  throw new TargetError(`${what} says no version that can be read: ${JSON.stringify(said.slice(0, 80))}`, {
    subject,
    remedy: 'see that PostgreSQL’s own tools are meant',
  });
}
