import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import type { ReleaseHistory, ReleaseIntent } from '../../../lib/ports/helm.ts';
import type { Inputs } from '../inputs.ts';
import type { Plan } from '../plan/plan.ts';

/** Makes Helm's history tell the truth again. */
export interface Marked {
  /** The upgrade wrote no revision: all is as it was. */
  unmark(): Promise<void>;
  /** The upgrade stands: what it was compared with was a failed release all the same. */
  over(): Promise<void>;
}

/**
 * Has Helm compare the upgrade with what is applied. Where a release failed and stayed in place (its run was killed,
 * or it was to be left), Helm calls an older revision deployed and compares with that one: what only the failed one
 * brought, an environment variable or an object, would stay in a release that is called healthy. With none deployed it
 * compares with its newest revision. An upgrade that fails has the older one called deployed again, as any does. Told to
 * reuse values, Helm takes those of what it compares with: then this is done only where both have the same, for the plan
 * was made with those of the older one.
 */
export async function compareWithApplied(
  { previous, newest, intent }: Pick<Plan, 'previous' | 'newest' | 'intent'>,
  records: readonly ReleaseRecord[],
  { release }: Pick<Inputs, 'release'>,
  { history }: { readonly history: ReleaseHistory },
): Promise<Marked | undefined> {
  if (previous === undefined || newest <= previous.revision) return undefined;
  const { revision } = previous;
  const applied = records.find(({ to }) => to.revision === newest);
  if (applied === undefined) return undefined;
  const older = records.find((record) => record.revision === revision);
  if (takesOldValues(intent) && applied.to.valuesHash !== older?.to.valuesHash) return undefined;
  await history.mark(release, revision, 'superseded');
  return {
    unmark: () => history.mark(release, revision, 'deployed'),
    over: () => history.mark(release, newest, 'failed'),
  };
}

const takesOldValues = ({ extraArgs }: ReleaseIntent): boolean =>
  extraArgs.some((arg) => /^--(?:reuse-values|reset-then-reuse-values)(?:=true)?$/.test(arg));
