/** Sees to it that a repository has a blob, with as few bytes as that takes: none, a mount, or one stream through us. */
import { TargetError } from '../../domain/errors.ts';
import type { BlobCopy, Descriptor, RepositoryRef } from '../../domain/oci/types.ts';
import { hasBlob, streamBlob } from './blobs.ts';
import type { RegistryApi } from './api.ts';
import { digestOf, onceMoreIfDamaged } from './manifests.ts';
import { beginUpload, sendBlob } from './upload.ts';
import type { Source, Upload } from './upload.ts';

export async function copyBlob(
  api: RegistryApi,
  blob: Descriptor,
  from: RepositoryRef,
  to: RepositoryRef,
): Promise<BlobCopy> {
  if (await hasBlob(api, to, blob.digest)) return { kind: 'present', bytes: 0 };
  const mountable = from.registry === to.registry && from.repository !== to.repository;
  const first = mountable ? await mountOrBegin(api, blob, from, to) : undefined;
  if (first === 'mounted') return { kind: 'mounted', bytes: 0 };

  let begun = first;
  const bytes = await onceMoreIfDamaged(async () => {
    const upload = begun ?? ((await beginUpload(api, to)) as Upload);
    begun = undefined;
    return sendBlob(api, to, blob, upload, {
      repository: from,
      from: (offset) => streamBlob(api, from, blob, offset),
    });
  });
  return { kind: 'copied', bytes };
}

export async function putBlob(api: RegistryApi, to: RepositoryRef, bytes: Uint8Array): Promise<BlobCopy> {
  const blob = { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length };
  if (await hasBlob(api, to, blob.digest)) return { kind: 'present', bytes: 0 };
  const source: Source = {
    repository: to,
    from: async function* (offset) {
      yield bytes.subarray(offset);
    },
  };
  const sent = await onceMoreIfDamaged(async () =>
    sendBlob(api, to, blob, (await beginUpload(api, to)) as Upload, source),
  );
  return { kind: 'copied', bytes: sent };
}

/** A registry that refuses to mount (no right to read there, mounts switched off) may still take the bytes. */
async function mountOrBegin(
  api: RegistryApi,
  { digest }: Descriptor,
  from: RepositoryRef,
  to: RepositoryRef,
): Promise<Upload | 'mounted' | undefined> {
  try {
    return await beginUpload(api, to, { digest, from: from.repository });
  } catch (error) {
    if (error instanceof TargetError) return undefined;
    throw error;
  }
}
