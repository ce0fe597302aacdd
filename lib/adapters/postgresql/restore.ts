/** A dump that goes back in, or only through the reader. */
import { TargetError } from '../../domain/errors.ts';
import type { Account } from '../../domain/storage/account.ts';
import type { Cancellable, RestoreOrder } from '../../ports/database.ts';
import { signalled, textOf } from '../database-place/reading.ts';
import * as argv from './argv.ts';
import * as catalog from './catalog.ts';
import type { Server } from './server.ts';

export const occupantsOf = (server: Server, options?: Cancellable): Promise<readonly string[]> =>
  server.during((session) => session.json<string[]>(catalog.occupantsSql), options);

export async function restoreDump(
  server: Server,
  dump: AsyncIterable<Uint8Array>,
  { oneTransaction, owners, tablespaces = true, signal }: RestoreOrder,
): Promise<Account> {
  const options = signal === undefined ? {} : { signal };
  refuseOccupied(await occupantsOf(server, options), server.described);
  const connection = server.connection.conninfo;
  const tool = argv.pgRestoreArgv({ connection, oneTransaction, owners, tablespaces });
  return feed(server, tool, dump, options);
}

/**
 * pg_restore turns all of it into SQL for nobody: it decodes every row's block, which a look at the list in front does
 * not. A byte that changed inside a row passes it (so hashes are compared as well); a dump that was cut does not.
 */
export const parseDump = (
  server: Server,
  dump: AsyncIterable<Uint8Array>,
  options?: Cancellable,
): Promise<Account> => feed(server, argv.pgParseArgv, dump, options);

async function feed(
  server: Server,
  tool: readonly string[],
  input: AsyncIterable<Uint8Array>,
  options: Cancellable | undefined,
): Promise<Account> {
  const run = await server.start(tool, { accounted: 'input', input, ...signalled(options) });
  await textOf(run.output.bytes).catch(server.fail);
  return run.inputAccount();
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
