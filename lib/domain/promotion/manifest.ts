/** What a manifest names: the blobs and manifests that must be in a repository before it can be. */
import { isDigest } from '../image-ref.ts';
import type { Descriptor, StoredManifest } from '../oci/types.ts';
import { factsFrom } from '../tags/facts.ts';
import type { ImageFacts } from '../tags/facts.ts';

export interface ManifestContent {
  /** An index's own; empty for an image. BuildKit's attestations are among them. */
  readonly manifests: readonly Descriptor[];
  /** Config first, then layers; empty for an index. */
  readonly blobs: readonly Descriptor[];
  /** What it is about: a signature's image. */
  readonly subject?: Descriptor;
  readonly config?: Descriptor;
  readonly artifactType?: string;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Document {
  readonly manifests?: unknown;
  readonly config?: unknown;
  readonly layers?: unknown;
  readonly blobs?: unknown;
  readonly subject?: unknown;
  readonly artifactType?: unknown;
  readonly annotations?: unknown;
}

/** Layers that are fetched from a vendor's address and lie in no registry (Windows base images). */
const elsewhere = /\.foreign\.|\.nondistributable\./;

/** Undefined for what is neither an index nor a manifest of the OCI or Docker's second schema. */
export function contentOf({ bytes }: Pick<StoredManifest, 'bytes'>): ManifestContent | undefined {
  const document = documentIn(bytes);
  if (document === undefined) return undefined;
  const isIndex = Array.isArray(document.manifests);
  const [config] = descriptors([document.config]);
  if (!isIndex && config === undefined) return undefined;
  const [subject] = descriptors([document.subject]);
  return {
    manifests: isIndex ? descriptors(document.manifests) : [],
    blobs: isIndex
      ? []
      : descriptors([document.config, ...list(document.layers)]).filter(
          ({ mediaType }) => !elsewhere.test(mediaType),
        ),
    ...(subject === undefined ? {} : { subject }),
    ...(config === undefined || isIndex ? {} : { config }),
    ...(typeof document.artifactType === 'string' ? { artifactType: document.artifactType } : {}),
    annotations: texts(document.annotations),
  };
}

/** What a registry lists it as among the referrers of its subject (OCI distribution specification 1.1, "Listing Referrers"). */
export function referrerDescriptor({ mediaType, digest, bytes }: StoredManifest): Descriptor {
  const { artifactType, config, annotations = {} } = contentOf({ bytes }) ?? {};
  const type = artifactType ?? config?.mediaType;
  return {
    mediaType,
    digest,
    size: bytes.length,
    ...(type === undefined ? {} : { artifactType: type }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

/** An index for platforms is an image; what BuildKit appends to it is about the image. */
export const isAttestation = ({ annotations }: Descriptor): boolean =>
  annotations?.['vnd.docker.reference.type'] === 'attestation-manifest';

/** What an image's config says of it. */
export function factsOfConfig(bytes: Uint8Array): ImageFacts {
  const config = documentIn(bytes) as { config?: { Labels?: unknown } } | undefined;
  return factsFrom(texts(config?.config?.Labels));
}

function documentIn(bytes: Uint8Array): Document | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function descriptors(given: unknown): Descriptor[] {
  return list(given).filter((each): each is Descriptor => {
    const { mediaType, digest, size } = (each ?? {}) as Partial<Record<keyof Descriptor, unknown>>;
    return (
      typeof mediaType === 'string' &&
      typeof digest === 'string' &&
      isDigest(digest) &&
      typeof size === 'number'
    );
  });
}

const list = (given: unknown): readonly unknown[] => (Array.isArray(given) ? (given as unknown[]) : []);

const texts = (given: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(given ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
