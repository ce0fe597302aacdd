import type { Milliseconds } from '../domain/duration.ts';
import { CancelledError, messageOf, TargetError, UnreachableError } from '../domain/errors.ts';
import { renderedImages } from '../domain/images/rendered.ts';
import type { ObjectId, ReleaseRef } from '../domain/kubernetes.ts';
import { maskStoredSecrets } from '../domain/manifest/stored-secrets.ts';
import { claimUndo, closeUndo } from '../domain/record/transitions.ts';
import type { Actor, UndoClaim } from '../domain/record/types.ts';
import { chooseTargets } from '../domain/verdict/targets.ts';
import type { FailFast, Verdict, WorkloadProgress } from '../domain/verdict/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Helm, ReleaseHistory } from '../ports/helm.ts';
import type { Kube } from '../ports/kube.ts';
import type { Log } from '../ports/log.ts';
import type { Registry } from '../ports/registry.ts';
import type { RunningImages, Watcher } from '../ports/rollout.ts';
import { forgetBrokenOff } from './broken-off.ts';
import { findStuckPods, freeStuckPods } from './free-stuck-pods.ts';
import type { Journal } from './journal.ts';
import { questionsAbout } from './questions.ts';
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
  readonly log: Log;
}

export interface UndoOrder {
  readonly release: ReleaseRef;
  /** The revision to go back to. */
  readonly to: number;
  /** The failed revision, when Helm wrote one. */
  readonly failed?: number;
  /** Helm has gone back already, as this revision, in an attempt that nobody saw the end of: it is only proven. */
  readonly made?: number;
  /** Helm's newest revision before the undo; `failed` unless it says otherwise. */
  readonly newest?: number;
  /** The revision that Helm called deployed before the failed one. */
  readonly wasDeployed?: number;
  /** Why; becomes the failed revision's description in Helm's history. */
  readonly reason: string;
  readonly by: Actor;
  readonly part: UndoClaim['part'];
  /** What the comparison of the schemas found, or that there was none; it stands in the claim. */
  readonly schema: string;
  readonly timeout: Milliseconds;
  /** `later`: no time is left to watch it. It is applied, and the record says that nobody has proven it. */
  readonly proof?: 'later';
  readonly gate: readonly string[];
  readonly ignore: readonly string[];
  /** How soon an undo that is probably doomed is called; `balanced` unless given. */
  readonly failFast?: FailFast;
  /** As for the upgrade that is undone. */
  readonly forceConflicts: boolean;
  /** Deletes pods that never became ready on the revision that is left, where they keep a StatefulSet from moving. */
  readonly freeStuckPods?: boolean;
  readonly onProgress: (workloads: readonly WorkloadProgress[]) => void;
  /** A half of an earlier attempt was taken out of the history: Helm gives its number away again. Waited for. */
  readonly onForgotten?: (left: Pick<UndoOrder, 'newest' | 'failed'>) => Promise<unknown>;
  readonly signal?: AbortSignal;
}

