/** Which record tells of what runs now. Pure: records and Helm's history go in. */
import type { RecordState, ReleaseRecord } from './types.ts';

/** What was taken back or given up: something else runs. Whatever else ended badly is still there. */
const gone: ReadonlySet<string> = new Set<RecordState>(['rolled-back', 'abandoned']);

export const isGone = (state: string): boolean => gone.has(state);

interface Held {
  /** Newest first. */
  readonly records: readonly ReleaseRecord[];
  /** Newest first. */
  readonly revisions: readonly { readonly revision: number }[];
}

/** The newest that came into the cluster and was not taken back; undefined where there is none. */
export const standingOf = (held: Held): ReleaseRecord | undefined =>
  held.records.find((record) => !isGone(record.state) && hasCome(record, held));

/**
 * Whether Helm wrote a revision of it. A record that was never told of its own has one when Helm had a newer revision
 * by the time that the next one began.
 */
export function hasCome(record: ReleaseRecord, { records, revisions }: Held): boolean {
  const { state, revision, after, seq } = record;
  if ((state !== 'rejected' && state !== 'planned') || revision !== undefined || after === undefined)
    return true;
  const next = records.findLast((other) => other.seq > seq && other.after !== undefined);
  return (next?.after ?? revisions[0]?.revision ?? 0) > after;
}
