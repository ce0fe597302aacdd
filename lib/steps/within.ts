import { formatDuration } from '../domain/duration.ts';
import type { Milliseconds } from '../domain/duration.ts';
import { TargetError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';

export interface Bound {
  readonly timeout: Milliseconds;
  /** What is bounded, for the error: `the restore`. */
  readonly subject: string;
}

/**
 * Does the work with a signal that aborts at a cancel and when the time is over; then throws a TargetError. What ends
 * because the time is over complains in its own way: that is the error's cause.
 */
export async function within<Result>(
  { timeout, subject }: Bound,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const [over, done] = [new AbortController(), new AbortController()];
  const late = new TargetError(`it was not done within ${formatDuration(timeout)} (timeout)`, {
    subject,
    remedy: 'raise timeout, and timeout-minutes of the job with it; the log says how far it came',
  });
  clock.sleep(timeout, done.signal).then(
    () => over.abort(late),
    () => undefined,
  );
  try {
    return await work(AbortSignal.any([signal, over.signal]));
  } catch (error) {
    if (!over.signal.aborted || signal.aborted) throw error;
    throw error === late ? late : Object.assign(late, { cause: error });
  } finally {
    done.abort(new Error('done'));
  }
}
