/**
 * A dump tool elsewhere outlives the way to it: when `kubectl exec` breaks, pg_dump waits there for a reader for ever,
 * with its snapshot and its locks on every table, which hold up migrations. The server is asked to end its session, over
 * a new way. Never a signal: where PostgreSQL is process 1 of its container, an orphan that dies of one is a crash to it.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Milliseconds } from '../../domain/duration.ts';
import type { StreamExit } from '../../ports/process.ts';
import { literal } from './literal.ts';
import type { Server } from './server.ts';

/** By this name the server knows the sessions of one run of a tool. */
export const sessionName = (): string => `slipway ${randomBytes(6).toString('hex')}`;

/** A cancelled step has 7.5 s for everything, and what was stored is to be removed as well. */
const patience: Milliseconds = 3_000;

/** Does nothing where the tool ended by itself, or here. Best effort: never rejects. */
export async function endSessions(server: Server, name: string, { status }: StreamExit): Promise<void> {
  if (status === 0 || server.connection.way.kind === 'here') return;
  const signal = AbortSignal.timeout(patience);
  const sql = `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
  WHERE application_name = ${literal(name)} AND pid <> pg_catalog.pg_backend_pid()`;
  while (!signal.aborted) {
    const ended = await server
      .during((session) => session.ask(sql), { signal })
      .then(
        () => true,
        () => false,
      );
    if (ended) return;
    await pause(200, undefined, { signal }).catch(() => undefined);
  }
}
