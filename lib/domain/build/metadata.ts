/** What buildx writes with `--metadata-file` about what it has made. */
import { isDigest } from '../image-ref.ts';

export interface BuildMetadata {
  /** Of the manifest or index that was made; a claim until the registry has confirmed it. Undefined without a push. */
  readonly digest: string | undefined;
  /** Digest of the image's config, what `docker images` shows; of an index, its own. */
  readonly imageId: string | undefined;
  /** The file as it was, for output `metadata`. */
  readonly text: string;
}

/** Text that is no such file gives no digest: the caller must then not go on. */
export function parseMetadata(text: string): BuildMetadata {
  const document = objectIn(text);
  return {
    digest: digestIn(document['containerimage.digest']),
    imageId: digestIn(document['containerimage.config.digest']),
    text: text.trim(),
  };
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const digestIn = (value: unknown): string | undefined =>
  typeof value === 'string' && isDigest(value) ? value : undefined;