export interface Undone {
  readonly kind: 'undone' | 'not undone' | 'not proven' | 'already claimed';
  readonly to: number;
  /** The revision that Helm made of it: a copy of `to`. */
  readonly revision?: number;
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
    schema: order.schema,
  };
  ports.log.info(order.schema);

  const ended = (kind: Undone['kind'], to: number, detail: string, proof?: Proof): Undone => ({
    kind,
    to,
    detail,
    ...proof,
    duration: ports.clock.now() - startedAt,
  });

  let taken: UndoClaim | undefined;
  let earlier: UndoClaim | undefined;
  await journal.write((now) => {
    earlier = now.undo;
    const claimed = claimUndo(now, claim);
    taken = claimed.kind === 'taken' ? claimed.by : undefined;
    return claimed.kind === 'taken' ? now : claimed.record;
  });
  if (taken !== undefined)
    return ended('already claimed', taken.toRevision, `${taken.part} claimed it at ${taken.at}`);

  let from = order;
  let hasBegun = false;
  try {
    const step = `undo to revision ${order.to}`;
    const proof = await journal.step(
      step,
      async () => {
        from = await withoutBrokenOff(order, earlier, ports);
        if (from !== order) await order.onForgotten?.(from);
        return goBack(from, ports, () => (hasBegun = true));
      },
      ({ verdict }) => verdict.outcome,
    );
    const { outcome, reason } = proof.verdict;
    await journal.write((now) => closeUndo(now, undoOutcomes[outcome], reason, proof.revision));
    const detail =
      outcome === 'pass' ? `revision ${proof.revision} brings back revision ${order.to}, ${reason}` : reason;
    const failed = order.proof === 'later' ? 'not proven' : 'not undone';
    return ended(outcome === 'pass' ? 'undone' : failed, order.to, detail, proof);
  } catch (error) {
    // What a cancel breaks off complains in its own way; post brings it to its end.
    if (error instanceof CancelledError || order.signal?.aborted === true) throw error;
    const verdict = verdictOf(error, order.release, ports.clock);
    const { outcome, reason } = verdict;
    const proof = { verdict, ...(hasBegun ? await brokenOff(from, verdict, ports) : {}) };
    await journal.write((now) => closeUndo(now, undoOutcomes[outcome], reason, proof.revision));
    return ended('not undone', order.to, reason, proof);
  }
}

/** What an earlier attempt wrote and did not finish is gone then: what is left is the release below it. */
async function withoutBrokenOff(
  order: UndoOrder,
  earlier: UndoClaim | undefined,
  { history }: UndoPorts,
): Promise<UndoOrder> {
  const forgotten = await forgetBrokenOff(order.release, history, { pending: earlier !== undefined });
  if (forgotten.length === 0) return order;
  const newest = Math.min(...forgotten) - 1;
  const { failed, ...others } = order;
  if (failed === undefined || !forgotten.includes(failed)) return { ...order, newest };
  return { ...others, newest, ...(newest > order.to ? { failed: newest } : {}) };
}

/** An API that could not be asked proves nothing; any other error is why it did not come back. */
function verdictOf(error: unknown, { namespace, name }: ReleaseRef, clock: Clock): Verdict {
  const reason = messageOf(error);
  const outcome = error instanceof UnreachableError ? 'inconclusive' : 'fail';
  const at = clock.now();
  const { subject = `release ${namespace}/${name}`, remedy } = error as { subject?: string; remedy?: string };
  const broke = { rule: 'UndoRefused', severity: 'terminal', firstSeen: at, proof: reason } as const;
  const findings = remedy === undefined ? [] : [{ ...broke, subject, cause: reason, remedy }];
  return { outcome, reason, findings, at, workloads: [] };
}

/** What a helm of ours that broke off had written: pending, it would let no later release in; deployed, it would be believed. */
async function brokenOff(
  { release, to, failed, newest: before = failed }: UndoOrder,
  { outcome, reason }: Pick<Verdict, 'outcome' | 'reason'>,
  { history }: UndoPorts,
): Promise<{ readonly revision?: number }> {
  const [newest] = await history.list(release);
  if (newest === undefined || before === undefined || newest.revision <= before) return {};
  const { revision, status } = newest;
  const untrue = outcome === 'fail' ? status !== 'failed' : status.startsWith('pending-');
  // It begins as Helm's own words do: so the next way back knows it for one that did not end.
  const said = `Rollback to ${to} broke off: ${reason}`;
  if (untrue) await history.writeBack(release, { failed: revision, reason: said, restored: to });
  return { revision };
}

const undoOutcomes = { pass: 'success', fail: 'failure', inconclusive: 'inconclusive' } as const;

interface Proof {
  readonly verdict: Verdict;
  readonly revision?: number;
  readonly running?: ReadBack;
}

