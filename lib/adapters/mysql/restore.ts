/** A dump that goes back in, or only through our reader. */
import { randomUUID } from 'node:crypto';
import { readProblem } from '../../domain/database/versions.ts';
import type { Version } from '../../domain/database/versions.ts';
import { CancelledError, TargetError } from '../../domain/errors.ts';
import type { Account } from '../../domain/storage/account.ts';
import type { Cancellable, RestoreOrder } from '../../ports/database.ts';
import { signalled, textOf } from '../database-place/reading.ts';
import { counted } from '../streams/counted.ts';
import { restoreArgv } from './argv.ts';
import { withoutDefiners } from './definers.ts';
import { DumpScanner } from './dump-scanner.ts';
import { occupantsOf, watched } from './empty.ts';
import { readHead } from './head.ts';
import type { Server } from './server.ts';
import type { Tool } from './toolset.ts';

/**
 * There is no transaction around DDL here, so `oneTransaction` asks for nothing: after a failure what the
 * restore has made is dropped again, and nothing else.
 */
export async function restoreDump(
  server: Server,
  dump: AsyncIterable<Uint8Array>,
  { owners, signal }: RestoreOrder,
): Promise<Account> {
  const options = signal === undefined ? {} : { signal };
  const { client } = await server.tools(options);
  refuseOccupied(await server.during(occupantsOf, options), server.described);
  const { bytes } = await readHead(dump, (dumper) =>
    refuseOlderClient(client, dumper, server.described),
  ).catch(server.fail);

  const whole = counted(bytes);
  const mark = `slipway-restore:${randomUUID()}`;
  // Without the signal: who is cancelled is told so by the tool, and not by the session that only looks.
  await server.during(async (session) => {
    const watching = watched(server, whole.bytes, session);
    const input = owners ? watching.bytes : withoutDefiners(watching.bytes);
    try {
      const argv = restoreArgv(client, await server.entry(client), mark);
      const run = await server.start(argv, { accounted: 'input', input, ...signalled(options) });
      await textOf(run.output.bytes).catch(server.fail);
    } catch (error) {
      throw await watching.undone(mark, error);
    }
  });
  return whole.account();
}

/**
 * Every byte through the reader that counts: quotes, comments and statements close, rows have their form, and the last
 * line is the one that the tool writes when all went well. The server's own parser sees it only in a restore.
 */
export async function parseDump(
  server: Server,
  dump: AsyncIterable<Uint8Array>,
  { signal }: Cancellable = {},
): Promise<Account> {
  try {
    const { bytes } = await readHead(dump);
    const whole = counted(checked(bytes));
    for await (const _ of whole.bytes) if (signal?.aborted === true) throw new CancelledError();
    return whole.account();
  } catch (error) {
    return server.fail(error);
  }
}

/** To the client, the end of its input is the end of a dump: so it must not see the end of half of one. */
async function* checked(dump: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const scanner = new DumpScanner();
  for await (const chunk of dump) {
    scanner.push(chunk);
    yield chunk;
  }
  scanner.end();
}

function refuseOlderClient(client: Tool, dumper: Version, subject: string): void {
  const problem = client.version.engine === dumper.engine ? readProblem(client.version, dumper) : undefined;
  if (problem === undefined) return;
  throw new TargetError(`the client here cannot read this dump: ${problem}; nothing was changed`, {
    subject,
    remedy: 'use a client of the version that made the dump, or a newer one',
  });
}

const shown = 5;

function refuseOccupied(found: readonly string[], subject: string): void {
  if (found.length === 0) return;
  const more = found.length > shown ? [`and ${found.length - shown} more`] : [];
  throw new TargetError('the database to restore into is not empty; nothing was changed', {
    subject,
    remedy: 'restore into a new database (CREATE DATABASE), or empty this one yourself',
    details: [...found.slice(0, shown), ...more].map((what) => ['has', what] as const),
  });
}
