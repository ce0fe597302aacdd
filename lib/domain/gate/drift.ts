/** Whether what was approved over still runs, by the cluster's own records: who waited for the lock may be late. */
import type { ReleaseRef } from '../kubernetes.ts';
import { parseRecordId } from '../record/id.ts';
import { standingOf } from '../record/standing.ts';
import type { ReleaseRecord } from '../record/types.ts';
import type { Aftermath } from '../repair/owed.ts';
import type { Difference, Proposal } from './proposal.ts';

export interface Drift extends Difference {
  /** No Deployment tells of what runs now: to propose anew would not help. */
  readonly untold: boolean;
}

/**
 * Undefined where it is what it was. An environment may hold other releases besides, and what runs may be older than its
 * first Deployment: where the proposal names no record of this release, only what began since is another.
 */
export function driftSince(
  { runningNow, proposedAt }: Proposal,
  { name, namespace }: ReleaseRef,
  past: Aftermath,
): Drift | undefined {
  const standing = standingOf(past);
  const then = runningNow === undefined ? undefined : parseRecordId(runningNow.record);
  const isOfThis = then?.release === name && then.namespace === namespace;
  const same = isOfThis
    ? standing?.id === runningNow?.record
    : standing === undefined || !beganSince(standing, proposedAt);
  if (same) return undefined;
  return {
    field: 'what runs there now',
    approved: runningNow?.record ?? 'nothing that we know of',
    now: standing === undefined ? 'nothing that a record tells of' : `${standing.id} (${standing.state})`,
    untold: standing !== undefined && standing.deploymentId === undefined,
  };
}

/** A baseline is written late, of what ran all the time. */
const beganSince = ({ createdAt, kind }: ReleaseRecord, since: string): boolean =>
  kind !== 'baseline' && Date.parse(createdAt) > Date.parse(since);
