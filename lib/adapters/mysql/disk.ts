/** Room on the disk under the server's data, where the tools run on the same machine. */
import type { Cancellable } from '../../ports/database.ts';
import { freeBelow } from '../database-place/df.ts';
import type { Server } from './server.ts';

/**
 * In bytes, for an ordinary user; undefined where it cannot be learnt: over a URL the server's disk may be another,
 * also on 127.0.0.1, behind which a container may be.
 */
export async function freeBytes(server: Server, options?: Cancellable): Promise<number | undefined> {
  if (server.connection.way.kind === 'here') return undefined;
  const [directory = ''] = await server.during((session) => session.ask('SELECT @@datadir'), options);
  return freeBelow(directory, (tool) => server.output(tool, options));
}
