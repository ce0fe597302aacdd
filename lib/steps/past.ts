import { renderedImages } from '../domain/images/rendered.ts';
import type { ReleaseRef } from '../domain/kubernetes.ts';
import { parseManifest } from '../domain/manifest/parse.ts';
import type { PastFacts, PastRevision } from '../domain/rollback/types.ts';
import type { ReleaseHistory, Revision } from '../ports/helm.ts';
import type { Records } from '../ports/records.ts';

/** Reads what there was: every record, and every revision that Helm still holds. Changes nothing. */
export async function readPast(
  release: ReleaseRef,
  { records, history }: { records: Records; history: ReleaseHistory },
): Promise<PastFacts> {
  const [known, listed] = await Promise.all([records.of(release), history.list(release)]);
  const read = await Promise.all(listed.map(({ revision }) => history.read(release, revision)));
  return {
    records: known,
    revisions: read.flatMap((revision) => (revision === undefined ? [] : [pastRevision(revision, release)])),
  };
}

function pastRevision({ manifest, ...revision }: Revision, { namespace }: ReleaseRef): PastRevision {
  return { ...revision, images: renderedImages(parseManifest(manifest, () => namespace)) };
}
