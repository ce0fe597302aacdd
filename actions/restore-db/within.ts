import { formatDuration } from '../../lib/domain/duration.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { TargetError } from '../../lib/domain/errors.ts';
import type { Clock } from '../../lib/ports/clock.ts';

/** Does the work with a signal that aborts at a cancel and when the time is over; then throws a TargetError. */
export async function within<Result>(
  timeout: Milliseconds,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const [late, done] = [new AbortController(), new AbortController()];
  clock.sleep(timeout, done.signal).then(
    () => late.abort(new Error('timeout')),
    () => undefined,
  );
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    if (!late.signal.aborted || signal.aborted) throw error;
    throw new TargetError(
      `it was not done within ${formatDuration(timeout)} (timeout)`,
      {
        subject: 'the restore',
        remedy: 'raise timeout, and timeout-minutes of the job with it; the log says how far it came',
      },
      { cause: error },
    );
  } finally {
    done.abort(new Error('done'));
  }
}
