import type { ImageRef } from '../domain/image-ref.ts';
import type { BlobCopy, Descriptor, RepositoryRef, StoredManifest } from '../domain/oci/types.ts';

export type { BlobCopy, Descriptor, RepositoryRef, StoredManifest };

/**
 * Reads and writes what registries store. What is not there is `undefined`; a registry that says no is a TargetError
 * with the remedy; one that cannot be reached, or is still busy after the last try, is an UnreachableError.
 */
export interface RegistryStore {
  /** One HEAD: what a tag or digest stands for. */
  head(ref: ImageRef): Promise<Descriptor | undefined>;
  /** The manifest's bytes, hashed and held against the digest that was asked for. */
  manifest(ref: ImageRef): Promise<StoredManifest | undefined>;
  /**
   * Stores it under `ref`'s tag, or by digest where it has none; the digest that comes back must be the same.
   * A tag that the registry itself does not let move is an ImmutableTagError (lib/domain/oci/refusal.ts).
   */
  putManifest(ref: ImageRef, manifest: StoredManifest): Promise<void>;
  /** A blob that fits in memory (a config, a signature's payload): at most 4 MiB. */
  blob(repository: RepositoryRef, blob: Descriptor): Promise<Uint8Array | undefined>;
  /** Stores bytes; asks first, and sends nothing when they are there. */
  putBlob(repository: RepositoryRef, bytes: Uint8Array): Promise<BlobCopy>;
  /** Sees to it that a blob is in `to`: it is there, or is mounted from `from`, or streams through us. */
  copyBlob(blob: Descriptor, from: RepositoryRef, to: RepositoryRef): Promise<BlobCopy>;
  /** What refers to a manifest (signatures, attestations, SBOMs): by the referrers API, else by its fallback tag. */
  referrers(repository: RepositoryRef, digest: string): Promise<readonly Descriptor[]>;
  /** Every tag, pages followed; undefined when the repository does not exist. */
  tags(repository: RepositoryRef): Promise<readonly string[] | undefined>;
}
