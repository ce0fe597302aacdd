import { createHash } from 'node:crypto';
import { ConfigurationError } from '../../lib/domain/errors.ts';
import { proposalDifferences } from '../../lib/domain/gate/proposal.ts';
import type { Proposal } from '../../lib/domain/gate/proposal.ts';
import { formatValuesPath } from '../../lib/domain/images/values-path.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Files } from '../../lib/ports/files.ts';
import type { Inputs } from './inputs.ts';
import type { Plan } from './plan.ts';

/** Throws ConfigurationError that names every field in which this is not what was approved; nothing was changed yet. */
export async function refuseUnapproved(
  { proposal, environment, images, valuesFiles }: Inputs,
  { chart }: Pick<Plan, 'chart'>,
  { files, clock }: { readonly files: Files; readonly clock: Clock },
): Promise<void> {
  if (proposal === undefined) return;
  const placed = images.map(({ path, ref }) => [formatValuesPath(path), ref.digest] as const);
  const differences = proposalDifferences(proposal, {
    environment,
    images: Object.fromEntries(placed),
    // A chart that is no digest is committed or named by version: it was not approved by one.
    ...(proposal.chart === undefined ? {} : { chart: chart.digest === '' ? 'none' : chart.digest }),
    values: await hashed(valuesFiles, files),
  });
  const faults = [
    ...expired(proposal, clock.now()),
    ...differences.map(({ field, approved, now }) => ({
      input: `proposal: ${field}`,
      value: now,
      problem: `approved was ${approved}; propose what is to be deployed, and have that approved`,
    })),
  ];
  if (faults.length > 0) throw new ConfigurationError(faults);
}

const expired = ({ expiresAt }: Proposal, now: number) =>
  Date.parse(expiresAt) > now
    ? []
    : [{ input: 'proposal: expiry', value: expiresAt, problem: 'it expired: propose anew' }];

/** Inline values have no place in a proposal: it covers what is committed. */
async function hashed(paths: readonly string[], files: Files): Promise<Record<string, string>> {
  const read = paths.map(async (path) => {
    const text = (await files.read(path)) ?? '';
    return [path, createHash('sha256').update(text).digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}
