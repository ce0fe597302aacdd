/** What a run came to, from what was seen of it. Pure. */
import type { Debris } from './audit.ts';
import type { Case, Group, WayId } from './case.ts';
import type { Ended } from './runs.ts';
import type { Stored } from './stored.ts';

/**
 * `detected`: it failed, and said so. `survived`: it succeeded, and the backup is whole, where that can be. `silent`: it
 * succeeded, and there is no backup, or one that is none.
 */
export type Outcome = 'detected' | 'survived' | 'silent' | 'hung';

export interface Round {
  readonly case: string;
  readonly group: Group;
  readonly way: WayId;
  readonly outcome: Outcome;
  readonly exit: Ended['exit'];
  readonly seconds: number;
  readonly said: string;
  /** Something that looks like a backup was left by a run that failed. */
  readonly leftFalse: boolean;
  /** After the run; of a run that was killed after the next one, for nobody else could remove it. */
  readonly debris: readonly Debris[];
  /** Whether the next run, which no fault meets, came to a whole backup. */
  readonly nextIsClean: boolean;
  /** Why not. */
  readonly nextSaid?: string;
  /** The bench's own. */
  readonly trouble?: string;
}

export type Seen = Pick<Stored, 'isThere' | 'isWhole'>;

export function outcomeOf(
  { isWorthless = false }: Pick<Case, 'isWorthless'>,
  { exit }: Pick<Ended, 'exit'>,
  { isThere, isWhole }: Seen,
): Outcome {
  if (exit === 'hung') return 'hung';
  if (exit !== 0) return 'detected';
  return isThere && isWhole && !isWorthless ? 'survived' : 'silent';
}

/** A run that failed and left what looks like a backup, whole or not: the next restore may take it. */
export const leavesFalse = ({ exit }: Pick<Ended, 'exit'>, { isThere }: Seen): boolean =>
  exit !== 0 && isThere;
