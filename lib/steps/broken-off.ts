import type { ReleaseRef } from '../domain/kubernetes.ts';
import { hasStood } from '../domain/rollback/candidates.ts';
import type { ReleaseHistory } from '../ports/helm.ts';

/** How Helm describes its own way back: `Rollback to 3`, and `Rollback "shop" failed: …` when it says that it failed. */
const isRollback = (description: string): boolean => description.startsWith('Rollback ');

/**
 * Takes rollbacks out of Helm's history that were broken off before they stood, newest first, and returns which.
 * Helm goes back from its newest revision, whatever its status: from the text of a rollback that never ended it would
 * take away nothing of the release that still runs, and what only that one brought (an environment variable, an
 * object) would stay in a target that is called undone. One that is still pending is taken only where an undo was claimed
 * before: else somebody is going back by hand at this moment.
 */
export async function forgetBrokenOff(
  release: ReleaseRef,
  history: ReleaseHistory,
  { pending = true } = {},
): Promise<readonly number[]> {
  const forgotten: number[] = [];
  for (const { revision, status } of await history.list(release)) {
    if (hasStood({ status }) || (!pending && status !== 'failed')) break;
    const written = await history.read(release, revision);
    if (written === undefined || !isRollback(written.description)) break;
    await history.forget(release, revision);
    forgotten.push(revision);
  }
  return forgotten;
}
