/** A bound on a whole step: what it does ends as in a cancel, and with an error that says why. */
import type { Milliseconds } from '../domain/duration.ts';
import type { Context } from '../runtime/step.ts';

/** The same context, its signal aborting with `late` when the time is over. A cancel keeps its own reason. */
export function contextWithin(context: Context, timeout: Milliseconds, late: Error): Context {
  const controller = new AbortController();
  context.clock.sleep(timeout, context.signal).then(
    () => controller.abort(late),
    () => undefined,
  );
  return { ...context, signal: AbortSignal.any([context.signal, controller.signal]) };
}
