/** Manifests: asked for by tag or digest, read and stored byte by byte. */
import { createHash } from 'node:crypto';
import { TargetError } from '../../domain/errors.ts';
import { isDigest } from '../../domain/image-ref.ts';
import type { ImageRef } from '../../domain/image-ref.ts';
import type { Descriptor, StoredManifest } from '../../domain/oci/types.ts';
import { DamagedError, WrongBytesError } from '../../domain/oci/wrong-bytes.ts';
import { manifestUrl } from './address.ts';
import type { Question, RegistryApi } from './api.ts';
import { manifestTypes } from './manifest-document.ts';
import type { Answer } from '../http/transport.ts';

export const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** One HEAD; a registry that does not say the digest there is asked for the manifest itself. */
export async function headManifest(api: RegistryApi, ref: ImageRef): Promise<Descriptor | undefined> {
  const answer = await api.ask(reading(api, ref, 'HEAD'));
  if (answer.status === 404) return undefined;
  const digest = claimedDigest(answer);
  const size = Number(answer.headers['content-length']);
  if (digest === undefined || !(size > 0) || (ref.digest !== undefined && digest !== ref.digest)) {
    const manifest = await getManifest(api, ref);
    return (
      manifest && { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length }
    );
  }
  return { mediaType: contentType(answer), digest, size };
}

/** The digest is what the bytes say. Bytes that were damaged on the way are asked for once more. */
export async function getManifest(api: RegistryApi, ref: ImageRef): Promise<StoredManifest | undefined> {
  const read = async (): Promise<StoredManifest | undefined> => {
    const answer = await api.ask(reading(api, ref, 'GET'));
    if (answer.status === 404) return undefined;
    const bytes = answer.body;
    const digest = digestOf(bytes);
    const expected = ref.digest ?? claimedDigest(answer) ?? digest;
    if (digest !== expected) throw new WrongBytesError(ref, expected, digest);
    return { mediaType: mediaTypeOf(answer), digest, bytes };
  };
  return onceMoreIfDamaged(read);
}

/** Stores the very bytes and sees to it that the registry calls them by the same digest; what came out wrong is mended once. */
export async function putManifest(api: RegistryApi, ref: ImageRef, manifest: StoredManifest): Promise<void> {
  const { digest, bytes } = manifest;
  if (digestOf(bytes) !== digest) throw new Error(`the bytes to store are not those of ${digest}`);
  let stored = await putOnce(api, ref, manifest);
  if (stored !== digest) stored = await putOnce(api, ref, manifest);
  if (stored === digest) return;
  throw new TargetError(`${ref.registry} stored another manifest than was sent`, {
    subject: `${ref.registry}/${ref.repository}${ref.tag === undefined ? '' : `:${ref.tag}`}`,
    remedy:
      'the registry, or a proxy before it, rewrites manifests: digests mean nothing there until that ends',
    details: [
      ['sent', digest],
      ['stored', stored ?? 'nothing'],
    ],
  });
}

/** The digest that the registry has it under. */
async function putOnce(
  api: RegistryApi,
  { registry, repository, tag }: ImageRef,
  { mediaType, digest, bytes }: StoredManifest,
): Promise<string | undefined> {
  const target: ImageRef = { registry, repository, ...(tag === undefined ? { digest } : { tag }) };
  const answer = await api.ask({
    doing: tag === undefined ? `store manifest ${digest}` : `store tag ${tag}`,
    tag,
    repository: target,
    to: 'push',
    method: 'PUT',
    url: manifestUrl(api.root(target), target),
    headers: { 'content-type': mediaType, 'content-length': String(bytes.length) },
    body: bytes,
    expects: [201, 200, 202, 204],
  });
  return claimedDigest(answer) ?? (await headManifest(api, target))?.digest;
}

const reading = (api: RegistryApi, ref: ImageRef, method: 'HEAD' | 'GET'): Question => ({
  doing: `read ${ref.digest ?? `tag ${ref.tag ?? 'latest'}`}`,
  repository: ref,
  to: 'pull',
  method,
  url: manifestUrl(api.root(ref), ref),
  headers: { accept: manifestTypes },
  expects: [200, 404],
});

/** What passes a damaged cable once is not yet a damaged registry. */
export async function onceMoreIfDamaged<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error;
    return work();
  }
}

function claimedDigest({ headers }: Answer): string | undefined {
  const claimed = headers['docker-content-digest'];
  return typeof claimed === 'string' && isDigest(claimed) ? claimed : undefined;
}

const contentType = ({ headers }: Pick<Answer, 'headers'>): string =>
  (headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';

/** As the document says; an old one says nothing, and the header must do. */
function mediaTypeOf(answer: Answer): string {
  try {
    const { mediaType } = JSON.parse(answer.body.toString('utf8')) as { mediaType?: unknown };
    return typeof mediaType === 'string' && mediaType !== '' ? mediaType : contentType(answer);
  } catch {
    return contentType(answer);
  }
}
