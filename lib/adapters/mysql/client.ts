/** The Database port over the tools of MySQL and MariaDB, here or beside the server. */
import type { Database } from '../../ports/database.ts';
import type { SpawnStream } from '../../ports/process.ts';
import { createBeside, dropBeside, namesBeside } from './beside.ts';
import type { Connection } from './connection.ts';
import { readContents, readSchema, readTables, serverVersion } from './contents.ts';
import { freeBytes } from './disk.ts';
import { probe, startDump } from './dump.ts';
import { durabilityOf } from './durability.ts';
import { occupantsOf } from './empty.ts';
import { applyGlobals, dumpGlobals } from './globals.ts';
import { parseDump, restoreDump } from './restore.ts';
import { serverAt } from './server.ts';

export interface MysqlOptions {
  readonly spawn: SpawnStream;
  readonly connection: Connection;
  /** In words, without a secret: `describeLocator`. */
  readonly described: string;
}

export function mysqlDatabase({ spawn, connection, described }: MysqlOptions): Database {
  const server = serverAt(connection, described, spawn);
  return {
    described,
    probe: (options) => server.during((session) => probe(server, session, options), options),
    dump: (order) => startDump(server, order),
    dumpGlobals: (options) => dumpGlobals(server, options),
    contents: (kind, { withoutRows = [], ...options } = {}) =>
      readContents(server, { kind, withoutRows, ...options }),
    schema: (options) =>
      server.during(
        async (session) =>
          readSchema(session, await serverVersion(server, session), await readTables(session)),
        options,
      ),
    occupants: (options) => server.during(occupantsOf, options),
    restore: (dump, order) => restoreDump(server, dump, order),
    applyGlobals: (sql, options) => applyGlobals(server, sql, options),
    parse: (dump, options) => parseDump(server, dump, options),
    freeBytes: (options) => freeBytes(server, options),
    durability: (options) => durabilityOf(server, options),
    async createBeside(name, options) {
      await createBeside(server, name, options);
      return mysqlDatabase({
        spawn,
        connection: { ...connection, database: name },
        described: `database ${name} beside ${described}`,
      });
    },
    namesBeside: (prefix, options) => namesBeside(server, prefix, options),
    dropBeside: (name, options) => dropBeside(server, name, options),
  };
}
