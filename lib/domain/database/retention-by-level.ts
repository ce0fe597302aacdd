/**
 * Retention where backups were proven to different levels: each level is counted by itself, so that what is proven less
 * never pushes out what is proven more, and a stricter `verify` does not condemn all that came before it.
 */
import { verificationLevels } from './backup-manifest.ts';
import type { VerificationLevel } from './backup-manifest.ts';
import { decideRetention } from './retention.ts';
import type { Keep, RetentionDecision, StoredBackup } from './retention.ts';

export interface LevelledBackup extends Omit<StoredBackup, 'verified'> {
  /** Undefined where it proves nothing: its manifest is there, its object is not. */
  readonly level: VerificationLevel | undefined;
}

/** Newest first, one decision for each: kept where any level that it reached keeps it. */
export function decideByLevel(
  backups: readonly LevelledBackup[],
  keep: Keep,
  now: number,
): RetentionDecision[] {
  const reached = new Map(backups.map(({ id, level }) => [id, rankOf(level)]));
  const decisions = verificationLevels.map((_, rank) =>
    decideRetention(
      backups.map((backup) => ({ ...backup, verified: rankOf(backup.level) >= rank })),
      keep,
      now,
    ),
  );
  const [atLeastComplete = []] = decisions;
  return atLeastComplete.map((first, at) => {
    const own = decisions.flatMap((of, rank) => (rank <= (reached.get(first.id) ?? -1) ? [of[at]] : []));
    const higher = own.findLast((each) => each?.fate === 'kept');
    return first.fate === 'deleted' && higher !== undefined ? among(higher, reached) : first;
  });
}

const rankOf = (level: VerificationLevel | undefined): number =>
  level === undefined ? -1 : verificationLevels.indexOf(level);

/** It is kept for what it was proven to, and a weaker one of the same age would go. */
function among(decision: RetentionDecision, reached: ReadonlyMap<string, number>): RetentionDecision {
  const level = verificationLevels[reached.get(decision.id) ?? 0] ?? 'complete';
  return { ...decision, why: `among those ${level}: ${decision.why}` };
}
