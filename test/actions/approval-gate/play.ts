import { expect } from '@jest/globals';
import type { GateResult } from '../../../actions/approval-gate/run.ts';
import type { Proposal } from '../../../lib/domain/gate/proposal.ts';
import type { RepositorySeed, RunSeed } from '../../../sandbox/github/seed.ts';
import { expectAuditLine, schemaOf } from './audit-line.ts';
import { Gate, image, shop } from './gate.ts';

const isProposal = schemaOf('proposal');

export const hour = 3_600_000;
const asked = { mode: 'verify', environment: 'production', requires: 'staging' };

async function proposed(gate: Gate, attempt: number): Promise<Proposal> {
  const result = await gate.run({ mode: 'propose', environment: 'production', images: image }, { attempt });
  if (result.mode !== 'propose') throw new Error('nothing was proposed');
  expect(isProposal(JSON.parse(JSON.stringify(result.proposal))) || isProposal.errors).toBe(true);
  return result.proposal;
}

export interface Play {
  /** Its runs are decided about once something was proposed. */
  readonly seed?: Partial<RepositorySeed>;
  /** What was said in an earlier attempt. */
  readonly before?: NonNullable<RunSeed['approvals']>;
  readonly given?: Readonly<Record<string, string>>;
  readonly alter?: Partial<Proposal>;
  /** What happens between the proposal and the gate. */
  readonly meanwhile?: (gate: Gate) => void | Promise<void>;
  readonly attempt?: number;
  /** The attempt that proposed. */
  readonly proposedIn?: number;
  readonly run?: string;
  readonly token?: string;
  readonly later?: number;
}

/** Proposes, lets happen what happens meanwhile, and verifies as the first step behind the gate. */
export async function play({
  seed = {},
  before = [],
  given,
  alter,
  meanwhile,
  proposedIn = 1,
  later = 0,
  ...who
}: Play): Promise<GateResult> {
  let passed = 0;
  const runs = seed.runs ?? shop().runs ?? [];
  const undecided = runs.map((run) => ({ ...run, approvals: before }));
  await using gate = await Gate.open({ ...seed, runs: undecided }, () => Date.now() + passed);
  const proposal = { ...(await proposed(gate, proposedIn)), ...alter };
  const decided = runs.map((run) => ({ ...run, approvals: [...before, ...(run.approvals ?? [])] }));
  gate.github.plant({ repositories: [{ name: 'acme/shop', runs: decided }] });
  await meanwhile?.(gate);
  passed = later;
  const result = await gate.run({ ...asked, proposal: JSON.stringify(proposal), ...given }, who);
  if (result.mode === 'verify') expectAuditLine(result.decided);
  return result;
}
