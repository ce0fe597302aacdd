import type { Sample } from '../../domain/checks/judge-latency.ts';
import type { LatencyCheck } from '../../domain/checks/types.ts';
import { CancelledError } from '../../domain/errors.ts';
import type { CheckPorts } from './ports.ts';

/**
 * Starts requests on a schedule, whether or not the earlier ones were answered, and counts each from when it should
 * have started: a server that stalls is not spared the requests that it would have got (coordinated omission).
 */
export async function openLoop(
  ask: () => Promise<boolean>,
  { requests, rate }: Pick<LatencyCheck, 'requests' | 'rate'>,
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
    const wait = at - clock.now();
    if (wait > 0) await clock.sleep(wait, signal);
    const sample = one(at);
    sample.catch(() => undefined);
    running.push(sample);
  }
  return Promise.all(running);
}
