import { isDigest } from '../../domain/image-ref.ts';

/** What `Accept` names: indexes first, for a registry that can convert must not pick a platform for us. */
export const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

export interface PlatformManifest {
  readonly digest: string;
  /** `linux/arm64/v8`; empty where the index does not say. */
  readonly platform: string;
}

export type Manifest =
  | { readonly kind: 'image'; readonly config: string }
  | { readonly kind: 'index'; readonly platforms: readonly PlatformManifest[] };

interface Document {
  readonly config?: { readonly digest?: unknown };
  readonly manifests?: unknown;
}

interface Descriptor {
  readonly digest?: unknown;
  readonly platform?: { readonly os?: string; readonly architecture?: string; readonly variant?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Reads a manifest; undefined when it is neither an image's nor an index (schema 1, an error page). */
export function parseManifestDocument(body: Buffer): Manifest | undefined {
  let document: Document;
  try {
    document = (JSON.parse(body.toString('utf8')) ?? {}) as Document;
  } catch {
    return undefined;
  }
  if (Array.isArray(document.manifests)) {
    return { kind: 'index', platforms: (document.manifests as Descriptor[]).flatMap(platformOf) };
  }
  const config = document.config?.digest;
  return typeof config === 'string' && isDigest(config) ? { kind: 'image', config } : undefined;
}

/** BuildKit's attestations lie in the index too, but nothing ever runs them. */
function platformOf({ digest, platform, annotations }: Descriptor): PlatformManifest[] {
  const attestation = annotations?.['vnd.docker.reference.type'] === 'attestation-manifest';
  if (attestation || typeof digest !== 'string' || !isDigest(digest)) return [];
  const parts = [platform?.os, platform?.architecture, platform?.variant];
  return [{ digest, platform: parts.filter(Boolean).join('/') }];
}
