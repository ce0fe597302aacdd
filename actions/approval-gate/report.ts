import { rejectionLine } from '../../lib/domain/gate/judge-issue.ts';
import type { Annotation, Report } from '../../lib/domain/report/result.ts';
import type { KeptDecision } from './audit.ts';
import type { OpenedResult } from './open-issue.ts';
import type { ProposeResult } from './propose.ts';
import { decisionPage } from './report-page.ts';
import type { GateResult } from './run.ts';
import { verdictPage } from './report-summary.ts';

export const outputNames: readonly string[] = [
  'result',
  'reason',
  'report',
  'proposal',
  'proposal-hash',
  'proposal-file',
  'issue',
  'decision',
  'commit',
  'approved-by',
  'approved-at',
  'comment',
  'audit',
  'duration-ms',
];

/** What the workflow and the release manager get to see of it. */
export function report(result: GateResult): Report {
  return result.mode === 'propose' || result.mode === 'issue' ? ofProposal(result) : ofDecision(result);
}

function ofProposal(result: ProposeResult | OpenedResult): Report {
  const { proposal, hash, file, duration } = result;
  return {
    outputs: {
      proposal: JSON.stringify(proposal),
      'proposal-hash': hash,
      'proposal-file': file,
      issue: result.mode === 'issue' ? String(result.issue.number) : '',
      commit: proposal.commit,
      'duration-ms': String(duration),
    },
    summary: decisionPage(result),
    data: { proposal, hash },
  };
}

function ofDecision(result: Extract<GateResult, { mode: 'verify' | 'decide' }>): Report {
  const { decided, duration } = result;
  const { decision, audit, auditFile } = decided ?? nobody;
  // Handed on only when it opened: nothing behind it may go on with what nobody let through.
  const proposal = decision?.kind === 'open' ? decided?.proposal : undefined;
  return {
    outputs: {
      decision: audit?.decision ?? '',
      proposal: proposal === undefined ? '' : JSON.stringify(proposal),
      commit: proposal?.commit ?? '',
      'approved-by': audit?.approvedBy ?? '',
      'approved-at': audit?.approvedAt ?? '',
      comment: audit?.comment ?? '',
      audit: auditFile ?? '',
      'duration-ms': String(duration),
    },
    summary: verdictPage(result),
    annotations: decided === undefined ? [] : annotationsOf(decided),
    data: { decision, audit },
  };
}

const nobody: Partial<KeptDecision> = {};

function annotationsOf({ decision }: KeptDecision): Annotation[] {
  if (decision.kind === 'open')
    return decision.exceptions.map((message) => ({ kind: 'warning', title: 'approval-gate', message }));
  if (decision.kind === 'rejected')
    return [{ kind: 'notice', title: 'approval-gate', message: rejectionLine(decision) }];
  const text = decision.obstacles.map(({ what, remedy }) => `${what}\n  ${remedy}`).join('\n');
  return [{ kind: 'error', title: 'approval-gate: the gate stays shut', message: text }];
}
