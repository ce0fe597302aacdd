import { formatDuration } from '../domain/duration.ts';
import type { Milliseconds } from '../domain/duration.ts';
import type { Clock } from '../ports/clock.ts';

export interface Heartbeat extends Disposable {
  stop(): void;
}

const lookEvery: Milliseconds = 1_000;
const repeatEvery: Milliseconds = 10_000;

/**
 * While something long is waited for: says `1m20s  <text>` when the text changes, at most once a second, and at
 * least every 10 s. `blockedOn` gives what it waits for now; empty means that there is nothing to say.
 */
export function startHeartbeat(
  clock: Clock,
  say: (line: string) => void,
  blockedOn: () => string,
): Heartbeat {
  const controller = new AbortController();
  const startedAt = clock.now();

  const beat = async (): Promise<void> => {
    let [said, saidAt] = ['', startedAt];
    for (;;) {
      await clock.sleep(lookEvery, controller.signal);
      if (controller.signal.aborted) return;
      const [text, now] = [blockedOn(), clock.now()];
      if (text === '' || (text === said && now - saidAt < repeatEvery)) continue;
      [said, saidAt] = [text, now];
      say(`${formatDuration(now - startedAt)}  ${text}`);
    }
  };
  // Being stopped is its normal end; a text that cannot be made must not end the step.
  beat().catch((error: unknown) => {
    if (!controller.signal.aborted) say(`no more progress lines: ${String(error)}`);
  });
  const stop = (): void => controller.abort(new Error('heartbeat stopped'));
  return { stop, [Symbol.dispose]: stop };
}
