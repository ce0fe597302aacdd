/** What came to a storage between two listings. */
import { formatDuration } from '../duration.ts';
import type { Milliseconds } from '../duration.ts';

/** As a listing tells it; `modified` is by the storage's clock. */
export interface Listed {
  readonly key: string;
  readonly bytes: number;
  readonly modified: Milliseconds;
}

/** How far the clocks of a cluster and of a storage may be apart. */
export const clockSkew: Milliseconds = 5 * 60_000;

export interface NewObjects {
  /** Written since, largest first. */
  readonly written: readonly Listed[];
  /** Not there before, yet older than what should have written them: copies of something old. */
  readonly copied: readonly Listed[];
}

/** `since`: when the writer began, by another clock. */
export function newObjects(
  before: readonly Listed[],
  after: readonly Listed[],
  since: Milliseconds,
): NewObjects {
  const known = new Map(before.map((each) => [each.key, each]));
  const changed = after.filter(({ key, bytes, modified }) => {
    const old = known.get(key);
    return old === undefined || old.modified !== modified || old.bytes !== bytes;
  });
  const isRecent = ({ modified }: Listed): boolean => modified >= since - clockSkew;
  return {
    written: changed.filter(isRecent).sort((a, b) => b.bytes - a.bytes),
    copied: changed.filter((each) => !isRecent(each)),
  };
}

export const skewWords = `clocks may be ${formatDuration(clockSkew)} apart`;
