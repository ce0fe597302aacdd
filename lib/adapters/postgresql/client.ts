/** The Database port over PostgreSQL's own tools, here or beside the server. */
import type { Database } from '../../ports/database.ts';
import type { SpawnStream } from '../../ports/process.ts';
import { createBeside, dropBeside, namesBeside } from './beside.ts';
import type { Connection } from './connection.ts';
import { readContents, readSchema } from './contents.ts';
import { freeBytes } from './disk.ts';
import { now, probe, startDump } from './dump.ts';
import { durabilityOf } from './durability.ts';
import { applyGlobals, dumpGlobals } from './globals.ts';
import { occupantsOf, parseDump, restoreDump } from './restore.ts';
import { serverAt } from './server.ts';

export interface PostgresOptions {
  readonly spawn: SpawnStream;
  readonly connection: Connection;
  /** In words, without a secret: `describeLocator`. */
  readonly described: string;
}

export function postgresDatabase({ spawn, connection, described }: PostgresOptions): Database {
  const server = serverAt(connection, described, spawn);
  return {
    described,
    probe: (options) => server.during((session) => probe(server, session, options), options),
    dump: (order) => startDump(server, order),
    dumpGlobals: (options) => dumpGlobals(server, options),
    contents: (kind, { withoutRows = [], ...options } = {}) =>
      server.during(
        (session) => now(session, (_, tables) => readContents(session, tables, { kind, withoutRows })),
        options,
      ),
    schema: (options) => server.during((session) => now(session, readSchema), options),
    occupants: (options) => occupantsOf(server, options),
    restore: (dump, order) => restoreDump(server, dump, order),
    applyGlobals: (sql, options) => applyGlobals(server, sql, options),
    parse: (dump, options) => parseDump(server, dump, options),
    freeBytes: (options) => freeBytes(server, options),
    durability: (options) => durabilityOf(server, options),
    async createBeside(name, options) {
      await createBeside(server, name, options);
      return postgresDatabase({
        spawn,
        connection: connection.beside(name),
        described: `database ${name} beside ${described}`,
      });
    },
    namesBeside: (prefix, options) => namesBeside(server, prefix, options),
    dropBeside: (name, options) => dropBeside(server, name, options),
  };
}
