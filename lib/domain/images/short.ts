/** Image references as people tell them apart. */
import { parseImageRef } from '../image-ref.ts';

/** `shop:1.4.2`, or the beginning of its digest where there is no tag. */
function imageName(image: string): string {
  const ref = parseImageRef(image);
  if (ref === undefined) return image;
  if (ref.tag !== undefined) return `${lastPart(ref.repository)}:${ref.tag}`;
  return `${lastPart(ref.repository)}${shortDigest(ref.digest)}`;
}

/** `shop:1.4.2@sha256:1234567890ab`: a tag may have moved, its digest tells. */
function shortImage(image: string): string {
  const ref = parseImageRef(image);
  if (ref === undefined) return image;
  const tag = ref.tag === undefined ? '' : `:${ref.tag}`;
  return `${lastPart(ref.repository)}${tag}${shortDigest(ref.digest)}`;
}

/** Every one once. */
export const shortImages = (images: Readonly<Record<string, string>>): string =>
  [...new Set(Object.values(images).map(shortImage))].join(', ');

const lastPart = (repository: string): string => repository.slice(repository.lastIndexOf('/') + 1);

const shortDigest = (digest: string | undefined): string =>
  digest === undefined ? '' : `@${digest.slice(0, 'sha256:'.length + 12)}`;

/** ` with shop:1.4.2`: two releases of one chart version differ in their images only. Empty without any. */
export function withImages(images: Readonly<Record<string, string>>): string {
  const names = [...new Set(Object.values(images).map(imageName))];
  if (names.length === 0) return '';
  const rest = names.length > 2 ? ` and ${names.length - 2} more images` : '';
  return ` with ${names.slice(0, 2).join(', ')}${rest}`;
}
