/** What every part of the adapter does its work with: sessions and tools, whose failures are told in our words. */
import type { Cancellable } from '../../ports/database.ts';
import type { SpawnStream } from '../../ports/process.ts';
import { signalled, textOf } from '../database-place/reading.ts';
import { startTool } from '../database-place/tools.ts';
import type { ToolOrder, ToolRun } from '../database-place/tools.ts';
import type { Entry } from './argv.ts';
import type { Connection } from './connection.ts';
import { explain } from './explain.ts';
import { marked } from './left-behind.ts';
import { openSession } from './session.ts';
import type { Session } from './session.ts';
import { findToolsArgv, readToolset } from './toolset.ts';
import type { Tool, Toolset } from './toolset.ts';

export interface MarkedOrder extends ToolOrder {
  /** By which it can be ended when the way to it broke: `runMark`. */
  readonly mark?: string;
}

export interface Server {
  /** The database in words, without a secret. */
  readonly described: string;
  readonly connection: Connection;
  /** Throws the error in our words, where it is one that is known. */
  readonly fail: (error: unknown) => never;
  tools(options?: Cancellable): Promise<Toolset>;
  /** How a tool comes into the database. */
  entry(tool: Tool): Promise<Entry>;
  open(signal?: AbortSignal): Promise<Session>;
  /** A session for one thing, closed however that goes. */
  during<Result>(work: (session: Session) => Promise<Result>, options?: Cancellable): Promise<Result>;
  start(argv: readonly string[], order: MarkedOrder): Promise<ToolRun>;
  /** Runs a tool that says little; all that it said. */
  output(argv: readonly string[], options?: Cancellable): Promise<string>;
}

export function serverAt(connection: Connection, described: string, spawn: SpawnStream): Server {
  const { way, engine, database } = connection;
  const fail = (error: unknown): never => {
    throw explain(error, described) as Error;
  };
  const start = (argv: readonly string[], { mark, ...order }: MarkedOrder): Promise<ToolRun> =>
    startTool(spawn, mark === undefined ? way : marked(way, mark), argv, order).catch(fail);
  const output = async (argv: readonly string[], options?: Cancellable): Promise<string> =>
    textOf((await start(argv, { accounted: 'output', ...signalled(options) })).output.bytes).catch(fail);
  let found: Promise<Toolset> | undefined;
  const tools = (options?: Cancellable): Promise<Toolset> => {
    found ??= output(findToolsArgv(engine), options).then((text) => readToolset(engine, text, described));
    found.catch(() => (found = undefined)); // what could not be asked is asked again
    return found;
  };
  const open = async (signal?: AbortSignal): Promise<Session> => {
    const options = signal === undefined ? {} : { signal };
    const { client } = await tools(options);
    return openSession(spawn, connection, client, { subject: described, ...options }).catch(fail);
  };
  return {
    described,
    connection,
    fail,
    tools,
    entry: async ({ version }) => ({ access: await connection.access(version.engine), database }),
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
  };
}
