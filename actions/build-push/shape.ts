import { imagesIn, platformName } from '../../lib/domain/build/index-manifest.ts';
import type { RepositoryRef, StoredManifest } from '../../lib/domain/oci/types.ts';
import { contentOf } from '../../lib/domain/promotion/manifest.ts';
import type { RegistryStore } from '../../lib/ports/registry-store.ts';
import type { ImageShape } from './result.ts';

/** What an image weighs: layers that platforms share are counted once. */
export async function shapeOf(
  repository: RepositoryRef,
  manifest: StoredManifest,
  registry: Pick<RegistryStore, 'manifest'>,
): Promise<ImageShape> {
  const content = contentOf(manifest);
  const images = imagesIn(content?.manifests ?? []);
  const children = await Promise.all(
    images.map(({ digest }) => registry.manifest({ ...repository, digest })),
  );
  const blobs = [manifest, ...children].flatMap((each) => (each && contentOf(each)?.blobs) ?? []);
  const sizes = new Map(blobs.map(({ digest, size }) => [digest, size]));
  return {
    size: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    imageId: content?.config?.digest,
    platforms: images.flatMap(({ platform }) => (platform === undefined ? [] : [platformName(platform)])),
  };
}
