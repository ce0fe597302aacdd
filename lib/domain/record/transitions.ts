/** How a ReleaseRecord may change. Every function returns a new record; none looks at a clock. */
import { sameRun, succeeds } from './job.ts';
import type { RecordState, RecordVerdict, ReleaseRecord, UndoClaim } from './types.ts';

/** Which states may follow which. A state may always follow itself, for steps are repeated on a re-run. */
export const following: Readonly<Record<RecordState, readonly RecordState[]>> = {
  // A helm that was killed half-way may have changed something, although the record says planned.
  planned: ['applied', 'rejected', 'rolled-back', 'abandoned'],
  applied: ['ready', 'rejected', 'rolled-back', 'abandoned'],
  ready: ['verified', 'rejected', 'rolled-back', 'abandoned'],
  // Back to ready when a later check fails: what it lost is the proof, not the readiness.
  verified: ['ready', 'rejected', 'rolled-back'],
  rejected: ['rolled-back'],
  'rolled-back': [],
  abandoned: ['rejected', 'rolled-back'],
};

/** Moves a record on. Throws on a transition that `following` does not allow: that is a defect of the caller. */
export function moveTo(record: ReleaseRecord, state: RecordState, reason?: string): ReleaseRecord {
  if (record.state !== state && !following[record.state].includes(state)) {
    throw new Error(`record ${record.id} is ${record.state} and cannot become ${state}`);
  }
  return { ...record, state, ...(reason === undefined ? {} : { reason }) };
}

/** Appends a verdict and moves between ready and verified as all verdicts together say. */
export function withVerdict(record: ReleaseRecord, verdict: RecordVerdict): ReleaseRecord {
  const judged = { ...record, verdicts: [...record.verdicts, verdict] };
  return { ...judged, state: stateAfterVerdicts(judged) };
}

/** `verified` or `ready` as the verdicts say; a record in any other state keeps it. */
export function stateAfterVerdicts(record: ReleaseRecord): RecordState {
  if (record.state !== 'ready' && record.state !== 'verified') return record.state;
  return isVerified(record) ? 'verified' : 'ready';
}

/**
 * Verified = ready, every verdict that `expects` names is there, and every one that counts is pass. With nothing
 * expected, ready is verified. A check repeated by a later attempt of the same run replaces its earlier answer.
 */
export function isVerified(record: ReleaseRecord): boolean {
  if (record.state !== 'ready' && record.state !== 'verified') return false;
  const counting = newestOfEachRun(record.verdicts);
  return (
    counting.every((verdict) => verdict.outcome === 'pass') &&
    record.expects.every((name) => counting.some((verdict) => verdict.name === name))
  );
}

const newestOfEachRun = (verdicts: readonly RecordVerdict[]): RecordVerdict[] =>
  verdicts.filter((verdict) => !verdicts.some((other) => replaces(other, verdict)));

const replaces = (later: RecordVerdict, earlier: RecordVerdict): boolean =>
  later.name === earlier.name && sameRun(later.by, earlier.by) && later.by.attempt > earlier.by.attempt;

export type UndoClaimed =
  | { readonly kind: 'claimed'; readonly record: ReleaseRecord }
  | { readonly kind: 'taken'; readonly by: UndoClaim };

/**
 * Claims the undo, so that a step, its `post` and a `rollback` never undo twice. An open claim passes on only
 * within its own job or to a later attempt of its run; an undo that did not succeed may be claimed by anyone.
 */
export function claimUndo(record: ReleaseRecord, claim: UndoClaim): UndoClaimed {
  const held = record.undo;
  const free =
    held === undefined ||
    (held.outcome === undefined ? succeeds(claim.by, held.by) : held.outcome !== 'success');
  return free ? { kind: 'claimed', record: { ...record, undo: claim } } : { kind: 'taken', by: held };
}

/** Ends the undo that was claimed; a success takes the record to `rolled-back`. `revision` is the one it made. */
export function closeUndo(
  record: ReleaseRecord,
  outcome: NonNullable<UndoClaim['outcome']>,
  detail: string,
  revision?: number,
): ReleaseRecord {
  if (record.undo === undefined) throw new Error(`record ${record.id} has no undo to close`);
  const made = revision === undefined ? {} : { revision };
  const closed = { ...record, undo: { ...record.undo, ...made, outcome, detail } };
  return outcome === 'success' ? moveTo(closed, 'rolled-back') : closed;
}
