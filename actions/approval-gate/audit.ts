import { decisionSchema } from '../../lib/domain/gate/audit.ts';
import type { AuditLine } from '../../lib/domain/gate/audit.ts';
import { rejectionLine } from '../../lib/domain/gate/judge-issue.ts';
import type { IssueDecision } from '../../lib/domain/gate/judge-issue.ts';
import type { Approval } from '../../lib/domain/gate/obstacles.ts';
import type { Proposal } from '../../lib/domain/gate/proposal.ts';
import type { Actor } from '../../lib/domain/record/types.ts';
import type { Files } from '../../lib/ports/files.ts';
import { proposalHash } from '../../lib/steps/proposal-hash.ts';

/** What is decided, by whom and when, as far as it is known. */
export interface Decided {
  readonly decision: IssueDecision;
  readonly environment: string;
  readonly proposal: Proposal | undefined;
  readonly actor: Actor;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** When GitHub let the job in, or the comment was read. */
  readonly approvedAt: number | undefined;
}

/** A decision with what is kept of it. */
export interface KeptDecision {
  readonly decision: IssueDecision;
  readonly proposal: Proposal | undefined;
  readonly audit: AuditLine;
  /** Of one JSON line. */
  readonly auditFile: string;
}

/** Writes the line for the auditor. */
export function keepDecision(decided: Decided, files: Pick<Files, 'keep'>): KeptDecision {
  const { decision, proposal } = decided;
  const audit = auditOf(decided);
  return {
    decision,
    proposal,
    audit,
    auditFile: files.keep('gate-decision.jsonl', `${JSON.stringify(audit)}\n`),
  };
}

function whyShut(decision: IssueDecision): readonly string[] {
  if (decision.kind === 'rejected') return [rejectionLine(decision)];
  return decision.kind === 'shut' ? decision.obstacles.map(({ what }) => what) : [];
}

function auditOf({ decision, environment, proposal, actor, now, approvedAt }: Decided): AuditLine {
  const approval: Approval | undefined = decision.kind === 'open' ? decision.approval : undefined;
  return {
    schema: decisionSchema,
    at: new Date(now).toISOString(),
    environment,
    decision: decision.kind === 'open' ? 'open' : 'shut',
    why: whyShut(decision),
    approvedBy: approval?.by ?? '',
    approvedAt: approval === undefined || approvedAt === undefined ? '' : new Date(approvedAt).toISOString(),
    comment: approval?.comment ?? '',
    exceptions: decision.kind === 'open' ? decision.exceptions : [],
    proposal: proposal === undefined ? '' : proposalHash(proposal),
    repository: actor.repository,
    run: actor.run,
    attempt: actor.attempt,
    // Behind an issue the run is of the default branch.
    commit: proposal?.commit ?? actor.sha,
    startedBy: actor.actor,
  };
}
