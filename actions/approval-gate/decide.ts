/** The second workflow: what somebody said in the issue, whether it counts, and whether what it is about still holds. */
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { messageOf, TargetError } from '../../lib/domain/errors.ts';
import { gateLabel, proposalIn, saidIn } from '../../lib/domain/gate/issue.ts';
import type { GateIssue, Said } from '../../lib/domain/gate/issue.ts';
import {
  judgeIssue,
  judgeRejection,
  newerIssue,
  notOurs,
  rejectionLine,
} from '../../lib/domain/gate/judge-issue.ts';
import type { FactsOfIssue, IssueDecision } from '../../lib/domain/gate/judge-issue.ts';
import type { Learnt } from '../../lib/domain/gate/obstacles.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import { keepDecision } from './audit.ts';
import type { KeptDecision } from './audit.ts';
import type { DecideInputs } from './inputs.ts';
import { lastIn, readFreezes, runningIn, unknownOr, verifiedInEach } from './learn.ts';
import type { Ports } from './ports.ts';
import { resultOfShut } from './verify.ts';

export interface DecidedResult extends Result {
  readonly mode: 'decide';
  /** Undefined: nothing was decided. */
  readonly decided: KeptDecision | undefined;
  readonly duration: Milliseconds;
}

interface Word {
  readonly by: string;
  readonly said: Said;
}

/** Opens on an approval that counts; a rejection closes the issue with its reason; mere talk changes nothing. */
export async function decide(inputs: DecideInputs, ports: Ports): Promise<DecidedResult> {
  const { clock, issues, actor, files } = ports;
  const startedAt = clock.now();
  const nothing = (reason: string): DecidedResult => ({
    mode: 'decide',
    result: 'skipped',
    reason,
    decided: undefined,
    duration: clock.now() - startedAt,
  });
  const word = await readWord(inputs, ports);
  if (word.said.kind === 'nothing') return nothing('nothing was decided: neither /approve nor /reject');
  const issue = await issues.get(inputs.issue);
  if (issue === undefined) throw noIssue(inputs.issue, ports);
  const others = notOurs(issue, inputs);
  if (others !== undefined) return nothing(`issue #${issue.number} is no gate: ${others}`);

  const facts = await learn(inputs, issue, word.by, word.said, ports);
  const decision = judge(word.said.kind, inputs, facts);
  await answer(decision, facts, ports);
  const { now } = facts;
  const proposal = 'unreadable' in facts.proposal ? undefined : facts.proposal;
  return {
    mode: 'decide',
    ...worded(decision, facts),
    decided: keepDecision(
      { decision, environment: inputs.environment, proposal, actor, now, approvedAt: now },
      files,
    ),
    duration: clock.now() - startedAt,
  };
}

/** By the comment that started this run, or by who started it and the input `decision`. */
async function readWord(
  { decision, comment, eventPath }: DecideInputs,
  { files, actor }: Ports,
): Promise<Word> {
  if (decision !== undefined) return { by: actor.actor, said: { kind: decision, comment } };
  const text = eventPath === '' ? undefined : await files.read(eventPath);
  const event = JSON.parse(text ?? '{}') as {
    readonly action?: string;
    readonly comment?: {
      readonly body?: string;
      readonly user?: { readonly login?: string; readonly type?: string };
    };
  };
  const { body, user } = event.comment ?? {};
  // An edited comment is no new word; and a bot, this one among them, decides nothing.
  const counts = event.action === 'created' && user?.login !== undefined && user.type !== 'Bot';
  return counts ? { by: user.login, said: saidIn(body ?? '') } : { by: '', said: { kind: 'nothing' } };
}

