/** An index made of what native runners built, one platform each (OCI image index 1.1). */
import type { Descriptor, Platform } from '../oci/types.ts';
import { isAttestation } from '../promotion/manifest.ts';

export const indexType = 'application/vnd.oci.image.index.v1+json';

/** `linux/arm64`, `linux/arm/v7`. */
export const platformName = ({ os, architecture, variant }: Platform): string =>
  [os, architecture, variant].filter(Boolean).join('/');

/** The images of an index, without attestations. */
export const imagesIn = (manifests: readonly Descriptor[]): Descriptor[] =>
  manifests.filter((each) => !isAttestation(each));

/** Two images for one platform: a runtime would take the first, and nobody would know. Undefined when there are none. */
export function platformTwice(manifests: readonly Descriptor[]): string | undefined {
  const names = imagesIn(manifests).map(({ platform }) =>
    platform === undefined ? '' : platformName(platform),
  );
  return names.find((name, at) => name !== '' && names.indexOf(name) !== at);
}

/** The text of the index. The same images in any order give the same bytes. */
export function indexText(
  manifests: readonly Descriptor[],
  annotations: Readonly<Record<string, string>>,
): string {
  const rank = (each: Descriptor): string =>
    `${isAttestation(each) ? '1' : '0'} ${each.platform === undefined ? '' : platformName(each.platform)} ${each.digest}`;
  const sorted = [...manifests].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: indexType,
    manifests: sorted,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  });
}
