/** Where `on-failure: rollback` returns to: by the same rules as the action `rollback`, and never refused. */
import type { ReleaseRecord } from '../record/types.ts';
import { candidatesOf, hasStood } from './candidates.ts';
import { rootsOf } from './lineage.ts';
import type { PastFacts, PastRevision } from './types.ts';

export type Return =
  | { readonly kind: 'record'; readonly record: ReleaseRecord; readonly revision: number }
  /** Nothing verified is left in Helm's history: the revision that ran ready when the step began. */
  | { readonly kind: 'baseline'; readonly revision: number }
  | { readonly kind: 'first-release' };

export interface ReturnFacts {
  /** Of the installation that runs. */
  readonly records: readonly ReleaseRecord[];
  /** Sequence number of the record that failed and is to be left. */
  readonly failed: number;
  /** What Helm's history still holds, without the revision that failed; its labels say as much without reading it. */
  readonly revisions: readonly Pick<PastRevision, 'revision' | 'status'>[];
  /** The revision that ran ready when the step began. */
  readonly baseline?: number;
}

/**
 * Chooses the newest revision that was verified and that nothing speaks against since, else the baseline. What a later
 * rollback to it found wrong is no state to go back to, although its own record says verified.
 */
export function chooseReturn({ records, failed, revisions, baseline }: ReturnFacts): Return {
  const facts = pastOf({ records, revisions });
  const rootOf = rootsOf(facts);
  const left = records.find(({ seq }) => seq === failed)?.revision;
  const found = candidatesOf(facts).find(
    (each) =>
      each.verified && hasStood(each) && each.record !== undefined && each.root !== (left && rootOf(left)),
  );
  if (found?.record !== undefined) return { kind: 'record', record: found.record, revision: found.revision };
  const runs = revisions.some(({ revision }) => revision === baseline);
  return baseline !== undefined && runs
    ? { kind: 'baseline', revision: baseline }
    : { kind: 'first-release' };
}

/** What there was, as far as labels tell it. */
export function pastOf({ records, revisions }: Pick<ReturnFacts, 'records' | 'revisions'>): PastFacts {
  const installedAt = records.find((record) => record.installedAt !== undefined)?.installedAt ?? '';
  const unread = { description: '', deployedAt: '', chart: '', chartVersion: '', images: {}, installedAt };
  return { records, revisions: revisions.map((revision) => ({ ...unread, ...revision })) };
}
