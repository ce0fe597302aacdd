/** Whether what somebody said in an issue opens the gate. Who may say it is as much a question as what it is about. */
import { sameEnvironment } from '../environments/find.ts';
import { sameLogin } from './judge.ts';
import { isAtLeast, gateLabel, proposalIn } from './issue.ts';
import type { GateIssue, Role } from './issue.ts';
import { judgeFreeze, judgeHolding, judgeOrder, notLearnt, sameAs } from './obstacles.ts';
import type {
  AskedOfOrder,
  AskedOfTime,
  FactsOfProposal,
  GateDecision,
  Learnt,
  Obstacle,
} from './obstacles.ts';
import type { Proposal } from './proposal.ts';

export interface AskedOfIssue extends AskedOfTime, AskedOfOrder {
  /** What who decides must be in the repository. */
  readonly role: Role;
  readonly excludeInitiator: boolean;
  /** Logins that may open such an issue: the token of a workflow, or an App's. */
  readonly openedBy: readonly string[];
}

export interface FactsOfIssue extends FactsOfProposal {
  readonly issue: GateIssue;
  readonly proposal: Proposal | { readonly unreadable: string };
  readonly by: string;
  readonly comment: string;
  /** Who started the run that proposed, and who started that attempt of it. */
  readonly initiators: Learnt<readonly string[]>;
  /** Of who decides, in GitHub's words. */
  readonly permission: Learnt<{ readonly permission: string; readonly role: string }>;
}

/** Whether this is an issue of ours at all; a comment in any other is nobody's business here. Undefined: it is. */
export function notOurs(
  { author, labels }: GateIssue,
  { openedBy }: Pick<AskedOfIssue, 'openedBy'>,
): string | undefined {
  if (!labels.includes(gateLabel)) return `it has no label ${gateLabel}`;
  return openedBy.some((each) => sameLogin(each, author))
    ? undefined
    : `${author} opened it, not ${openedBy.join(' or ')}: anybody may write such a text`;
}

/** A later issue for the same environment, decided or not: what it asks for is what somebody wanted last. */
export function newerIssue(
  newestFirst: readonly GateIssue[],
  {
    issue,
    environment,
    openedBy,
  }: Pick<AskedOfIssue, 'environment' | 'openedBy'> & { readonly issue: GateIssue },
): Learnt<string | undefined> {
  const newer = newestFirst.find((each) => {
    const proposal = proposalIn(each.body);
    return (
      each.number > issue.number &&
      notOurs(each, { openedBy }) === undefined &&
      !('unreadable' in proposal) &&
      sameEnvironment(proposal.environment, environment)
    );
  });
  if (newer !== undefined) return { known: `issue #${newer.number}` };
  return newestFirst.some(({ number }) => number <= issue.number)
    ? { known: undefined }
    : { unknown: `more than ${newestFirst.length} were opened after issue #${issue.number}` };
}

/** Opens only when nothing stands in the way. Pure. */
export function judgeIssue(asked: AskedOfIssue, facts: FactsOfIssue): GateDecision {
  const freeze = judgeFreeze(asked, facts);
  const obstacles = [
    ...judgeWho(asked, facts),
    ...judgeWhat(asked, facts),
    ...freeze.obstacles,
    ...judgeOrder(asked, facts),
  ];
  if (obstacles.length > 0) return { kind: 'shut', obstacles };
  const { by, comment } = facts;
  return { kind: 'open', approval: { state: 'approved', by, comment }, exceptions: freeze.exceptions };
}

/** Somebody who may say so said no: an answer, and no failure of anything. */
export interface Rejected {
  readonly kind: 'rejected';
  readonly by: string;
  /** May be empty. */
  readonly comment: string;
}

export type IssueDecision = GateDecision | Rejected;

/** As the auditor, the issue and the run page have it. */
export const rejectionLine = ({ by, comment }: Rejected): string =>
  `${by} rejected it${comment === '' ? '' : `: ${comment}`}`;

/** Whether a rejection counts. Who proposed it may take it back; whether it still holds does not matter. Pure. */
export function judgeRejection(
  { role, environment }: Pick<AskedOfIssue, 'role' | 'environment'>,
  facts: FactsOfIssue,
): IssueDecision {
  const { proposal, by, comment } = facts;
  const obstacles = [
    ...judgeOpen(facts),
    ...judgeWho({ role, excludeInitiator: false }, facts),
    ...('unreadable' in proposal ? [] : sameAs('environment', proposal.environment, environment)),
  ];
  return obstacles.length > 0 ? { kind: 'shut', obstacles } : { kind: 'rejected', by, comment };
}

const judgeOpen = ({ issue }: Pick<FactsOfIssue, 'issue'>): Obstacle[] =>
  issue.state === 'open'
    ? []
    : [{ what: `issue #${issue.number} is closed: it was decided`, remedy: 'propose anew' }];

/** Who may neither approve nor reject. */
function judgeWho(
  { role, excludeInitiator }: Pick<AskedOfIssue, 'role' | 'excludeInitiator'>,
  { permission, by, initiators }: Pick<FactsOfIssue, 'permission' | 'by' | 'initiators'>,
): Obstacle[] {
  if ('unknown' in permission) return [notLearnt(`what ${by} may do here`, permission.unknown)];
  if (!isAtLeast(permission.known, role))
    return [
      {
        what: `${by} has the role ${permission.known.role || permission.known.permission}; ${role} is needed`,
        remedy: 'let somebody decide who has it',
      },
    ];
  if (!excludeInitiator) return [];
  if ('unknown' in initiators) return [notLearnt('who started the run that proposed it', initiators.unknown)];
  return initiators.known.some((each) => sameLogin(each, by))
    ? [{ what: `${by} started the run that proposed it`, remedy: 'let somebody else decide' }]
    : [];
}

function judgeWhat(asked: AskedOfIssue, facts: FactsOfIssue): Obstacle[] {
  const { issue, proposal } = facts;
  if (issue.state === 'closed') return judgeOpen(facts);
  if ('unreadable' in proposal)
    return [
      { what: `issue #${issue.number} cannot be read: ${proposal.unreadable}`, remedy: 'propose anew' },
    ];
  return [
    ...sameAs('environment', proposal.environment, asked.environment),
    ...sameAs('repository', proposal.repository, facts.repository),
    ...judgeHolding(proposal, facts),
  ];
}
