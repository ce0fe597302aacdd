/** What a record that nobody brought to its end still owes. Pure: records and Helm's history go in. */
import { helmDescription } from '../record/id.ts';
import { sameJob } from '../record/job.ts';
import { nothingApplied } from '../record/status-line.ts';
import type { ReleaseRecord, UndoClaim } from '../record/types.ts';
import { hasStood } from '../rollback/candidates.ts';
import type { PastRevision } from '../rollback/types.ts';

export type HeldRevision = Pick<PastRevision, 'revision' | 'status'>;

/** What a run that ended early may have left behind. */
export interface Aftermath {
  readonly records: readonly ReleaseRecord[];
  /** What Helm holds, newest first, as its labels say it. */
  readonly revisions: readonly HeldRevision[];
  /** What the text of the newest revision says. */
  readonly newest?: Pick<PastRevision, 'revision' | 'description' | 'installedAt'> | undefined;
}

export type Owed =
  | { readonly kind: 'nothing' }
  /** Its record is to say how it ended: nothing of it is in the cluster, or others have gone on since. */
  | { readonly kind: 'word'; readonly why: string }
  /** Helm has a revision of it that nobody has proven. */
  | {
      readonly kind: 'release';
      readonly revision: number;
      /** Helm had applied all of it. */
      readonly applied: boolean;
      readonly installedAt?: string;
    }
  /** Its undo was claimed and has not ended. `own`: the revision that is left; `made`: what the undo made so far. */
  | { readonly kind: 'undo'; readonly claim: UndoClaim; readonly own?: number; readonly made?: number };

type Claimed = ReleaseRecord & { readonly undo: UndoClaim };

/** What a record owes, whoever pays: post finishes it, the next run only writes down the truth. */
export function owedBy(record: ReleaseRecord, past: Aftermath): Owed {
  if (isOver(record)) return { kind: 'nothing' };
  if (hasFollower(record, past)) return { kind: 'word', why: 'another run has shipped since' };
  const own = ownRevision(record, past);
  if (isClaimed(record)) {
    const made = madeByUndo(record, own, past);
    return {
      kind: 'undo',
      claim: record.undo,
      ...(own === undefined ? {} : { own }),
      ...(made === undefined ? {} : { made }),
    };
  }
  if (record.kind === 'rollback') return { kind: 'word', why: 'nobody saw how the rollback ended' };
  if (own === undefined) return { kind: 'word', why: nothingApplied };
  const [newest] = past.revisions;
  if (newest?.revision !== own) return { kind: 'word', why: `revision ${newest?.revision} came after it` };
  const applied = record.to.revision === own || hasStood(newest);
  const installedAt = past.newest?.installedAt;
  return { kind: 'release', revision: own, applied, ...(installedAt === undefined ? {} : { installedAt }) };
}

/**
 * An undo that is claimed and not ended is still to be ended. What nobody could tell (inconclusive) is not undone
 * by anyone but a person.
 */
const isOver = ({ state, undo, verdicts }: ReleaseRecord): boolean =>
  state === 'ready' ||
  state === 'verified' ||
  state === 'rolled-back' ||
  state === 'abandoned' ||
  (state === 'rejected' && undo?.outcome !== undefined) ||
  (state !== 'rejected' && verdicts.some(({ outcome }) => outcome === 'inconclusive'));

const isClaimed = (record: ReleaseRecord): record is Claimed =>
  record.undo !== undefined && record.undo.outcome === undefined;

/** Whether a later release or rollback came into the cluster; the record of its own undo is none. */
const hasFollower = (record: ReleaseRecord, { records }: Aftermath): boolean =>
  records.some(
    (other) =>
      other.seq > record.seq &&
      other.kind !== 'baseline' &&
      other.state !== 'abandoned' &&
      !isUndoOf(other, record),
  );

const isUndoOf = ({ kind, by }: ReleaseRecord, left: ReleaseRecord): boolean =>
  kind === 'rollback' && isClaimed(left) && sameJob(by, left.undo.by);

/** Where it would be: known, or the first revision after what there was when it began. */
const expectedRevision = ({ revision, after }: ReleaseRecord): number | undefined =>
  revision ?? (after === undefined ? undefined : after + 1);

/**
 * The revision that Helm holds of a record; undefined where it has none. A helm whose node process was killed may
 * have written one before the record could say so: one that stands is believed to be it only when it names the
 * record, for it may have come by hand.
 */
export function ownRevision(
  record: ReleaseRecord,
  { revisions, newest }: Pick<Aftermath, 'revisions' | 'newest'>,
): number | undefined {
  const { installedAt } = record;
  if (installedAt !== undefined && newest !== undefined && newest.installedAt !== installedAt)
    return undefined;
  const expected = expectedRevision(record);
  const held = revisions.find(({ revision }) => revision === expected);
  if (held === undefined) return undefined;
  if (record.revision !== undefined || !hasStood(held)) return held.revision;
  const named = newest?.revision === held.revision && newest.description === helmDescription(record);
  return named ? held.revision : undefined;
}

/** What an undo that has not ended has made: newer than what it leaves, and no upgrade that came by hand. */
function madeByUndo(left: Claimed, own: number | undefined, past: Aftermath): number | undefined {
  const rollback = past.records.find((other) => other.seq > left.seq && isUndoOf(other, left));
  const before = rollback?.after ?? own ?? left.after;
  const [newest] = past.revisions;
  if (newest === undefined || before === undefined || newest.revision <= before) return undefined;
  const isOurs = !hasStood(newest) || past.newest?.description === `Rollback to ${left.undo.toRevision}`;
  return isOurs ? newest.revision : undefined;
}

/** Whether a record may speak of a revision: it has written it, or is (or was) about to write one like it. */
export const maySpeakOf = (record: ReleaseRecord, revision: number): boolean =>
  record.revision === revision ||
  record.undo?.revision === revision ||
  (!isOver(record) && (expectedRevision(record) ?? Infinity) <= revision);

/** Whether the text of the newest revision would tell more than its labels: it costs a request. */
export const needsText = ({ records, revisions }: Aftermath): boolean => {
  const [newest] = revisions;
  if (newest === undefined || newest.status === 'failed') return false;
  return records.some(
    (record) => !isOver(record) && (isClaimed(record) || expectedRevision(record) === newest.revision),
  );
};
