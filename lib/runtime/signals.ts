import { CancelledError } from '../domain/errors.ts';
import type { Milliseconds } from '../domain/duration.ts';

/** The runner sends SIGINT, 7.5 s later SIGTERM, 2.5 s later it kills (ProcessInvoker.cs). */
const untilLastCall: Milliseconds = 9_000;
/** After the second signal 2.5 s are left. */
const afterTerm: Milliseconds = 1_500;

export interface Cancellation {
  /** Aborts at the first SIGINT or SIGTERM; the reason is a CancelledError. */
  readonly signal: AbortSignal;
  /** Rejects shortly before the runner would kill us: whoever has not stopped by then is not waited for. */
  readonly lastCall: Promise<never>;
  stop(): void;
}

/** Listens to the runner's cancel. `say` is called once, at the first signal. */
export function listenForCancel(say: (signal: NodeJS.Signals) => void): Cancellation {
  const controller = new AbortController();
  let isHeard = false;
  let timer: NodeJS.Timeout | undefined;
  let giveUp: (error: Error) => void = () => undefined;
  const lastCall = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  lastCall.catch(() => undefined);
  const after = (ms: Milliseconds): void => {
    clearTimeout(timer);
    timer = setTimeout(
      () => giveUp(new CancelledError('the run was cancelled and the step did not stop in time')),
      ms,
    );
  };
  const heard = (signal: NodeJS.Signals): void => {
    if (isHeard) {
      if (signal === 'SIGTERM') after(afterTerm);
      return;
    }
    isHeard = true;
    after(untilLastCall);
    say(signal);
    controller.abort(new CancelledError());
  };
  process.on('SIGINT', heard);
  process.on('SIGTERM', heard);
  return {
    signal: controller.signal,
    lastCall,
    stop() {
      clearTimeout(timer);
      process.off('SIGINT', heard);
      process.off('SIGTERM', heard);
    },
  };
}
