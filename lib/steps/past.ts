import { TargetError } from '../domain/errors.ts';
import { renderedImages } from '../domain/images/rendered.ts';
import type { ReleaseRef } from '../domain/kubernetes.ts';
import { parseManifest } from '../domain/manifest/parse.ts';
import type { PastFacts, PastRevision } from '../domain/rollback/types.ts';
import type { ReleaseHistory, Revision } from '../ports/helm.ts';
import type { Records } from '../ports/records.ts';

export interface Past extends PastFacts {
  /** Old revisions that cannot be read, a line each: they are no candidates, and stop nothing. */
  readonly unreadable: readonly string[];
}

/**
 * Reads what there was: every record, and every revision that Helm still holds. Changes nothing. Throws TargetError
 * when the newest revision cannot be read, for then nobody knows what runs.
 */
export async function readPast(
  release: ReleaseRef,
  { records, history }: { records: Records; history: ReleaseHistory },
): Promise<Past> {
  const [known, listed] = await Promise.all([records.of(release), history.list(release)]);
  const newest = listed[0]?.revision;
  const read = await Promise.all(
    listed.map(async ({ revision }): Promise<Revision | string | undefined> => {
      try {
        return await history.read(release, revision);
      } catch (error) {
        if (!(error instanceof TargetError) || revision === newest) throw error;
        return `revision ${revision} cannot be read: ${error.message}`;
      }
    }),
  );
  return {
    records: known,
    // One that was pruned in between is no longer there.
    revisions: read.flatMap((one) => (typeof one === 'object' ? [pastRevision(one, release)] : [])),
    unreadable: read.filter((one) => typeof one === 'string'),
  };
}

function pastRevision(
  { manifest, hooks: _hooks, ...revision }: Revision,
  { namespace }: ReleaseRef,
): PastRevision {
  return { ...revision, images: renderedImages(parseManifest(manifest, () => namespace)) };
}
