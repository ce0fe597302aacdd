/**
 * Which backups may go. The commonest way to lose a database is a broken backup that pushes out the last good one
 * (securityonion#15896, orca#204), so only verified ones count, and the newest verified one always stays.
 */
import type { Milliseconds } from '../duration.ts';

export interface Keep {
  /** So many of the newest. */
  readonly last: number;
  /** The newest of each of the last so many days (UTC) that have one. */
  readonly daily: number;
  /** The newest of each of the last so many weeks (Monday to Sunday, UTC) that have one. */
  readonly weekly: number;
  /** Every one that is not older than so many days. */
  readonly days: number;
  /** Never fewer than so many, whatever the rest says; at least 1. */
  readonly floor: number;
}

export interface StoredBackup {
  readonly id: string;
  /** Milliseconds since the epoch: of its snapshot. */
  readonly takenAt: number;
  /** Whether it was proven as far as was asked for. */
  readonly verified: boolean;
  /** Whether a manifest of ours, of the same database, says so: what others wrote is not ours to delete. */
  readonly ours: boolean;
  /** What is wrong with it, in words: it counts for nothing then, however far it was proven. */
  readonly damage?: string | undefined;
}

export interface RetentionDecision {
  readonly id: string;
  readonly fate: 'kept' | 'deleted';
  /** Every reason that keeps it; for a deleted one why nothing does. */
  readonly why: string;
}

export interface WeighedDecision extends RetentionDecision {
  /** Whether a rule that counts keeps it: were it not there, another would be kept in its place. */
  readonly takesPlace: boolean;
}

const day: Milliseconds = 86_400_000;
/** The epoch was a Thursday. */
const mondayOffset = 3;

/** Newest first, one decision for each. Pure: `now` in milliseconds since the epoch. */
export function decideRetention(
  backups: readonly StoredBackup[],
  keep: Keep,
  now: number,
): WeighedDecision[] {
  const newestFirst = [...backups].sort((a, b) => b.takenAt - a.takenAt || (a.id < b.id ? 1 : -1));
  // A clock that went wrong must not make one backup the newest for years.
  const counting = newestFirst.filter((each) => counts(each) && each.takenAt <= now);
  const reasons = reasonsToKeep(counting, keep, now);
  return newestFirst.map((backup) => decide(backup, reasons.get(backup.id) ?? [], counting, keep, now));
}

const counts = ({ ours, verified, damage }: StoredBackup): boolean =>
  ours && verified && damage === undefined;

function decide(
  backup: StoredBackup,
  reasons: readonly Reason[],
  counting: readonly StoredBackup[],
  keep: Keep,
  now: number,
): WeighedDecision {
  const { id, damage } = backup;
  const decided = (fate: RetentionDecision['fate'], why: string): WeighedDecision => ({
    id,
    fate,
    why,
    takesPlace: reasons.some(({ isCount }) => isCount),
  });
  if (!backup.ours)
    return decided(
      'kept',
      damage === undefined ? 'not written by this backup' : `damaged or not ours, left alone: ${damage}`,
    );
  const flaw = damage === undefined ? 'not verified' : `damaged: ${damage}`;
  if (backup.takenAt > now)
    return decided('kept', `${damage === undefined ? '' : `${flaw}; `}taken in the future: a clock is wrong`);
  if (reasons.length > 0) return decided('kept', reasons.map(({ why }) => why).join(', '));
  if (counts(backup)) return decided('deleted', 'verified, and no rule keeps it');
  const newer = counting.filter(({ takenAt }) => takenAt > backup.takenAt).length;
  return newer >= floorOf(keep)
    ? decided('deleted', `${flaw}, and ${newer} newer verified ${newer === 1 ? 'one is' : 'ones are'} there`)
    : decided('kept', `${flaw}, but too few newer verified ones are there`);
}

const floorOf = ({ floor }: Keep): number => Math.max(1, floor);

interface Reason {
  readonly why: string;
  /** Whether the rule keeps so many, rather than every one that is young. */
  readonly isCount: boolean;
}

function reasonsToKeep(counting: readonly StoredBackup[], keep: Keep, now: number): Map<string, Reason[]> {
  const reasons = new Map<string, Reason[]>();
  const because = (why: string, backups: readonly StoredBackup[], isCount = true): void => {
    for (const { id } of backups) reasons.set(id, [...(reasons.get(id) ?? []), { why, isCount }]);
  };
  const dayOf = ({ takenAt }: StoredBackup): number => Math.floor(takenAt / day);
  because(`one of the last ${keep.last}`, counting.slice(0, keep.last));
  because('newest of its day', newestOfEach(counting, dayOf).slice(0, keep.daily));
  because(
    'newest of its week',
    newestOfEach(counting, (each) => Math.floor((dayOf(each) + mondayOffset) / 7)).slice(0, keep.weekly),
  );
  const young = counting.filter(({ takenAt }) => keep.days > 0 && now - takenAt <= keep.days * day);
  because(`not older than ${keep.days} ${keep.days === 1 ? 'day' : 'days'}`, young, false);
  because('one of the newest verified, which always stay', counting.slice(0, floorOf(keep)));
  return reasons;
}

function newestOfEach(
  newestFirst: readonly StoredBackup[],
  of: (each: StoredBackup) => number,
): StoredBackup[] {
  const first = new Map<number, StoredBackup>();
  for (const each of newestFirst) if (!first.has(of(each))) first.set(of(each), each);
  return [...first.values()];
}
