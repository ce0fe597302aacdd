import type { Milliseconds } from '../domain/duration.ts';
import { CancelledError, messageOf } from '../domain/errors.ts';
import type { ObjectId } from '../domain/kubernetes.ts';
import type { Expectation, Observation, Verdict } from '../domain/verdict/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Following, FollowOptions, OnProgress, RunningContainer, Watcher } from '../ports/rollout.ts';

export interface RollOut extends FollowOptions {
  readonly gated: readonly ObjectId[];
  /** Reported when they are not ready; nothing waits for them. */
  readonly advisory: readonly ObjectId[];
  /** Changes the cluster. What it throws ends the roll-out, unless the watcher had ended it before. */
  readonly apply: (beside: Beside) => Promise<void>;
  /** Bounds apply and readiness together, as Helm's own timeout does. */
  readonly within: Milliseconds;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal;
  /** Watches of the same objects that were opened beside other work; closed at the end. Without it they open now. */
  readonly following?: Following;
}

/** For an `apply` that waits by itself: how it and the watcher speak to each other. */
export interface Beside {
  /** Everything is applied: the watcher may judge from now on. */
  readonly onApplied: () => void;
  /** Aborts when the watcher's verdict is a fail, or the run is cancelled. */
  readonly signal: AbortSignal;
}

export interface RolledOut {
  readonly verdict: Verdict;
  /** What ran when the verdict was reached; empty when the watcher could not see it. */
  readonly running: readonly RunningContainer[];
  readonly observations: readonly Observation[];
  /** By what the verdict judged them; undefined where it could not be told. */
  readonly expectation?: Expectation | undefined;
}

/**
 * Follows the objects from before the change until a verdict, so that nothing in between is missed. A watcher
 * that cannot look (API gone, overloaded, forbidden) makes the verdict inconclusive; before the change, there is none.
 */
export async function rollOut(
  order: RollOut,
  { watcher, clock }: { watcher: Watcher; clock: Clock },
): Promise<RolledOut> {
  const deadline = clock.now() + order.within;
  const seen = order.following ?? watcher.follow(order.gated, order);
  // Whatever apply has used up, readiness is looked at once: helm's own wait may have ended at the deadline.
  const judge = once(() =>
    judgement(seen, order, Math.max(deadline - clock.now(), 1_000)).catch((error: unknown) =>
      cannotTell(error, clock),
    ),
  );
  const failed = new AbortController();
  const stopIfFailed = async (): Promise<void> => {
    const { outcome } = await judge();
    if (outcome === 'fail') failed.abort(new Error('the watcher called it'));
  };
  const beside: Beside = {
    onApplied: () => void stopIfFailed().catch(() => undefined),
    signal: AbortSignal.any([failed.signal, ...(order.signal ? [order.signal] : [])]),
  };
  try {
    const blind = await seen.synced().then(
      () => undefined,
      (error: unknown) => cannotTell(error, clock),
    );
    if (blind !== undefined) return { verdict: blind, running: [], observations: seen.observations };
    await order.apply(beside).catch((error: unknown) => {
      if (!failed.signal.aborted) throw error;
    });
    const verdict = await judge();
    const { observations, expectation } = seen;
    return { verdict, running: seen.running(order.gated), observations, expectation };
  } finally {
    seen.close();
  }
}

async function judgement(
  seen: Following,
  { gated, signal, within: asked }: RollOut,
  within: Milliseconds,
): Promise<Verdict> {
  await seen.applied(gated);
  return seen.verdict(within, signal, asked);
}

/** Not knowing is a verdict of its own; a cancel is none. */
function cannotTell(error: unknown, clock: Clock): Verdict {
  if (error instanceof CancelledError) throw error;
  const reason = messageOf(error);
  return { outcome: 'inconclusive', reason, findings: [], at: clock.now(), workloads: [] };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
