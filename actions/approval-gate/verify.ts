/** The first step behind the gate: was there one, was it opened by somebody, and for this. */
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { judgeGate } from '../../lib/domain/gate/judge.ts';
import type { Facts } from '../../lib/domain/gate/judge.ts';
import { newerUpload } from '../../lib/domain/gate/obstacles.ts';
import type { GateDecision, Obstacle } from '../../lib/domain/gate/obstacles.ts';
import { letInAt } from '../../lib/domain/gate/running.ts';
import type { Deployed } from '../../lib/domain/gate/running.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import { keepDecision } from './audit.ts';
import type { KeptDecision } from './audit.ts';
import type { VerifyInputs } from './inputs.ts';
import { lastIn, mapped, readFreezes, runningIn, verifiedInEach } from './learn.ts';
import type { Ports } from './ports.ts';

export interface VerifyResult extends Result {
  readonly mode: 'verify';
  readonly decided: KeptDecision;
  readonly duration: Milliseconds;
}

/** Judges the gate; everything that could not be learnt keeps it shut. */
export async function verify(inputs: VerifyInputs, ports: Ports): Promise<VerifyResult> {
  const { clock, files, actor } = ports;
  const startedAt = clock.now();
  const { facts, here } = await learn(inputs, ports);
  const { requires, maxAge, mode: _mode, file: _file, fileAsked: _asked, ...asked } = inputs;
  const decision = judgeGate(
    { ...asked, requires: requires.map((environment) => ({ environment, maxAge })) },
    facts,
  );
  const { proposal, environment } = inputs;
  const approvedAt = letInAt(here, actor.run);
  return {
    mode: 'verify',
    ...resultOf(decision, inputs),
    decided: keepDecision({ decision, environment, proposal, actor, now: facts.now, approvedAt }, files),
    duration: clock.now() - startedAt,
  };
}

const resultOf = (decision: GateDecision, inputs: VerifyInputs): Result =>
  decision.kind === 'open'
    ? { result: 'success', reason: whyOpen(decision, inputs) }
    : resultOfShut(decision.obstacles);

/** Says no more of the gate than what was asked of it. */
function whyOpen(
  { approval, exceptions }: Extract<GateDecision, { kind: 'open' }>,
  { environment, protections, proposal, requires }: VerifyInputs,
): string {
  const letPass = exceptions.map((exception) => `; let pass: ${exception}`).join('');
  if (approval !== undefined) return `the gate of ${environment} was real: ${approval.by} approved${letPass}`;
  if (letPass !== '') return `the gate of ${environment} opened, and nobody approved${letPass}`;
  return protections.length + requires.length === 0 && proposal === undefined
    ? `${environment} is there and not frozen; nobody approved, and nothing else was asked for`
    : `the gate of ${environment} was real: nobody had to approve`;
}

/** Shut because something is wrong is a failure; shut because nobody knows is inconclusive. Both stop the job. */
export function resultOfShut(obstacles: readonly Obstacle[]): Result {
  const worst = obstacles.find(({ unknown }) => unknown !== true) ?? obstacles[0];
  const result = worst?.unknown === true ? 'inconclusive' : 'failure';
  const more = obstacles.length - 1;
  return { result, reason: `${worst?.what ?? ''}${more > 0 ? `, and ${more} more` : ''}` };
}

async function learn(
  inputs: VerifyInputs,
  ports: Ports,
): Promise<{ readonly facts: Facts; readonly here: readonly Deployed[] }> {
  const { gate, clock, actor } = ports;
  const { environment, proposal } = inputs;
  const [freezes, protection, approvals, initiators, uploads, here, verifiedIn] = await Promise.all([
    readFreezes(inputs, ports),
    gate.environment(environment),
    gate.approvals(environment),
    gate.initiators(actor),
    gate.uploads(`proposal-${environment}`),
    lastIn(environment, ports),
    verifiedInEach(inputs.requires, proposal, ports),
  ]);
  const membersOf = await membersAmong(inputs.approvers, approvals, ports);
  const facts: Facts = {
    now: clock.now(),
    membersOf,
    run: actor.run,
    attempt: actor.attempt,
    repository: actor.repository,
    commit: actor.sha,
    freezes,
    environment: protection,
    approvals,
    initiators,
    runningNow: runningIn(here),
    newerProposal: mapped(uploads, (all) =>
      proposal === undefined ? undefined : newerUpload(all, { ...proposal, run: actor.run }),
    ),
    verifiedIn,
  };
  return { facts, here: 'known' in here ? here.known : [] };
}

/** Asked only where a team was named, and of those alone who approved. */
async function membersAmong(
  approvers: readonly string[],
  approvals: Facts['approvals'],
  { gate }: Ports,
): Promise<Facts['membersOf']> {
  const by = 'known' in approvals ? [...new Set(approvals.known.map((each) => each.by))] : [];
  const teams = approvers.filter((each) => each.includes('/'));
  const asked = teams.map(async (team) => {
    const answers = await Promise.all(
      by.map(async (login) => [login, await gate.memberOf(team, login)] as const),
    );
    const unknown = answers.map(([, answer]) => answer).find((answer) => 'unknown' in answer);
    const members = answers.flatMap(([login, answer]) => ('known' in answer && answer.known ? [login] : []));
    return [team, unknown !== undefined && 'unknown' in unknown ? unknown : { known: members }] as const;
  });
  return Object.fromEntries(await Promise.all(asked));
}
