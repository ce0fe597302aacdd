/** What a rollback knows before it decides. */
import type { ReleaseRecord, UndoClaim } from '../record/types.ts';

/** One revision of Helm's history, as its Secrets tell it. */
export interface PastRevision {
  readonly revision: number;
  /** `deployed`, `superseded`, `failed`, `pending-upgrade`, … */
  readonly status: string;
  /** Helm's own words: `Rollback to 3`. */
  readonly description: string;
  readonly deployedAt: string;
  readonly installedAt: string;
  readonly chart: string;
  readonly chartVersion: string;
  /** Container → image reference as rendered. */
  readonly images: Readonly<Record<string, string>>;
}

export interface PastFacts {
  /** Every readable record of the release, of any installation. */
  readonly records: readonly ReleaseRecord[];
  /** What Helm's history still holds. */
  readonly revisions: readonly PastRevision[];
}

/** `running`: whatever runs now, an operator's decision; a record: that release only. */
export type From = { readonly kind: 'running' } | { readonly kind: 'record'; readonly id: string };

export type To =
  | { readonly kind: 'last-verified' }
  | { readonly kind: 'previous' }
  | { readonly kind: 'revision'; readonly revision: number }
  | { readonly kind: 'record'; readonly id: string };

/** A revision that the release could be taken back to, or why it could not. */
export interface Candidate {
  readonly revision: number;
  readonly status: string;
  /** What the revision stands for: its own record, or the one that a rollback made it a copy of. */
  readonly record?: ReleaseRecord;
  /** The revision that was shipped with this content; itself, where it is no copy. */
  readonly root: number;
  readonly images: Readonly<Record<string, string>>;
  /** `shop 1.4.1`. */
  readonly chart: string;
  readonly at: string;
  /** Who shipped it; empty where nobody recorded it. */
  readonly by: string;
  readonly verified: boolean;
  readonly rejected: boolean;
  /** It is what runs now, or the same content as that. */
  readonly running: boolean;
  /** One line: why verified, or why not. */
  readonly why: string;
}

export interface Refusal {
  readonly reason: string;
  readonly remedy: string;
  /** `force: true` goes on in spite of it, and is recorded. */
  readonly forceable: boolean;
}

export type Decision =
  | {
      readonly kind: 'undo';
      /** What is left. */
      readonly from: Candidate;
      readonly to: Candidate;
      /** Refusals that `force` overrode. */
      readonly overridden: readonly Refusal[];
    }
  /** Another run has claimed the undo. Whether it still works on it, only the lock can tell. */
  | { readonly kind: 'at-work'; readonly record: ReleaseRecord; readonly claim: UndoClaim }
  /** Green: there is nothing (left) to undo. */
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'refuse'; readonly refusals: readonly Refusal[] };
