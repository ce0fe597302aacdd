/** For repositories without reviewer rules: an issue with the page. The job ends, and nobody waits on a runner. */
import { gateLabel, issueBody } from '../../lib/domain/gate/issue.ts';
import type { GateIssue } from '../../lib/domain/gate/issue.ts';
import type { OpenIssueInputs } from './inputs.ts';
import type { Ports } from './ports.ts';
import { propose } from './propose.ts';
import type { ProposeResult } from './propose.ts';
import { decisionPage } from './report-page.ts';

export interface OpenedResult extends Omit<ProposeResult, 'mode'> {
  readonly mode: 'issue';
  readonly issue: GateIssue;
}

/** Proposes, and asks in an issue. */
export async function openIssue(inputs: OpenIssueInputs, ports: Ports): Promise<OpenedResult> {
  const proposed = await propose({ ...inputs, mode: 'propose' }, ports);
  const issue = await ports.issues.open({
    title: `Approve: ${proposed.reason}`,
    body: issueBody(decisionPage(proposed), proposed.proposal),
    labels: [gateLabel],
  });
  return { ...proposed, mode: 'issue', reason: `${proposed.reason}: asked in issue #${issue.number}`, issue };
}
