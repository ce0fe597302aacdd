/** What a build is made from, as the inputs name it. */
export interface SourceInputs {
  /** A folder, made absolute by the caller; a remote one (git or https URL) has no hash. */
  readonly context: string;
  /** The Dockerfile, absolute. */
  readonly file: string;
  /** Named contexts: an absolute folder, `docker-image://…`, `oci-layout://…@sha256:…`, a git or https URL. */
  readonly buildContexts: Readonly<Record<string, string>>;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly target?: string;
  /** os/arch[/variant], in any order; none: `buildPlatform` alone. */
  readonly platforms: readonly string[];
  /** What the builder runs on, and builds for when nobody says. */
  readonly buildPlatform: string;
  /** Names only: what a secret holds is not part of a source. */
  readonly secretIds: readonly string[];
  readonly sshIds: readonly string[];
  /** Every other input that shapes the image, by its name (labels that are not the commit's, provenance, add-hosts). */
  readonly settings: Readonly<Record<string, readonly string[]>>;
}

/** An image that the build takes in, as the registry held it when it was asked. */
export interface Base {
  readonly ref: string;
  readonly digest: string;
}

/** Git's modes, and two of our own: an empty folder, and a repository's `.git` as one thing. */
export type EntryMode = '100644' | '100755' | '120000' | '010000' | 'folder' | 'git';

/** One thing that a build is sent. */
export interface SourceEntry {
  /** From the context's root, with slashes. */
  readonly path: string;
  readonly mode: EntryMode;
  /** Git's id of its bytes (a link's: of its target), whether git holds them or not; empty where there are none. */
  readonly id: string;
}

/** A folder as a build is sent it. */
export interface Listing {
  readonly entries: readonly SourceEntry[];
  /** Paths that are sent though git holds something else, or nothing, under that name; none without git. */
  readonly dirty: readonly string[];
}

export type SourceHash =
  | {
      readonly kind: 'hash';
      /** 64 hex digits. */
      readonly hash: string;
      readonly bases: readonly Base[];
      /** Files and links that all contexts send. */
      readonly files: number;
      /** Sent, but not as the commit has it; sorted. */
      readonly dirty: readonly string[];
      /** What the user may want to know, a sentence each. */
      readonly notes: readonly string[];
      /** What the hash is made of, 12 hex digits each: two runs' logs show which part differs. */
      readonly parts: Readonly<Record<string, string>>;
    }
  /** Build: nothing that is there already can be known to be the same. */
  | { readonly kind: 'none'; readonly reason: string };
