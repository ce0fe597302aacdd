/** What a registry stores, in the words of the OCI image and distribution specifications (1.1). */

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** Points at a manifest or a blob by what its bytes are. */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:` and 64 hex digits. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly platform?: Platform;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A manifest exactly as it is stored: its digest is the hash of `bytes`, so they are never re-serialised. */
export interface StoredManifest {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** A repository in a registry: `registry` is host and port, Docker Hub written out as `docker.io`. */
export interface RepositoryRef {
  readonly registry: string;
  readonly repository: string;
}

/** How a blob came to be in a repository, and the bytes that travelled through us for it. */
export interface BlobCopy {
  readonly kind: 'present' | 'mounted' | 'copied';
  /** 0 unless copied. */
  readonly bytes: number;
}
