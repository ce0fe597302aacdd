/** What a commit is compared with to see which modules changed. */
import type { Occasion } from '../environments/occasion.ts';

export type Comparison =
  /** With a commit, tag or branch that the author or the push names. */
  | { readonly kind: 'with'; readonly base: string; readonly says: string; readonly asked: boolean }
  /** With what a pull request would be merged into: its first parent when the merge is there, else where they parted. */
  | { readonly kind: 'merge-base'; readonly base: string; readonly says: string }
  /** With the newest version tag in its history. */
  | { readonly kind: 'last-version' };

/** `base`: the input, empty where it says nothing. */
export function comparisonFor({ before, mergesInto, pullRequest }: Occasion, base: string): Comparison {
  if (base !== '') return { kind: 'with', base, says: base, asked: true };
  if (mergesInto !== undefined)
    return {
      kind: 'merge-base',
      base: mergesInto,
      says: `where pull request ${pullRequest ?? ''} began`.trim(),
    };
  if (before !== undefined)
    return {
      kind: 'with',
      base: before,
      says: `the commit before the push (${before.slice(0, 12)})`,
      asked: false,
    };
  return { kind: 'last-version' };
}
