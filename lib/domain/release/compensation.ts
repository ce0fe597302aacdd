/** What is still to be taken back of a release that did not hold, by its record alone: main and post decide the same. */
import { isVerified } from '../record/transitions.ts';
import type { ReleaseRecord } from '../record/types.ts';

export type Compensation =
  /** It stands, or nobody knows: nothing is undone. */
  | { readonly kind: 'nothing'; readonly why: string }
  /** The old version runs, or the new one never came: only the migration is left. */
  | { readonly kind: 'migration' }
  /** What runs now goes first. */
  | { readonly kind: 'deploy first' }
  /** The old version cannot read the schema: it goes back once the schema is as it was. */
  | { readonly kind: 'migration first' }
  /** The failed version stays, so what it migrated stays, too. */
  | { readonly kind: 'stays'; readonly why: string };

export function compensationOf(record: ReleaseRecord): Compensation {
  if (isVerified(record)) return { kind: 'nothing', why: 'it is verified' };
  const { state, undo, from, reason = '' } = record;
  const revision = record.revision ?? record.to.revision;
  switch (state) {
    // A verdict that is written as verified and does not count: it was proven once, and no longer is.
    case 'verified':
    case 'ready':
      return { kind: 'deploy first' };
    case 'rolled-back':
    case 'abandoned':
      return { kind: 'migration' };
    case 'rejected':
      if (revision === undefined) return { kind: 'migration' };
      if (undo?.outcome === 'success') return { kind: 'migration' };
      // So deploy-helm says it where its undo stopped before a schema that the old version cannot read.
      if (from !== undefined && record.undoable === 'manual') return { kind: 'migration first' };
      if (from === undefined)
        return {
          kind: 'stays',
          why: 'nothing verified was there to go back to: the first release stays as evidence',
        };
      return { kind: 'stays', why: `the failed version still runs, or may: ${reason}` };
    case 'planned':
    case 'applied':
    default:
      return { kind: 'nothing', why: `nobody knows whether it holds: its record says ${state}` };
  }
}
