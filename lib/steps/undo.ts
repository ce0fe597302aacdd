import type { Milliseconds } from '../domain/duration.ts';
import { CancelledError, TargetError, UnreachableError } from '../domain/errors.ts';
import { renderedImages } from '../domain/images/rendered.ts';
import type { ReleaseRef } from '../domain/kubernetes.ts';
import { claimUndo, closeUndo } from '../domain/record/transitions.ts';
import type { Actor, UndoClaim } from '../domain/record/types.ts';
import { chooseTargets } from '../domain/verdict/targets.ts';
import type { Verdict, WorkloadProgress } from '../domain/verdict/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Helm, ReleaseHistory } from '../ports/helm.ts';
import type { Kube } from '../ports/kube.ts';
import type { Registry } from '../ports/registry.ts';
import type { RunningImages, Watcher } from '../ports/rollout.ts';
import type { Journal } from './journal.ts';
import { readBack, whyNotAsked } from './read-back.ts';
import type { ReadBack } from './read-back.ts';
import { resolveObjects } from './resolve-objects.ts';
import { rollOut } from './roll-out.ts';

export interface UndoPorts {
  readonly clock: Clock;
  readonly kube: Kube;
  readonly helm: Helm;
  readonly history: ReleaseHistory;
  readonly watcher: Watcher;
  readonly running: RunningImages;
  readonly registry: Registry;
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
  /** `later`: no time is left to watch it. It is applied, and the record says that nobody has proven it. */
  readonly proof?: 'later';
  readonly gate: readonly string[];
  readonly ignore: readonly string[];
  /** As for the upgrade that is undone. */
  readonly forceConflicts: boolean;
  readonly onProgress: (workloads: readonly WorkloadProgress[]) => void;
  readonly signal?: AbortSignal;
}

export interface Undone {
  readonly kind: 'undone' | 'not undone' | 'not proven' | 'already claimed';
  readonly to: number;
  readonly detail: string;
  readonly verdict?: Verdict;
  /** What runs after it, read back. */
  readonly running?: ReadBack;
  readonly duration: Milliseconds;
}

/**
 * Takes the release back to a revision and proves it there with the same watcher. The undo is claimed in the
 * record first, so that an in-step undo, a rollback step and post never undo twice.
 */
export async function undo(order: UndoOrder, journal: Journal, ports: UndoPorts): Promise<Undone> {
  const startedAt = ports.clock.now();
  const claim: UndoClaim = {
    by: order.by,
    at: new Date(startedAt).toISOString(),
    part: order.part,
    toRevision: order.to,
  };

  const ended = (kind: Undone['kind'], to: number, detail: string, proof?: Proof): Undone => ({
    kind,
    to,
    detail,
    ...proof,
    duration: ports.clock.now() - startedAt,
  });

  let taken: UndoClaim | undefined;
  await journal.write((now) => {
    const claimed = claimUndo(now, claim);
    taken = claimed.kind === 'taken' ? claimed.by : undefined;
    return claimed.kind === 'taken' ? now : claimed.record;
  });
  if (taken !== undefined)
    return ended('already claimed', taken.toRevision, `${taken.part} claimed it at ${taken.at}`);

  try {
    const step = `undo to revision ${order.to}`;
    const proof = await journal.step(
      step,
      () => goBack(order, ports),
      ({ verdict }) => verdict.outcome,
    );
    const { outcome, reason } = proof.verdict;
    await journal.write((now) => closeUndo(now, undoOutcomes[outcome], reason));
    const detail = outcome === 'pass' ? `back on what revision ${order.to} was, ${reason}` : reason;
    const failed = order.proof === 'later' ? 'not proven' : 'not undone';
    return ended(outcome === 'pass' ? 'undone' : failed, order.to, detail, proof);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    const outcome = error instanceof UnreachableError ? 'inconclusive' : 'failure';
    await journal.write((now) => closeUndo(now, outcome, detail));
    return ended('not undone', order.to, detail);
  }
}

const undoOutcomes = { pass: 'success', fail: 'failure', inconclusive: 'inconclusive' } as const;

interface Proof {
  readonly verdict: Verdict;
  readonly running?: ReadBack;
}

async function goBack(order: UndoOrder, ports: UndoPorts): Promise<Proof> {
  const { release, to, failed, reason, wasDeployed, timeout, forceConflicts } = order;
  const target = await ports.history.read(release, to);
  if (target === undefined) {
    throw new TargetError(`revision ${to} is no longer in Helm's history`, {
      subject: `release ${release.name} in namespace ${release.namespace}`,
      remedy: 'fix forward, or raise history-max so that verified revisions are kept',
    });
  }
  if (failed !== undefined) {
    const restored = wasDeployed === undefined ? {} : { restored: wasDeployed };
    await ports.history.writeBack(release, { failed, reason, ...restored });
  }
  const signal = order.signal === undefined ? {} : { signal: order.signal };
  const apply = (): Promise<void> =>
    ports.helm.rollback(release, to, { timeout, wait: 'none', forceConflicts }, signal);
  if (order.proof === 'later') {
    await apply();
    return { verdict: notLookedAt(to, ports.clock) };
  }
  const { objects } = await resolveObjects(ports.kube, target.manifest, release.namespace);
  const { gated, advisory } = chooseTargets(objects, order);
  const { verdict, running: seen } = await rollOut(
    { gated, advisory, apply, within: timeout, onProgress: order.onProgress, ...signal },
    ports,
  );
  if (verdict.outcome === 'fail') await tellHelm(release, to, verdict.reason, ports.history);
  if (verdict.outcome !== 'pass') return { verdict };

  const expected = { gated, objects, images: renderedImages(objects) };
  const running = await readBack(release, expected, ports, seen);
  if (running.outcome === 'pass') return { verdict, running };
  return { verdict: { ...verdict, outcome: running.outcome, reason: whyNotAsked(running) }, running };
}

const notLookedAt = (to: number, clock: Clock): Verdict => ({
  outcome: 'inconclusive',
  reason: `revision ${to} was applied again, but no time was left to see whether it runs`,
  findings: [],
  at: clock.now(),
  workloads: [],
});

/** Helm calls its rollback deployed as soon as it is applied; one that never became ready must not stay so. */
async function tellHelm(
  release: ReleaseRef,
  to: number,
  reason: string,
  history: ReleaseHistory,
): Promise<void> {
  const [newest] = await history.list(release);
  if (newest === undefined || newest.revision === to) return;
  await history.writeBack(release, { failed: newest.revision, reason, restored: to });
}
