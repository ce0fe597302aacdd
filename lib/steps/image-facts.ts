import type { ImageRef } from '../domain/image-ref.ts';
import type { StoredManifest } from '../domain/oci/types.ts';
import { contentOf, factsOfConfig, isAttestation } from '../domain/promotion/manifest.ts';
import { factsFrom } from '../domain/tags/facts.ts';
import type { ImageFacts } from '../domain/tags/facts.ts';
import type { RegistryStore } from '../ports/registry-store.ts';

type Reads = Pick<RegistryStore, 'manifest' | 'blob'>;

/**
 * What an image says of where it came from: annotations of its index where there are any, else the labels of its first
 * platform. Empty for what says nothing, and for what is no image.
 */
export async function imageFacts(
  ref: ImageRef,
  registry: Reads,
  known?: StoredManifest,
): Promise<ImageFacts> {
  const manifest = known ?? (await registry.manifest(ref));
  const content = manifest === undefined ? undefined : contentOf(manifest);
  if (content === undefined) return {};
  const said = factsFrom(content.annotations);
  if (content.config !== undefined)
    return { ...factsOfConfig((await registry.blob(ref, content.config)) ?? new Uint8Array()), ...said };
  const first = content.manifests.find((each) => !isAttestation(each));
  if (first === undefined || Object.keys(said).length > 0) return said;
  const { tag: _, ...repository } = ref;
  return imageFacts({ ...repository, digest: first.digest }, registry);
}
