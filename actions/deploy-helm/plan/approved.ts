import { ConfigurationError } from '../../../lib/domain/errors.ts';
import type { Fault } from '../../../lib/domain/errors.ts';
import { driftSince } from '../../../lib/domain/gate/drift.ts';
import { notLetOut, parseAuditLine } from '../../../lib/domain/gate/audit.ts';
import type { AuditLine } from '../../../lib/domain/gate/audit.ts';
import { proposalDifferences } from '../../../lib/domain/gate/proposal.ts';
import type { Proposal, ValuesFile } from '../../../lib/domain/gate/proposal.ts';
import { formatValuesPath } from '../../../lib/domain/images/values-path.ts';
import type { Actor } from '../../../lib/domain/record/types.ts';
import type { Aftermath } from '../../../lib/domain/repair/owed.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { Files } from '../../../lib/ports/files.ts';
import { proposalHash, valuesFileHash } from '../../../lib/steps/proposal-hash.ts';
import type { Inputs } from '../inputs.ts';
import type { Plan } from './plan.ts';

interface ApprovalPorts {
  readonly files: Files;
  readonly clock: Clock;
  readonly actor: Actor;
}

/**
 * Who let it out; undefined where nobody says so. Throws ConfigurationError that names every field in which this is not
 * what was approved; nothing was changed yet.
 */
export async function refuseUnapproved(
  inputs: Inputs,
  plan: Pick<Plan, 'chart'>,
  ports: ApprovalPorts,
): Promise<AuditLine | undefined> {
  const approval = await readApproval(inputs, ports);
  const faults = [...(approval?.faults ?? []), ...(await differing(inputs, plan, ports))];
  if (faults.length > 0) throw new ConfigurationError(faults);
  return approval?.line;
}

async function differing(
  { proposal, approval, environment, images, valuesFiles }: Inputs,
  { chart }: Pick<Plan, 'chart'>,
  { files, clock, actor }: ApprovalPorts,
): Promise<Fault[]> {
  if (proposal === undefined) return [];
  const { repository, run, attempt, sha: commit } = actor;
  const placed = images.map(({ path, ref }) => [formatValuesPath(path), ref.digest] as const);
  const differences = proposalDifferences(proposal, {
    environment,
    repository,
    // An approval is of this run, and whoever gave it has looked: behind an issue the proposal is of an earlier run.
    ...(approval === '' ? { run, attempt, commit } : {}),
    images: Object.fromEntries(placed),
    // A version, or the newest one, was resolved by now: a digest that nobody approved is another chart.
    chart: chart.digest,
    values: await hashed(valuesFiles, files),
  });
  return [
    ...expired(proposal, clock.now()),
    ...differences.map(({ field, approved, now }) => ({
      input: `proposal: ${field}`,
      value: now,
      problem: `approved was ${approved}; ${remedies[field] ?? remedy}`,
    })),
  ];
}

const remedy = 'propose what is to be deployed, and have that approved';
const elsewhere =
  'propose in this run and attempt; where an issue decided, give its output audit as approval';
const remedies: Readonly<Record<string, string>> = { run: elsewhere, attempt: elsewhere, commit: elsewhere };

/** Under the lock: another run may have shipped while this one waited. Throws ConfigurationError that names both. */
export function refuseDrift({ proposal, release }: Inputs, past: Aftermath): void {
  const drift = proposal === undefined ? undefined : driftSince(proposal, release, past);
  if (drift === undefined) return;
  const way = drift.untold
    ? 'no GitHub Deployment tells of it, so no proposal can: release once without one, with environment'
    : 'propose anew, and have that approved';
  throw new ConfigurationError([
    {
      input: `proposal: ${drift.field}`,
      problem: `it was approved over ${drift.approved}, and by now it is ${drift.now}; ${way}`,
    },
  ]);
}

async function readApproval(
  { approval: path, proposal, environment }: Inputs,
  { files, actor }: ApprovalPorts,
): Promise<{ readonly line?: AuditLine; readonly faults: readonly Fault[] } | undefined> {
  if (path === '') return undefined;
  const text = await files.read(path);
  const line = text === undefined ? { unreadable: 'it is not there' } : parseAuditLine(text);
  if ('unreadable' in line) {
    const problem = `${line.unreadable}: give the file that output audit of approval-gate names`;
    return { faults: [{ input: 'approval', value: JSON.stringify(path), problem }] };
  }
  const { repository, run } = actor;
  const hash = proposal === undefined ? '' : proposalHash(proposal);
  return { line, faults: notLetOut(line, { environment, proposal: hash, repository, run }) };
}

const expired = ({ expiresAt }: Proposal, now: number) =>
  Date.parse(expiresAt) > now
    ? []
    : [{ input: 'proposal: expiry', value: expiresAt, problem: 'it expired: propose anew' }];

/** Inline values have no place in a proposal: it covers what is committed. */
const hashed = (paths: readonly string[], files: Files): Promise<ValuesFile[]> =>
  Promise.all(paths.map(async (path) => ({ path, sha256: valuesFileHash((await files.read(path)) ?? '') })));
