/** From a server that was started to one that answers. */
import type { Milliseconds } from '../../domain/duration.ts';
import { formatDuration } from '../../domain/duration.ts';
import { CancelledError, TargetError } from '../../domain/errors.ts';
import type { ToolError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Cancellable, Database } from '../../ports/database.ts';
import type { Log } from '../../ports/log.ts';
import type { ScratchOrder } from '../../ports/scratch.ts';
import type { Leashed } from './leashed.ts';
import { timeIsOver } from './script.ts';

/** Making an empty server takes a second, on a busy machine with slow disks a minute. */
export const patience: Milliseconds = 180_000;

/** Resolves when it answers; rejects as soon as it has ended, when it is late, and on a cancel. */
export async function answering(
  server: Leashed,
  ended: () => Error | undefined,
  { clock, signal }: Cancellable & { readonly clock: Clock },
): Promise<void> {
  const over = new AbortController();
  const late = clock
    .sleep(patience, signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]))
    .then(() => 'late' as const)
    .catch((error: unknown) => {
      if (signal?.aborted === true) throw error instanceof Error ? error : new CancelledError();
      return 'over' as const;
    });
  try {
    const outcome = await Promise.race([server.ready.then(() => 'ready' as const), late]);
    if (outcome === 'late')
      throw new TargetError(`the scratch server did not answer within ${formatDuration(patience)}`, {
        subject: 'scratch server',
        remedy: 'see that the machine it runs on is not overloaded',
      });
  } catch (error) {
    throw ended() ?? error;
  } finally {
    over.abort();
  }
}

/** How it ended, in its own words; undefined while it lives. */
export function endedError(death: ToolError | undefined, subject: string): TargetError | undefined {
  if (death === undefined) return undefined;
  const details = death.lastLines.slice(-5).map((line) => ['said', line] as const);
  const [message, remedy] = whyEnded(death);
  return new TargetError(message, { subject, remedy, details }, { cause: death });
}

function whyEnded({ exit, lastLines, message }: ToolError): readonly [message: string, remedy: string] {
  if (lastLines.includes(timeIsOver)) return [timeIsOver, 'raise timeout'];
  if (exit === 137 || exit === 'SIGKILL')
    return [
      'the scratch server was killed',
      'it had too little memory, or somebody ended it: give it more, or see who did',
    ];
  return [message, 'see its last lines; the backup itself is not the cause'];
}

const names = { postgresql: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB' } as const;

/**
 * Asks it who it is, which proves that it answers: `pod db/slipway-scratch-1a2b (PostgreSQL 15.18)`. Not every machine
 * has every locale, which is told and no fault: tables hold the same rows in any.
 */
export async function describeServer(
  what: string,
  database: Database,
  { locale, signal }: ScratchOrder,
  log: Pick<Log, 'info'>,
): Promise<string> {
  const { server, locale: has } = await database.probe(signal === undefined ? {} : { signal });
  if (locale !== undefined && has !== locale)
    log.info(
      `${what} does not know the locale ${locale} and has ${has}: text sorts otherwise there, which changes no row`,
    );
  return `${what} (${names[server.engine]} ${server.major}.${server.minor})`;
}
