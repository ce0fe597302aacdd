import { labelNames } from '../build/labels.ts';

/**
 * What an image says of where it came from: labels of its config, annotations of its index. Whoever may push to the
 * repository can write them, so nothing that needs trust may lean on them alone.
 */
export interface ImageFacts {
  /** Hash of everything that it was built from: 64 hex digits. */
  readonly sourceHash?: string;
  readonly version?: string;
  /** Date of the commit, not of the build (ISO 8601). */
  readonly created?: string;
  readonly revision?: string;
  /** The git ref that built it. */
  readonly ref?: string;
  /** `repository/run/attempt`. */
  readonly run?: string;
  /** When it was built (ISO 8601): what RUN steps fetched from the network is as old as that. */
  readonly builtAt?: string;
}

const { version, builtVersion, source: _, ...others } = labelNames;

/**
 * Reads labels or annotations; empty ones say nothing. A version counts as the image's own when our label says it: the
 * usual one may be its base's.
 */
export function factsFrom(given: Readonly<Record<string, unknown>>): ImageFacts {
  const labels: Readonly<Record<keyof ImageFacts, string>> = {
    ...others,
    version: builtVersion in given ? builtVersion : version,
  };
  const read = Object.entries(labels).flatMap(([fact, label]) => {
    const value = given[label];
    return typeof value === 'string' && value.trim() !== '' ? [[fact, value.trim()] as const] : [];
  });
  return Object.fromEntries(read);
}
