/** Room on the disk under the server's data, where the tools run on the same machine. */
import type { Cancellable } from '../../ports/database.ts';
import { freeBelow } from '../database-place/df.ts';
import type { Server } from './server.ts';

/**
 * Where the database's files are: null for who comes over the network, whose disk is another, and for who may not
 * know (pg_read_all_settings).
 */
const directorySql = `SELECT pg_catalog.to_jsonb(CASE WHEN pg_catalog.inet_server_addr() IS NULL THEN
  coalesce(nullif(pg_catalog.pg_tablespace_location(d.dattablespace), ''),
    CASE WHEN pg_catalog.pg_has_role('pg_read_all_settings', 'MEMBER')
      THEN pg_catalog.current_setting('data_directory') END) END)
FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()`;

/** In bytes, for an ordinary user; undefined where it cannot be learnt. */
export async function freeBytes(server: Server, options?: Cancellable): Promise<number | undefined> {
  const lines = await server.during((session) => session.ask(directorySql), options);
  const directory = JSON.parse(lines.join('') || 'null') as string | null;
  if (directory === null) return undefined;
  return freeBelow(directory, (tool) => server.output(tool, options));
}
