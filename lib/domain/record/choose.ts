/** Where `on-failure: rollback` returns to. */
import { isVerified } from './transitions.ts';
import type { ReleaseRecord } from './types.ts';

export type Return =
  | { readonly kind: 'record'; readonly record: ReleaseRecord; readonly revision: number }
  /** Nothing verified is left in Helm's history: the revision that ran ready when the step began. */
  | { readonly kind: 'baseline'; readonly revision: number }
  | { readonly kind: 'first-release' };

export interface ReturnFacts {
  readonly records: readonly ReleaseRecord[];
  /** Sequence number of the record that failed and is to be left. */
  readonly failed: number;
  /** Revisions that Helm's history still holds. */
  readonly revisions: readonly number[];
  /** The revision that ran ready when the step began. */
  readonly baseline?: number;
}

/**
 * The records of the installation that runs. Those from before a `helm uninstall` name revisions by numbers that
 * mean others now. Without an installation (the first release of this name) none is left.
 */
export const ofInstallation = (
  records: readonly ReleaseRecord[],
  installedAt: string | undefined,
): ReleaseRecord[] =>
  records.filter((record) => installedAt !== undefined && record.installedAt === installedAt);

/** Chooses the newest verified record other than the failed one whose Helm revision still exists, else the baseline. */
export function chooseReturn({ records, failed, revisions, baseline }: ReturnFacts): Return {
  for (const record of [...records].sort((a, b) => b.seq - a.seq)) {
    const { revision } = record;
    if (record.seq === failed || revision === undefined || !revisions.includes(revision)) continue;
    if (isVerified(record)) return { kind: 'record', record, revision };
  }
  if (baseline !== undefined && revisions.includes(baseline)) return { kind: 'baseline', revision: baseline };
  return { kind: 'first-release' };
}
