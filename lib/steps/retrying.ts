import type { Milliseconds } from '../domain/duration.ts';
import { readFailure } from '../domain/build/failure.ts';
import { ToolError, UnreachableError } from '../domain/errors.ts';
import { formatDuration } from '../domain/duration.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

export interface RetryPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const first: Milliseconds = 1_000;
const longest: Milliseconds = 30_000;

/**
 * Does a step again, that step alone, while a registry is busy or the connection breaks; every other failure is final.
 * Waits 1 s, then twice as long each time.
 */
export async function retrying<T>(
  name: string,
  step: () => Promise<T>,
  retries: number,
  { clock, log, signal }: RetryPorts,
  busyIn: (answer: T) => string | undefined = () => undefined,
): Promise<T> {
  for (let left = retries; ; left--) {
    let busy: string | undefined;
    try {
      const answer = await step();
      busy = busyIn(answer);
      if (busy === undefined || left <= 0) return answer;
    } catch (error) {
      busy = busyError(error);
      if (busy === undefined || left <= 0) throw error;
    }
    signal.throwIfAborted();
    const pause = Math.min(longest, first * 2 ** (retries - left));
    log.warn(
      `${name}: ${busy}; again in ${formatDuration(pause)} (${left} ${left === 1 ? 'try' : 'tries'} left)`,
    );
    await clock.sleep(pause, signal);
  }
}

function busyError(error: unknown): string | undefined {
  if (error instanceof UnreachableError) return error.message;
  if (!(error instanceof ToolError)) return undefined;
  const { kind, message } = readFailure(error.lastLines);
  return kind === 'busy-registry' ? message : undefined;
}
