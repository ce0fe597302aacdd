/** What an image says about where it comes from: OCI's own names, and ours (image specification 1.1, annotations.md). */

export const labelNames = {
  source: 'org.opencontainers.image.source',
  revision: 'org.opencontainers.image.revision',
  version: 'org.opencontainers.image.version',
  created: 'org.opencontainers.image.created',
  builtVersion: 'dev.slipway.version',
  sourceHash: 'dev.slipway.source-hash',
  ref: 'dev.slipway.ref',
  run: 'dev.slipway.run',
  builtAt: 'dev.slipway.built-at',
} as const;

export interface Origin {
  /** `https://github.com/octo/shop`; empty where the runner does not say. */
  readonly source: string;
  readonly commit: string;
  /** The commit's own date, ISO 8601: not now, or every build would be another image. Undefined outside git. */
  readonly committedAt: string | undefined;
  readonly version: string | undefined;
  /** 64 hex digits; undefined where none was worked out. */
  readonly sourceHash: string | undefined;
  /** `refs/heads/main`. */
  readonly ref: string;
  /** `octo/shop/4711/1`: repository, run, attempt. */
  readonly run: string;
  /** ISO 8601: how old is what RUN steps fetched from the network. */
  readonly builtAt: string;
}

/** As annotations, which nothing inherits: only what is known. */
export const originAnnotations = (origin: Origin, given: readonly string[]): string[] =>
  originLabels(origin, given).filter((entry) => given.includes(entry) || !entry.endsWith('='));

/**
 * `key=value` for each thing that is known; what the author gave under the same key wins, except for ours. Ours and the
 * date are said also where nothing is known: an image has the labels of its base, and that one's would be taken for its own.
 */
export function originLabels(origin: Origin, given: readonly string[]): string[] {
  const said: readonly (readonly [key: string, value: string | undefined])[] = [
    [labelNames.source, origin.source],
    [labelNames.revision, origin.commit],
    [labelNames.version, origin.version],
    [labelNames.created, origin.committedAt],
    [labelNames.builtVersion, origin.version],
    [labelNames.sourceHash, origin.sourceHash],
    [labelNames.ref, origin.ref],
    [labelNames.run, origin.run],
    [labelNames.builtAt, origin.builtAt],
  ];
  const theirs = new Set(given.map(keyOf));
  const ours = said.flatMap(([key, value]) =>
    theirs.has(key) || (!value && !alwaysSaid(key)) ? [] : [`${key}=${value ?? ''}`],
  );
  return [...ours, ...given];
}

const alwaysSaid = (key: string): boolean => isReserved(key) || key === labelNames.created;

const keyOf = (label: string): string => label.split('=', 1)[0]?.trim() ?? '';

/** Only we may write them: a forged one would make an image reusable that is not. */
export const isReserved = (label: string): boolean =>
  keyOf(label)
    .replace(/^[\w-]+(\[[^\]]*\])?:/, '')
    .startsWith('dev.slipway.');
