/** A registry in memory that hashes what it stores, for tests of what is done with one: any number of hosts. */
import { createHash } from 'node:crypto';
import { TargetError } from '../../lib/domain/errors.ts';
import { formatImageRef } from '../../lib/domain/image-ref.ts';
import type { ImageRef } from '../../lib/domain/image-ref.ts';
import { contentOf, referrerDescriptor } from '../../lib/domain/promotion/manifest.ts';
import type {
  BlobCopy,
  Descriptor,
  RegistryStore,
  RepositoryRef,
  StoredManifest,
} from '../../lib/ports/registry-store.ts';

interface Repository {
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
  readonly blobs: Map<string, Uint8Array>;
}

export interface MemoryRegistryOptions {
  /** Hosts whose registry lists referrers by itself; the others leave it to fallback tags. Default: none does. */
  readonly referrersApi?: (registry: string) => boolean;
}

export class MemoryRegistry implements RegistryStore {
  /** Every call as `PUT a.test/shop:1`, in order; what another run does between two of ours goes into `before`. */
  readonly calls: string[] = [];
  /** Called with the line of `calls` before it is carried out; what it throws is the registry's answer. */
  before: (call: string) => void | Promise<void> = () => {};
  readonly #repositories = new Map<string, Repository>();
  readonly #referrersApi: (registry: string) => boolean;

  constructor({ referrersApi = () => false }: MemoryRegistryOptions = {}) {
    this.#referrersApi = referrersApi;
  }

  async head(ref: ImageRef): Promise<Descriptor | undefined> {
    await this.#called('HEAD', ref);
    const found = this.#found(ref);
    return found && { mediaType: found.mediaType, digest: found.digest, size: found.bytes.length };
  }

  async manifest(ref: ImageRef): Promise<StoredManifest | undefined> {
    await this.#called('GET', ref);
    return this.#found(ref);
  }

  async putManifest(ref: ImageRef, manifest: StoredManifest): Promise<void> {
    await this.#called('PUT', ref);
    const { manifests, blobs, tags } = this.#open(ref);
    const { digest, bytes } = manifest;
    if (digestOf(bytes) !== digest || (ref.digest !== undefined && ref.digest !== digest))
      throw refused(ref, 'DIGEST_INVALID');
    const content = contentOf(manifest);
    const lacks = [
      ...(content?.blobs ?? []).filter((blob) => !blobs.has(blob.digest)),
      ...(content?.manifests ?? []).filter((child) => !manifests.has(child.digest)),
    ];
    if (content === undefined || lacks.length > 0)
      throw refused(ref, `MANIFEST_BLOB_UNKNOWN ${lacks.map((each) => each.digest).join(' ')}`);
    manifests.set(digest, manifest);
    if (ref.tag !== undefined) tags.set(ref.tag, digest);
  }

  async blob(repository: RepositoryRef, blob: Descriptor): Promise<Uint8Array | undefined> {
    await this.#called('GET', { ...place(repository), digest: blob.digest });
    return this.#open(repository).blobs.get(blob.digest);
  }

  async putBlob(repository: RepositoryRef, bytes: Uint8Array): Promise<BlobCopy> {
    const { blobs } = this.#open(repository);
    const digest = digestOf(bytes);
    await this.#called('PUT', { ...place(repository), digest });
    if (blobs.has(digest)) return { kind: 'present', bytes: 0 };
    blobs.set(digest, bytes);
    return { kind: 'copied', bytes: bytes.length };
  }

  async copyBlob({ digest }: Descriptor, from: RepositoryRef, to: RepositoryRef): Promise<BlobCopy> {
    await this.#called('COPY', { ...place(to), digest });
    const { blobs } = this.#open(to);
    if (blobs.has(digest)) return { kind: 'present', bytes: 0 };
    const bytes = this.#open(from).blobs.get(digest);
    if (bytes === undefined) throw refused({ ...place(from), digest }, 'BLOB_UNKNOWN');
    blobs.set(digest, bytes);
    return from.registry === to.registry
      ? { kind: 'mounted', bytes: 0 }
      : { kind: 'copied', bytes: bytes.length };
  }

