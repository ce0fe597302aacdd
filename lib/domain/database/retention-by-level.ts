/**
 * Retention where backups were proven to different levels: each level is counted by itself, so that what is proven less
 * never pushes out what is proven more, and a stricter `verify` does not condemn all that came before it.
 */
import { verificationLevels } from './backup-manifest.ts';
import type { VerificationLevel } from './backup-manifest.ts';
import { decideRetention } from './retention.ts';
import type { Keep, StoredBackup, WeighedDecision } from './retention.ts';

export interface LevelledBackup extends Omit<StoredBackup, 'verified'> {
  readonly level: VerificationLevel;
}

/** Newest first, one decision for each: kept where any level that it reached keeps it. */
export function decideByLevel(
  backups: readonly LevelledBackup[],
  keep: Keep,
  now: number,
): WeighedDecision[] {
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
    const own = decisions.flatMap((of, rank) => (rank <= (reached.get(first.id) ?? 0) ? (of[at] ?? []) : []));
    const higher = own.findLast(({ fate }) => fate === 'kept');
    const told = first.fate === 'deleted' && higher !== undefined ? among(higher, reached) : first;
    return { ...told, takesPlace: own.some(({ takesPlace }) => takesPlace) };
  });
}

const rankOf = (level: VerificationLevel): number => verificationLevels.indexOf(level);

/** It is kept for what it was proven to, and a weaker one of the same age would go. */
function among(decision: WeighedDecision, reached: ReadonlyMap<string, number>): WeighedDecision {
  const level = verificationLevels[reached.get(decision.id) ?? 0] ?? 'complete';
  return { ...decision, why: `among those ${level}: ${decision.why}` };
}
