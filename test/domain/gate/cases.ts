/** What is asked and known in a gate that opens. */
import type { Asked, Facts } from '../../../lib/domain/gate/judge.ts';
import type { Freeze } from '../../../lib/domain/gate/freeze.ts';
import type { Approval } from '../../../lib/domain/gate/obstacles.ts';
import { proposalSchema } from '../../../lib/domain/gate/proposal.ts';
import type { Proposal } from '../../../lib/domain/gate/proposal.ts';
import type { EnvironmentFacts } from '../../../lib/domain/gate/protection.ts';

export const now = Date.parse('2026-11-26T10:00:00Z'); // a Thursday
export const hour = 3_600_000;

export const environment: EnvironmentFacts = {
  name: 'production',
  reviewers: ['grace', '@releasers'],
  preventsSelfReview: true,
  waits: 0,
  restrictsBranches: true,
};
export const approval: Approval = { state: 'approved', by: 'grace', comment: 'looks good' };
export const runningNow = { deployment: '7', record: 'shop-production/shop#41' };
export const proposal: Proposal = {
  schema: proposalSchema,
  environment: 'production',
  repository: 'acme/shop',
  run: '100',
  attempt: 1,
  commit: 'c'.repeat(40),
  proposedBy: 'ada',
  images: { shop: `sha256:${'a'.repeat(64)}` },
  values: [{ path: 'deploy/values-production.yaml', sha256: 'b'.repeat(64) }],
  runningNow,
  proposedAt: '2026-11-26T09:00:00Z',
  expiresAt: '2026-11-27T09:00:00Z',
};

export const asked = (more: Partial<Asked> = {}): Asked => ({
  environment: 'production',
  protections: ['reviewers', 'no-self-review', 'branch-policy'],
  approvers: [],
  allowBypass: false,
  excludeInitiator: true,
  proposal,
  breakGlass: '',
  requires: [{ environment: 'staging', maxAge: 24 * hour }],
  ...more,
});

export const facts = (more: Partial<Facts> = {}): Facts => ({
  now,
  run: '100',
  attempt: 1,
  repository: 'acme/shop',
  commit: 'c'.repeat(40),
  environment: { known: environment },
  approvals: { known: [approval] },
  initiators: { known: ['ada', 'ada'] },
  membersOf: {},
  freezes: { known: [] },
  runningNow: { known: runningNow },
  newerProposal: { known: undefined },
  verifiedIn: { staging: { known: { at: now - hour } } },
  ...more,
});

export const of = (more: Partial<EnvironmentFacts>): Partial<Facts> => ({
  environment: { known: { ...environment, ...more } },
});
export const proposed = (more: Partial<Proposal>): Partial<Asked> => ({ proposal: { ...proposal, ...more } });
export const down = { unknown: 'api.github.com could not be reached' } as const;
export const weekend = { kind: 'weekly', days: [4], from: 0, until: 1_440, why: 'quiet days' } as const;
export const sale = { kind: 'period', from: now - hour, until: now + hour, why: 'the sale' } as const;

export const frozen = (...freezes: readonly Freeze[]): Partial<Facts> => ({ freezes: { known: freezes } });

export type Case = readonly [what: string, asked: Partial<Asked>, facts: Partial<Facts>];

export const open: readonly Case[] = [
  ['everything as it should be', {}, {}],
  ['approved twice', {}, { approvals: { known: [approval, { ...approval, by: 'linus' }] } }],
  [
    'the initiator approved too, beside somebody else',
    {},
    {
      approvals: { known: [{ ...approval, by: 'ada' }, approval] },
    },
  ],
  [
    'the initiator may approve',
    { excludeInitiator: false },
    {
      approvals: { known: [{ ...approval, by: 'ada' }] },
    },
  ],
  [
    'rejected first, approved later',
    {},
    {
      approvals: { known: [{ ...approval, state: 'rejected' }, approval] },
    },
  ],
  [
    'approved in an earlier attempt and again in this',
    { proposal: { ...proposal, approvalsBefore: 1 } },
    { approvals: { known: [{ ...approval, by: 'linus' }, approval] } },
  ],
  [
    'rejected in an earlier attempt',
    { proposal: { ...proposal, approvalsBefore: 1 } },
    { approvals: { known: [{ ...approval, state: 'rejected' }, approval] } },
  ],
  ['bypassed, and that is allowed', { allowBypass: true }, { approvals: { known: [] } }],
  [
    'no reviewers asked for and none there',
    { protections: ['branch-policy'] },
    {
      ...of({ reviewers: [] }),
      approvals: { known: [] },
    },
  ],
  ['nothing proposed: the gate alone', { proposal: undefined }, { newerProposal: down, runningNow: down }],
  [
    'nothing runs there, and that was so',
    proposed({ runningNow: undefined as never }),
    {
      runningNow: { known: undefined },
    },
  ],
  ['a freeze broken with a reason', { breakGlass: 'checkout is down' }, frozen(sale)],
  ['a freeze that is over', {}, frozen({ ...sale, until: now })],
  ['a freeze that has not begun', {}, frozen({ ...sale, from: now + 1, until: now + hour })],
  ['a weekly freeze of another day', {}, frozen({ ...weekend, days: [5, 6, 0] })],
  [
    'verified at the very edge of its age',
    {},
    { verifiedIn: { staging: { known: { at: now - 24 * hour } } } },
  ],
  ['no order asked for', { requires: [] }, { verifiedIn: {} }],
  [
    'order without an age',
    { requires: [{ environment: 'staging', maxAge: undefined }] },
    {
      verifiedIn: { staging: { known: { at: 0 } } },
    },
  ],
  ['one of the approvers, in other letters', { approvers: ['linus', 'Grace'] }, {}],
  [
    'a member of a team',
    { approvers: ['acme/releasers'] },
    { membersOf: { 'acme/releasers': { known: ['grace'] } } },
  ],
  [
    'a person who counts, beside a team that nobody can see',
    { approvers: ['grace', 'acme/releasers'] },
    { membersOf: { 'acme/releasers': down } },
  ],
];
