/** A gate that is an issue, and what somebody says in it. */
import type { GateResult } from '../../../actions/approval-gate/run.ts';
import type { RepositorySeed } from '../../../sandbox/github/seed.ts';
import type { Issue } from '../../../sandbox/github/world.ts';
import { expectAuditLine } from './audit-line.ts';
import { Gate, image } from './gate.ts';

export const asked = { mode: 'issue', environment: 'production' };
export const permissions = { grace: 'maintain', linus: 'write', ada: 'admin', mallory: 'read' };

/** A gate whose first workflow has asked already. */
export async function waiting(
  seed: Partial<RepositorySeed> = {},
  clock: () => number = Date.now,
): Promise<Gate> {
  const gate = await Gate.open({ permissions, ...seed }, clock);
  await gate.run({ ...asked, images: image });
  return gate;
}

export const issuesOf = (gate: Gate): Issue[] => gate.github.repository('acme/shop')?.issues ?? [];

/** Somebody comments, and the second workflow runs. */
export async function said(
  gate: Gate,
  who: string,
  comment: string,
  given: Readonly<Record<string, string>> = {},
): Promise<GateResult> {
  await gate.comments(who, comment);
  const result = await gate.run({ ...asked, issue: '1', requires: 'staging', ...given }, { run: '200' });
  if (result.mode === 'decide' && result.decided !== undefined) expectAuditLine(result.decided);
  return result;
}
