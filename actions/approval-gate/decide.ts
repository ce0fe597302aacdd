/** The second workflow: what somebody said in the issue, whether it counts, and whether what it is about still holds. */
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { TargetError } from '../../lib/domain/errors.ts';
import { gateLabel, proposalIn, saidIn } from '../../lib/domain/gate/issue.ts';
import type { GateIssue, Said } from '../../lib/domain/gate/issue.ts';
import { judgeIssue, judgeWho, newerIssue, notOurs } from '../../lib/domain/gate/judge-issue.ts';
import type { FactsOfIssue } from '../../lib/domain/gate/judge-issue.ts';
import type { GateDecision, Learnt } from '../../lib/domain/gate/obstacles.ts';
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
  await answer(word.said.kind, decision, facts, ports);
  const { now } = facts;
  const proposal = 'unreadable' in facts.proposal ? undefined : facts.proposal;
  return {
    mode: 'decide',
    ...worded(word.said.kind, decision, facts),
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
  const { issues, clock, actor } = ports;
  const proposal = proposalIn(issue.body);
  const known = 'unreadable' in proposal ? undefined : proposal;
  const [freezes, permission, others, here, verifiedIn] = await Promise.all([
    // Nothing that is wrong with the file may stand in the way of a rejection.
    said.kind === 'approve' ? readFreezes(inputs, ports) : { known: [] },
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

function judge(kind: 'approve' | 'reject', inputs: DecideInputs, facts: FactsOfIssue): GateDecision {
  if (kind === 'reject') {
    // Who proposed it may take it back.
    const obstacles = judgeWho({ ...inputs, excludeInitiator: false }, facts);
    const rejected = {
      what: `${facts.by} rejected it${facts.comment === '' ? '' : `: ${facts.comment}`}`,
      remedy: 'propose anew once that is settled',
    };
    return { kind: 'shut', obstacles: obstacles.length > 0 ? obstacles : [rejected] };
  }
  const { requires, maxAge, ...asked } = inputs;
  return judgeIssue({ ...asked, requires: requires.map((environment) => ({ environment, maxAge })) }, facts);
}

/** Says in the issue what came of it; closes it when it is decided for good. */
async function answer(
  kind: 'approve' | 'reject',
  decision: GateDecision,
  facts: FactsOfIssue,
  { issues, actor, log }: Ports,
): Promise<void> {
  const { issue, by } = facts;
  if (issue.state === 'closed') return;
  const run = `run ${actor.run}`;
  if (decision.kind === 'open') {
    // Closed before anything is deployed: a second /approve finds it decided.
    await issues.close(issue.number, 'completed');
    await said(issues.comment(issue.number, `Approved by @${by}; ${run} goes on.`), log);
    return;
  }
  const why = decision.obstacles.map(({ what, remedy }) => `- ${what}. ${remedy}`).join('\n');
  const final = isFinal(kind, decision, facts);
  if (final) await issues.close(issue.number, 'not_planned');
  const text = kind === 'reject' && final ? why : `@${by}, this did not open the gate:\n\n${why}`;
  await said(issues.comment(issue.number, text), log);
}

/** A comment that could not be written changes nothing of the decision. */
const said = (comment: Promise<void>, log: Ports['log']): Promise<void> =>
  comment.catch((error: unknown) =>
    log.warn(`the issue could not be told: ${error instanceof Error ? error.message : String(error)}`),
  );

/** Nothing that is said later could open it: it was rejected, or what it is about holds no longer. */
function isFinal(kind: 'approve' | 'reject', decision: GateDecision, facts: FactsOfIssue): boolean {
  if (decision.kind === 'open' || decision.obstacles.some(({ unknown }) => unknown === true)) return false;
  if (kind === 'reject')
    return decision.obstacles.some(({ what }) => what.startsWith(`${facts.by} rejected`));
  const { proposal, now, newerProposal } = facts;
  if ('unreadable' in proposal) return true;
  const superseded = 'known' in newerProposal && newerProposal.known !== undefined;
  return superseded || Date.parse(proposal.expiresAt) <= now;
}

function worded(kind: 'approve' | 'reject', decision: GateDecision, { issue, by }: FactsOfIssue): Result {
  if (decision.kind === 'open') return { result: 'success', reason: `${by} approved issue #${issue.number}` };
  const shut = resultOfShut(decision.obstacles);
  // A rejection is an answer, and no failure of anything.
  return kind === 'reject' && shut.reason.startsWith(`${by} rejected`)
    ? { ...shut, result: 'skipped' }
    : shut;
}

const noIssue = (number: number, { actor }: Ports): TargetError =>
  new TargetError(`there is no issue #${number}`, {
    subject: actor.repository,
    remedy: 'give the number that mode: issue opened (output issue), or github.event.issue.number',
  });