  async referrers(repository: RepositoryRef, digest: string): Promise<readonly Descriptor[]> {
    await this.#called('REFERRERS', { ...place(repository), digest });
    const { manifests, tags } = this.#open(repository);
    if (this.#referrersApi(repository.registry))
      return [...manifests.values()]
        .filter((each) => contentOf(each)?.subject?.digest === digest)
        .map(referrerDescriptor);
    const fallback = manifests.get(tags.get(digest.replace(':', '-')) ?? '');
    return fallback === undefined ? [] : (contentOf(fallback)?.manifests ?? []);
  }

  async tags(repository: RepositoryRef): Promise<readonly string[] | undefined> {
    await this.#called('TAGS', place(repository));
    const found = this.#repositories.get(nameOf(repository));
    return found && [...found.tags.keys()];
  }

  /** What the tag stands for, without a call. */
  at(registry: string, repository: string, tag: string): string | undefined {
    return this.#open({ registry, repository }).tags.get(tag);
  }

  async #called(verb: string, ref: ImageRef): Promise<void> {
    const call = `${verb} ${formatImageRef(ref)}`;
    this.calls.push(call);
    await this.before(call);
  }

  #found(ref: ImageRef): StoredManifest | undefined {
    const { manifests, tags } = this.#open(ref);
    return manifests.get(ref.digest ?? tags.get(ref.tag ?? 'latest') ?? '');
  }

  #open(repository: RepositoryRef): Repository {
    const name = nameOf(repository);
    const open = this.#repositories.get(name) ?? { manifests: new Map(), tags: new Map(), blobs: new Map() };
    this.#repositories.set(name, open);
    return open;
  }
}

const nameOf = ({ registry, repository }: RepositoryRef): string => `${registry}/${repository}`;
const place = ({ registry, repository }: RepositoryRef): RepositoryRef => ({ registry, repository });

export const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const refused = (ref: ImageRef, code: string): TargetError =>
  new TargetError(`${ref.registry} refused ${formatImageRef(ref)}: ${code}`, {
    subject: formatImageRef(ref),
    remedy: 'see the code',
  });

export const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
export const ociIndex = 'application/vnd.oci.image.index.v1+json';

/** A document as a registry would store it. */
export function stored(document: object, mediaType = ociManifest): StoredManifest {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...document }));
  return { mediaType, digest: digestOf(bytes), bytes };
}

export const describes = ({ mediaType, digest, bytes }: StoredManifest): Descriptor => ({
  mediaType,
  digest,
  size: bytes.length,
});

/** Puts an image of the given layers, by digest; its config bears the labels. */
export async function pushImage(
  registry: RegistryStore,
  repository: RepositoryRef,
  layers: readonly string[],
  labels: Readonly<Record<string, string>> = {},
): Promise<StoredManifest> {
  const config = Buffer.from(JSON.stringify({ config: { Labels: labels } }));
  const blobs = layers.map((text) => Buffer.from(text));
  for (const bytes of [config, ...blobs]) await registry.putBlob(repository, bytes);
  const descriptor = (mediaType: string) => (bytes: Uint8Array) => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const manifest = stored({
    config: descriptor('application/vnd.oci.image.config.v1+json')(config),
    layers: blobs.map(descriptor('application/vnd.oci.image.layer.v1.tar+gzip')),
  });
  await registry.putManifest({ ...repository, digest: manifest.digest }, manifest);
  return manifest;
}

/** Puts an index over manifests that are there. */
export async function pushIndex(
  registry: RegistryStore,
  repository: RepositoryRef,
  children: readonly Descriptor[],
  annotations: Readonly<Record<string, string>> = {},
): Promise<StoredManifest> {
  const manifest = stored({ manifests: children, annotations }, ociIndex);
  await registry.putManifest({ ...repository, digest: manifest.digest }, manifest);
  return manifest;
}

/** Puts what is about another manifest, with `subject`; where the registry lists no referrers, its fallback tag is not kept. */
export async function pushReferrer(
  registry: RegistryStore,
  repository: RepositoryRef,
  subject: Descriptor,
  artifactType: string,
  payload = artifactType,
): Promise<StoredManifest> {
  const empty = Buffer.from('{}');
  const bytes = Buffer.from(payload);
  await registry.putBlob(repository, empty);
  await registry.putBlob(repository, bytes);
  const manifest = stored({
    artifactType,
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(empty), size: empty.length },
    layers: [{ mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length }],
    subject,
  });
  await registry.putManifest({ ...repository, digest: manifest.digest }, manifest);
  return manifest;
}
