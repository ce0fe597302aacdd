/**
 * Whether the gate before this job was real. What cannot be learnt keeps it shut: a gate that opens because GitHub did
 * not answer is none.
 */
import { judgeFreeze, judgeHolding, judgeOrder, notLearnt, sameAs } from './obstacles.ts';
import type {
  Approval,
  AskedOfOrder,
  AskedOfTime,
  FactsOfProposal,
  GateDecision,
  Judged,
  Learnt,
  Obstacle,
} from './obstacles.ts';
import type { Proposal } from './proposal.ts';
import { missingProtections, settingOf } from './protection.ts';
import type { EnvironmentFacts, Protection } from './protection.ts';

export interface Asked extends AskedOfTime, AskedOfOrder {
  /** What the environment must have; empty: it is judged by the rest alone. */
  readonly protections: readonly Protection[];
  /** Reviewers are required and nobody approved: an administrator went past them. */
  readonly allowBypass: boolean;
  /** Who started the run does not count as who approved it. */
  readonly excludeInitiator: boolean;
  /** Logins and teams (`acme/releasers`) of whom one must have approved; empty: whoever the environment's rules let. */
  readonly approvers: readonly string[];
  /** Undefined: nothing was proposed, so only the gate itself is judged. */
  readonly proposal: Proposal | undefined;
}

export interface Facts extends FactsOfProposal {
  readonly run: string;
  readonly attempt: number;
  readonly commit: string;
  /** Undefined: there is no such environment. */
  readonly environment: Learnt<EnvironmentFacts | undefined>;
  /** Of this run and environment, oldest first. */
  readonly approvals: Learnt<readonly Approval[]>;
  /** For each team among the approvers: which of those who approved belong to it. */
  readonly membersOf: Readonly<Record<string, Learnt<readonly string[]>>>;
  /** Who started the run, and who started this attempt of it. */
  readonly initiators: Learnt<readonly string[]>;
}

/** Opens only when nothing at all stands in the way. Pure. */
export function judgeGate(asked: Asked, facts: Facts): GateDecision {
  const { obstacles, exceptions, approval } = judgeProtection(asked, facts);
  const freeze = judgeFreeze(asked, facts);
  const all = [
    ...obstacles,
    ...freeze.obstacles,
    ...(asked.proposal === undefined ? [] : judgeProposal(asked.proposal, asked, facts)),
    ...judgeOrder(asked, facts),
  ];
  if (all.length > 0) return { kind: 'shut', obstacles: all };
  return { kind: 'open', approval, exceptions: [...exceptions, ...freeze.exceptions] };
}

function judgeProtection(asked: Asked, facts: Facts): Judged & { readonly approval: Approval | undefined } {
  const shut = (...obstacles: Obstacle[]) => ({ obstacles, exceptions: [], approval: undefined });
  if ('unknown' in facts.environment)
    return shut(notLearnt(`what protects ${asked.environment}`, facts.environment.unknown));
  const environment = facts.environment.known;
  if (environment === undefined)
    return shut({
      what: `there is no environment ${asked.environment}`,
      remedy:
        'see Settings, Environments: a job that names one which is not there makes it, without rules, and nobody is asked',
    });
  const missing = missingProtections(asked.protections, environment).map((protection) => ({
    what: `${environment.name} has no ${protection}`,
    remedy: `switch it on in Settings, Environments, ${environment.name}: ${settingOf(protection)}`,
  }));
  if (missing.length > 0) return shut(...missing);
  return environment.reviewers.length === 0
    ? { obstacles: [], exceptions: [], approval: undefined }
    : judgeApproval(asked, facts, environment);
}

function judgeApproval(
  asked: Asked,
  facts: Facts,
  environment: EnvironmentFacts,
): Judged & { readonly approval: Approval | undefined } {
  const shut = (obstacle: Obstacle) => ({ obstacles: [obstacle], exceptions: [], approval: undefined });
  if ('unknown' in facts.approvals) return shut(notLearnt('who approved', facts.approvals.unknown));
  // Those before were about an earlier attempt.
  const before = asked.proposal?.approvalsBefore ?? 0;
  const given = facts.approvals.known.slice(before);
  const last = given.at(-1);
  if (last?.state === 'rejected')
    return shut({ what: `${last.by} rejected it${said(last)}`, remedy: 'propose anew once that is settled' });
  const approved = given.filter(({ state }) => state === 'approved');
  if (approved.length === 0) {
    const what = bypassed(environment, before > 0 ? 'it since it was proposed' : 'this run');
    return asked.allowBypass
      ? { obstacles: [], exceptions: [what], approval: undefined }
      : shut({
          what,
          remedy: 'let a reviewer approve a new run; or, where administrators may, allow-bypass: true',
        });
  }
  const chosen = chosenAmong(approved, asked, facts);
  if ('what' in chosen) return shut(chosen);
  if (!asked.excludeInitiator) return { obstacles: [], exceptions: [], approval: chosen.at(-1) };
  if ('unknown' in facts.initiators) return shut(notLearnt('who started this run', facts.initiators.unknown));
  const initiators = facts.initiators.known;
  const others = chosen.filter(({ by }) => !initiators.some((each) => sameLogin(by, each)));
  return others.length > 0
    ? { obstacles: [], exceptions: [], approval: others.at(-1) }
    : shut({
        what: `${chosen.at(-1)?.by ?? ''} started this run and is the only one who approved it`,
        remedy: 'let somebody else approve, or leave exclude-initiator out',
      });
}

const bypassed = ({ name, reviewers }: EnvironmentFacts, what: string): string =>
  `${name} requires ${reviewers.join(' or ')}, and nobody approved ${what}: its rules were bypassed`;

/** Those of the approvals that count; what could not be learnt of a team matters only where nobody else counts. */
function chosenAmong(
  approved: readonly Approval[],
  { approvers }: Asked,
  { membersOf }: Facts,
): readonly Approval[] | Obstacle {
  if (approvers.length === 0) return approved;
  const members = approvers.map((each) => (each.includes('/') ? membersOf[each] : { known: [each] }));
  const known = members.flatMap((each) => (each !== undefined && 'known' in each ? each.known : []));
  const chosen = approved.filter(({ by }) => known.some((each) => sameLogin(by, each)));
  if (chosen.length > 0) return chosen;
  const unknown = members.find((each) => each !== undefined && 'unknown' in each);
  const by = [...new Set(approved.map((each) => each.by))].join(' and ');
  if (unknown !== undefined && 'unknown' in unknown)
    return notLearnt(`whether ${by} may approve`, unknown.unknown);
  return {
    what: `${by} approved, and none of ${approvers.join(', ')}`,
    remedy: 'let one of them approve a new run',
  };
}

/** GitHub's logins differ in more than their case. */
export const sameLogin = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const said = ({ comment }: Approval): string => (comment.trim() === '' ? '' : `: ${comment.trim()}`);

const reRun =
  'use Re-run all jobs: of failed jobs alone nothing is proposed again, and nobody is asked about it';

const judgeProposal = (proposal: Proposal, asked: Asked, facts: Facts): Obstacle[] => [
  ...sameAs('environment', proposal.environment, asked.environment),
  ...sameAs('repository', proposal.repository, facts.repository),
  ...sameAs('run', proposal.run, facts.run),
  ...sameAs('attempt', proposal.attempt, facts.attempt, reRun),
  ...sameAs('commit', proposal.commit, facts.commit),
  ...judgeHolding(proposal, facts),
];
