import { TargetError } from '../../domain/errors.ts';
import type { Descriptor, StoredManifest } from '../../domain/oci/types.ts';
import { fallbackTag } from '../../domain/promotion/companions.ts';
import { contentOf, referrerDescriptor } from '../../domain/promotion/manifest.ts';
import type { RegistryStore, RepositoryRef } from '../../ports/registry-store.ts';
import { digestOf } from '../digest-of.ts';

const index = 'application/vnd.oci.image.index.v1+json';
/** Others may write the same fallback tag: it is read back, and tried again. */
const turns = 4;

/**
 * Stores a manifest that is about another one (its `subject`), and sees to it that the repository lists it: a registry
 * with a referrers API does so by itself, for others the index under the fallback tag is kept. Its blobs must be there.
 * One at a time for one subject. Throws TargetError when it is not listed in the end.
 */
export async function putReferrer(
  { registry: host, repository }: RepositoryRef,
  manifest: StoredManifest,
  registry: RegistryStore,
): Promise<void> {
  const place = { registry: host, repository };
  const subject = contentOf(manifest)?.subject;
  await registry.putManifest({ ...place, digest: manifest.digest }, manifest);
  if (subject === undefined) return;
  for (let turn = 0; turn < turns; turn++) {
    const listed = await registry.referrers(place, subject.digest);
    if (listed.some(({ digest }) => digest === manifest.digest)) return;
    const tag = fallbackTag(subject.digest);
    await registry.putManifest({ ...place, tag }, indexOf([...listed, referrerDescriptor(manifest)]));
  }
  throw new TargetError(`${host} does not list what was attached to ${subject.digest}`, {
    subject: `${host}/${repository}@${manifest.digest}`,
    remedy: 'run again; other runs may have attached something to the same image at once',
  });
}

function indexOf(manifests: readonly Descriptor[]): StoredManifest {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: index, manifests }));
  return { mediaType: index, digest: digestOf(bytes), bytes };
}
