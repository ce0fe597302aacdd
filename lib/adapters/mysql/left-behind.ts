/**
 * A dump tool elsewhere outlives the way to it: when `kubectl exec` breaks, it waits there for a reader for ever, with
 * its snapshot and a lock on the table that it is at. Unlike PostgreSQL, the server cannot be asked to end its session,
 * for it cannot tell it from any other: neither mysqldump nor mariadb-dump takes a name or an init-command. So the tool
 * itself is ended, over a new way, by a variable in its environment; the server then finds its client gone. That is no
 * crash to a server of MySQL or MariaDB that is process 1 of its container.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Milliseconds } from '../../domain/duration.ts';
import type { StreamExit } from '../../ports/process.ts';
import type { Way } from '../database-place/tools.ts';
import type { Server } from './server.ts';

const variable = 'SLIPWAY_RUN';

/** By this the processes of one run of a tool are found again. */
export const runMark = (): string => randomBytes(8).toString('hex');

/** The same way, for a tool that bears the mark. */
export const marked = (way: Way, mark: string): Way =>
  way.kind === 'here' ? way : { ...way, bring: (tool) => way.bring(['env', `${variable}=${mark}`, ...tool]) };

/**
 * Any POSIX sh, and tee, which the wrapper needs too: small images have no tr, grep or pkill. A shell leaves the zeros
 * out. The environment of others' processes cannot be read, and is passed over.
 */
const endMarked = `for process in /proc/[0-9]*; do
  case "$(tee <"$process/environ")" in
    *"$1"*) kill -KILL "\${process#/proc/}" ;;
  esac
done 2>/dev/null
:`;

/** A cancelled step has 7.5 s for everything, and what was stored is to be removed as well. */
const patience: Milliseconds = 3_000;

/** Does nothing where the tool ended by itself, or here. Best effort: never rejects. */
export async function endLeftBehind(server: Server, mark: string, { status }: StreamExit): Promise<void> {
  if (status === 0 || server.connection.way.kind === 'here') return;
  const signal = AbortSignal.timeout(patience);
  while (!signal.aborted) {
    const ended = await server.output(['sh', '-c', endMarked, 'sh', `${variable}=${mark}`], { signal }).then(
      () => true,
      () => false,
    );
    if (ended) return;
    await pause(200, undefined, { signal }).catch(() => undefined);
  }
}
