import type { Milliseconds } from '../domain/duration.ts';
import { CancelledError, TargetError } from '../domain/errors.ts';
import type { ReleaseRef } from '../domain/kubernetes.ts';
import { claimUndo, closeUndo } from '../domain/record/transitions.ts';
import type { Actor, UndoClaim } from '../domain/record/types.ts';
import { chooseTargets } from '../domain/verdict/targets.ts';
import type { Verdict, WorkloadProgress } from '../domain/verdict/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Helm, ReleaseHistory } from '../ports/helm.ts';
import type { Kube } from '../ports/kube.ts';
import type { Log } from '../ports/log.ts';
import type { Watcher } from '../ports/rollout.ts';
import type { Journal } from './journal.ts';
import { resolveObjects } from './resolve-objects.ts';
import { rollOut } from './roll-out.ts';

export interface UndoPorts {
  readonly clock: Clock;
  readonly kube: Kube;
  readonly helm: Helm;
  readonly history: ReleaseHistory;
  readonly watcher: Watcher;
  readonly log: Log;
}

export interface UndoOrder {
  readonly release: ReleaseRef;
  /** The revision to go back to. */
  readonly to: number;
  /** The failed revision, when Helm wrote one. */
  readonly failed?: number;
  /** The revision that Helm called deployed before the failed one. */
  readonly wasDeployed?: number;
  /** Why; becomes the failed revision's description in Helm's history. */
  readonly reason: string;
  readonly by: Actor;
  readonly part: UndoClaim['part'];
  readonly timeout: Milliseconds;
  readonly gate: readonly string[];
  readonly ignore: readonly string[];
  readonly onProgress: (workloads: readonly WorkloadProgress[]) => void;
  readonly signal?: AbortSignal;
}

export interface Undone {
  readonly kind: 'undone' | 'not undone' | 'already claimed';
  readonly to: number;
  readonly detail: string;
  readonly verdict?: Verdict;
  readonly duration: Milliseconds;
}

/**
 * Takes the release back to a revision and proves it there with the same watcher. The undo is claimed in the
 * record first, so that an in-step undo, a rollback step and post never undo twice.
 */
export async function undo(order: UndoOrder, journal: Journal, ports: UndoPorts): Promise<Undone> {
  const startedAt = ports.clock.now();
  const since = (): Milliseconds => ports.clock.now() - startedAt;
  const claim: UndoClaim = {
    by: order.by,
    at: new Date(startedAt).toISOString(),
    part: order.part,
    toRevision: order.to,
  };

  let taken: UndoClaim | undefined;
  await journal.write((now) => {
    const claimed = claimUndo(now, claim);
    taken = claimed.kind === 'taken' ? claimed.by : undefined;
    return claimed.kind === 'taken' ? now : claimed.record;
  });
  if (taken !== undefined)
    return {
      kind: 'already claimed',
      to: taken.toRevision,
      detail: `${taken.part} claimed it at ${taken.at}`,
      duration: since(),
    };

  try {
    const verdict = await journal.step(`undo to revision ${order.to}`, () => goBack(order, ports));
    const kind = verdict.outcome === 'pass' ? 'undone' : 'not undone';
    const outcome = { pass: 'success', fail: 'failure', inconclusive: 'inconclusive' } as const;
    await journal.write((now) => closeUndo(now, outcome[verdict.outcome], verdict.reason));
    return { kind, to: order.to, detail: verdict.reason, verdict, duration: since() };
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    ports.log.warn(`the undo to revision ${order.to} failed: ${detail}`);
    await journal.write((now) => closeUndo(now, 'failure', detail));
    return { kind: 'not undone', to: order.to, detail, duration: since() };
  }
}

async function goBack(order: UndoOrder, ports: UndoPorts): Promise<Verdict> {
  const { release, to, failed, reason } = order;
  const target = await ports.history.read(release, to);
  if (target === undefined) {
    throw new TargetError(`revision ${to} is no longer in Helm's history`, {
      subject: `release ${release.name} in namespace ${release.namespace}`,
      remedy: 'fix forward, or raise history-max so that verified revisions are kept',
    });
  }
  if (failed !== undefined)
    await ports.history.writeBack(release, {
      failed,
      reason,
      ...(order.wasDeployed === undefined ? {} : { restored: order.wasDeployed }),
    });

  const { objects } = await resolveObjects(ports.kube, target.manifest, release.namespace);
  const { gated } = chooseTargets(objects, order);
  const { verdict } = await rollOut(
    {
      gated,
      apply: () =>
        ports.helm.rollback(
          release,
          to,
          { timeout: order.timeout, wait: 'none' },
          order.signal ? { signal: order.signal } : {},
        ),
      within: order.timeout,
      onProgress: order.onProgress,
      ...(order.signal ? { signal: order.signal } : {}),
    },
    ports,
  );
  if (verdict.outcome === 'fail') {
    const [newest] = await ports.history.list(release);
    if (newest !== undefined && newest.revision !== to)
      await ports.history.writeBack(release, {
        failed: newest.revision,
        reason: verdict.reason,
        restored: to,
      });
  }
  return verdict;
}