async function goBack(order: UndoOrder, ports: UndoPorts, onBegin: () => void): Promise<Proof> {
  const { release, to, reason, wasDeployed, timeout, forceConflicts } = order;
  const target = await ports.history.read(release, to);
  if (target === undefined) {
    throw new TargetError(`revision ${to} is no longer in Helm's history`, {
      subject: `release ${release.name} in namespace ${release.namespace}`,
      remedy: 'fix forward, or raise history-max so that verified revisions are kept',
    });
  }
  const goesBack = order.made === undefined;
  const tellTruth = async (): Promise<void> => {
    if (!goesBack) return;
    const restored = wasDeployed === undefined ? {} : { restored: wasDeployed };
    if (order.failed !== undefined)
      await ports.history.writeBack(release, { failed: order.failed, reason, ...restored });
  };
  const signal = order.signal === undefined ? {} : { signal: order.signal };
  // Helm would keep ten revisions unless told otherwise: a way back takes nothing away that others may go back to.
  const how = { timeout, wait: 'none', forceConflicts, historyMax: 0 } as const;
  const rollback = async (): Promise<void> => {
    if (!goesBack) return;
    onBegin();
    await ports.helm.rollback(release, to, how, signal);
  };
  if (order.proof === 'later') {
    await tellTruth();
    await rollback();
    return { verdict: notLookedAt(to, ports.clock), ...(await madeBy(release, to, ports.history)) };
  }
  const { objects } = await resolveObjects(ports.kube, target.manifest, release.namespace);
  const { gated, advisory } = chooseTargets(objects, order);
  // The watches open while Helm's history is put right.
  using watches = new DisposableStack();
  const { failFast = 'balanced', onProgress } = order;
  const questions = questionsAbout(objects, ports);
  const hide = maskStoredSecrets([target], release.namespace);
  const watched = { advisory, onProgress, failFast, questions, hide, joinsLate: !goesBack };
  const following = watches.adopt(ports.watcher.follow(gated, watched), (open) => open.close());
  await tellTruth();
  const apply = async (): Promise<void> => {
    await rollback();
    if (order.freeStuckPods === true) await freeStuckPods(gated, ports);
  };
  const { verdict, running: seen } = await rollOut(
    { gated, ...watched, apply, within: timeout, following, ...signal },
    ports,
  );
  const made = await madeBy(release, to, ports.history);
  if (verdict.outcome === 'fail')
    return { verdict: await failed(verdict, order, made, gated, ports), ...made };
  if (verdict.outcome !== 'pass') return { verdict, ...made };

  const expected = { gated, objects, images: renderedImages(objects) };
  const running = await readBack(release, expected, ports, seen);
  if (running.outcome === 'pass') return { verdict, running, ...made };
  const whyNot = whyNotAsked(running);
  return { verdict: { ...verdict, outcome: running.outcome, reason: whyNot }, running, ...made };
}

/** The revision that helm wrote for going back; none where it refused before. */
async function madeBy(
  release: ReleaseRef,
  to: number,
  history: ReleaseHistory,
): Promise<{ readonly revision?: number }> {
  const [newest] = await history.list(release);
  return newest === undefined || newest.revision === to ? {} : { revision: newest.revision };
}

/** Helm calls its rollback deployed as soon as it is applied; one that never became ready must not stay so. */
async function failed(
  verdict: Verdict,
  { release, to }: UndoOrder,
  { revision }: { readonly revision?: number },
  gated: readonly ObjectId[],
  ports: UndoPorts,
): Promise<Verdict> {
  if (revision !== undefined)
    await ports.history.writeBack(release, { failed: revision, reason: verdict.reason, restored: to });
  const stuck = await findStuckPods(gated, ports);
  if (stuck.length === 0) return verdict;
  const pods = stuck.map(({ metadata }) => metadata.name).join(', ');
  const remedy = 'rollback with free-stuck-pods: true deletes such pods';
  return {
    ...verdict,
    reason: `${verdict.reason}; ${pods} never became ready on the revision that is left, and the StatefulSet waits for it: ${remedy}`,
  };
}

const notLookedAt = (to: number, clock: Clock): Verdict => ({
  outcome: 'inconclusive',
  reason: `revision ${to} was applied again, but no time was left to see whether it runs`,
  findings: [],
  at: clock.now(),
  workloads: [],
});
