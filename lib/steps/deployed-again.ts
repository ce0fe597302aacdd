import type { ReleaseRef } from '../domain/kubernetes.ts';
import type { ReleaseRecord } from '../domain/record/types.ts';
import type { Aftermath } from '../domain/repair/owed.ts';
import { deployedBefore } from '../domain/repair/truth.ts';
import type { ReleaseHistory } from '../ports/helm.ts';

/**
 * An upgrade over a failed release has the older one called superseded for a moment (docs/decisions/0011). Killed in it,
 * before Helm wrote a revision, none is called deployed: the next release would take itself for the first one, and could
 * be uninstalled as such. Calls it deployed again and returns which; undefined where nothing is amiss.
 */
export async function deployedAgain(
  record: ReleaseRecord,
  { revisions }: Pick<Aftermath, 'revisions'>,
  release: ReleaseRef,
  history: Pick<ReleaseHistory, 'mark'>,
): Promise<number | undefined> {
  const [newest] = revisions;
  if (record.kind !== 'release' || newest?.status !== 'failed') return undefined;
  if (revisions.some(({ status }) => status === 'deployed')) return undefined;
  const before = deployedBefore(record, newest.revision, revisions);
  if (before !== undefined) await history.mark(release, before, 'deployed');
  return before;
}
