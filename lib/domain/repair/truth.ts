/** How what was owed is written down: in Helm's history and in the record. Nothing is rolled out by it. */
import { describeJob } from '../record/job.ts';
import type { Job } from '../record/job.ts';
import { closeUndo, moveTo } from '../record/transitions.ts';
import type { ReleaseRecord } from '../record/types.ts';
import { hasStood } from '../rollback/candidates.ts';
import type { HeldRevision, Owed } from './owed.ts';

/** One record, what it owes, and who was at it. */
export interface Due {
  readonly record: ReleaseRecord;
  readonly owed: Owed;
  readonly writer: Job;
}

/** What Helm's history is to say: the one failed and why, the other deployed again. */
export interface Truth {
  readonly failed: number;
  readonly reason: string;
  readonly restored?: number;
}

/**
 * Undefined where Helm says so already. What an undo has applied stays deployed: it is a copy of what was verified,
 * and the next release looks whether it runs.
 */
export function truthOf(
  { record, owed, writer }: Due,
  revisions: readonly HeldRevision[],
): Truth | undefined {
  if (owed.kind !== 'release' && owed.kind !== 'undo') return undefined;
  const [newest] = revisions;
  const made = owed.kind === 'undo' ? owed.made : undefined;
  const unproven = owed.kind === 'undo' ? (made ?? owed.own) : owed.revision;
  if (newest === undefined || newest.revision !== unproven || newest.status === 'failed') return undefined;
  if (made !== undefined && newest.status === 'deployed') return undefined;
  const reason = (made === undefined ? record.reason : undefined) ?? endOf(owed, writer);
  const restored = deployedBefore(record, unproven, revisions);
  return { failed: unproven, reason, ...(restored === undefined ? {} : { restored }) };
}

/** What is known of how it ended. */
function endOf(owed: Owed, writer: Job): string {
  const ended = `${describeJob(writer)} ended`;
  if (owed.kind === 'release') return `${ended} before the release was proven`;
  return owed.kind === 'undo' ? `${ended} before its undo did` : `${ended} before its time`;
}

/**
 * What Helm called deployed before a revision of a release: it says superseded of it only once the newer one stands.
 * Nothing where the release began with nothing: Helm says superseded also of what had failed when it upgraded over it.
 */
export function deployedBefore(
  { kind, from }: ReleaseRecord,
  revision: number,
  revisions: readonly HeldRevision[],
): number | undefined {
  if (kind === 'release' && from === undefined) return undefined;
  const below = revisions.filter((each) => each.revision < revision && hasStood(each));
  return (below.find(({ status }) => status === 'deployed') ?? below[0])?.revision;
}

/** The record of a run that is gone, closed. A reason that is there already was nearer to the facts. */
export function closed(record: ReleaseRecord, { owed, writer }: Pick<Due, 'owed' | 'writer'>): ReleaseRecord {
  const end = endOf(owed, writer);
  if (owed.kind === 'undo') return closeUndo(record, 'inconclusive', end, owed.made);
  if (owed.kind === 'release') {
    const { kind: _, applied, ...known } = owed;
    const { revision } = owed;
    const written = { ...record, ...known, to: { ...record.to, ...(applied ? { revision } : {}) } };
    return record.state === 'rejected' ? written : moveTo(written, 'rejected', end);
  }
  if (owed.kind === 'nothing' || record.state === 'rejected') return record;
  const reasons = [...(record.reason === undefined ? [] : [record.reason]), end, owed.why];
  return moveTo(record, 'abandoned', reasons.join('; '));
}

/** Whether closing it would write anything. */
export const isOpen = ({ record: { state, revision }, owed }: Due): boolean =>
  owed.kind === 'undo' ||
  (owed.kind === 'word' && state !== 'rejected') ||
  (owed.kind === 'release' && (state !== 'rejected' || revision === undefined));
