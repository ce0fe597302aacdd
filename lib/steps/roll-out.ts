import type { Milliseconds } from '../domain/duration.ts';
import type { ObjectId } from '../domain/kubernetes.ts';
import type { Observation, Verdict, WorkloadProgress } from '../domain/verdict/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Watcher } from '../ports/rollout.ts';

export interface RollOut {
  readonly gated: readonly ObjectId[];
  /** Changes the cluster. What it throws ends the roll-out. */
  readonly apply: () => Promise<void>;
  /** Bounds apply and readiness together, as Helm's own timeout does. */
  readonly within: Milliseconds;
  readonly onProgress: (workloads: readonly WorkloadProgress[]) => void;
  readonly signal?: AbortSignal;
}

export interface RolledOut {
  readonly verdict: Verdict;
  readonly observations: readonly Observation[];
  /** When `apply` had returned, milliseconds since the epoch. */
  readonly appliedAt: number;
}

/** Follows the objects from before the change until a verdict, so that nothing in between is missed. */
export async function rollOut(
  order: RollOut,
  { watcher, clock }: { watcher: Watcher; clock: Clock },
): Promise<RolledOut> {
  const deadline = clock.now() + order.within;
  const seen = watcher.follow(order.gated, { onProgress: order.onProgress });
  try {
    await seen.synced();
    await order.apply();
    const appliedAt = clock.now();
    await seen.applied(order.gated);
    // Whatever apply has used up, readiness is looked at once: helm's own wait may have ended at the deadline.
    const verdict = await seen.verdict(Math.max(deadline - clock.now(), 1_000), order.signal);
    return { verdict, observations: seen.observations, appliedAt };
  } finally {
    seen.close();
  }
}
