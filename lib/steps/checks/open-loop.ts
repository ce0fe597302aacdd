import type { Sample } from '../../domain/checks/judge-latency.ts';
import type { LatencyCheck } from '../../domain/checks/types.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import { CancelledError } from '../../domain/errors.ts';
import type { CheckPorts } from './ports.ts';

/** How long the answers that a latency is measured by take to come, when they are as fast as they should be. */
export const loopTime = ({ requests, rate, below }: LatencyCheck): Milliseconds =>
  ((requests - 1) * 1_000) / rate + below;

/**
 * Starts requests on a schedule, whether or not the earlier ones were answered, and counts each from when it should
 * have started: a server that stalls is not spared the requests that it would have got (coordinated omission). None is
 * started after the deadline: there are fewer samples then.
 */
export async function openLoop(
  ask: () => Promise<boolean>,
  { requests, rate }: Pick<LatencyCheck, 'requests' | 'rate'>,
  deadline: number,
  { clock, signal }: Pick<CheckPorts, 'clock' | 'signal'>,
): Promise<Sample[]> {
  const begin = clock.now();
  const one = async (at: number): Promise<Sample> => {
    const ok = await ask().catch((error: unknown) => {
      if (error instanceof CancelledError) throw error;
      return false;
    });
    return { latency: clock.now() - at, ok };
  };
  const running: Promise<Sample>[] = [];
  for (let index = 0; index < requests; index++) {
    const at = begin + (index * 1_000) / rate;
    if (index > 0 && at > deadline) break;
    const wait = at - clock.now();
    if (wait > 0) await clock.sleep(wait, signal);
    const sample = one(at);
    sample.catch(() => undefined);
    running.push(sample);
  }
  return Promise.all(running);
}