async function learn(
  inputs: DecideInputs,
  issue: GateIssue,
  by: string,
  said: Exclude<Said, { readonly kind: 'nothing' }>,
  ports: Ports,
): Promise<FactsOfIssue> {
  const { gate, issues, clock, actor } = ports;
  const proposal = proposalIn(issue.body);
  const known = 'unreadable' in proposal ? undefined : proposal;
  const [freezes, initiators, permission, others, here, verifiedIn] = await Promise.all([
    // Nothing that is wrong with the file may stand in the way of a rejection.
    said.kind === 'approve' ? readFreezes(inputs, ports) : { known: [] },
    known === undefined ? { known: [] } : gate.initiators(known),
    learnt(() => issues.permissionOf(by)),
    learnt(() => issues.labelled(gateLabel)),
    lastIn(inputs.environment, ports),
    verifiedInEach(inputs.requires, known, ports),
  ]);
  return {
    now: clock.now(),
    repository: actor.repository,
    issue,
    proposal,
    by,
    comment: said.comment,
    freezes,
    initiators,
    permission,
    newerProposal: 'unknown' in others ? others : newerIssue(others.known, { ...inputs, issue }),
    runningNow: runningIn(here),
    verifiedIn,
  };
}

async function learnt<Value>(ask: () => Promise<Value>): Promise<Learnt<Value>> {
  try {
    return { known: await ask() };
  } catch (error) {
    return { unknown: unknownOr(error) };
  }
}

function judge(kind: 'approve' | 'reject', inputs: DecideInputs, facts: FactsOfIssue): IssueDecision {
  if (kind === 'reject') return judgeRejection(inputs, facts);
  const { requires, maxAge, ...asked } = inputs;
  return judgeIssue({ ...asked, requires: requires.map((environment) => ({ environment, maxAge })) }, facts);
}

/** Says in the issue what came of it; closes it when it is decided for good. */
async function answer(
  decision: IssueDecision,
  facts: FactsOfIssue,
  { issues, actor, log }: Ports,
): Promise<void> {
  const { issue } = facts;
  if (issue.state === 'closed') return;
  const end = endOf(decision, facts);
  // Closed before anything is deployed: a second /approve finds it decided.
  if (end !== undefined) await issues.close(issue.number, end);
  // A comment that could not be written changes nothing of the decision.
  await issues
    .comment(issue.number, told(decision, facts, actor))
    .catch((error: unknown) => log.warn(`the issue could not be told: ${messageOf(error)}`));
}

/** Undefined: something that is said later could still open it. */
function endOf(
  decision: IssueDecision,
  { proposal, now, newerProposal }: FactsOfIssue,
): 'completed' | 'not_planned' | undefined {
  if (decision.kind === 'open') return 'completed';
  if (decision.kind === 'rejected') return 'not_planned';
  if (decision.obstacles.some(({ unknown }) => unknown === true)) return undefined;
  const superseded = 'known' in newerProposal && newerProposal.known !== undefined;
  const over = 'unreadable' in proposal || superseded || Date.parse(proposal.expiresAt) <= now;
  return over ? 'not_planned' : undefined;
}

function told(decision: IssueDecision, { by }: FactsOfIssue, { run }: Ports['actor']): string {
  switch (decision.kind) {
    case 'open':
      return `Approved by @${by}; run ${run} goes on.`;
    case 'rejected':
      return `${rejectionLine(decision)}. Propose anew once that is settled.`;
    case 'shut':
    default:
      return `@${by}, this did not open the gate:\n\n${decision.obstacles
        .map(({ what, remedy }) => `- ${what}. ${remedy}`)
        .join('\n')}`;
  }
}

function worded(decision: IssueDecision, { issue, by }: FactsOfIssue): Result {
  switch (decision.kind) {
    case 'open':
      return { result: 'success', reason: `${by} approved issue #${issue.number}` };
    case 'rejected':
      return { result: 'skipped', reason: rejectionLine(decision) };
    case 'shut':
    default:
      return resultOfShut(decision.obstacles);
  }
}

const noIssue = (number: number, { actor }: Ports): TargetError =>
  new TargetError(`there is no issue #${number}`, {
    subject: actor.repository,
    remedy: 'give the number that mode: issue opened (output issue), or github.event.issue.number',
  });
