/** What is asked and known in a gate that opens, and everything that keeps one shut, each alone. */
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
const runningNow = { deployment: '7', record: 'shop-production/shop#41' };
export const proposal: Proposal = {
  schema: proposalSchema,
  environment: 'production',
  repository: 'acme/shop',
  run: '100',
  attempt: 1,
  commit: 'c'.repeat(40),
  proposedBy: 'ada',
  images: { shop: `sha256:${'a'.repeat(64)}` },
  values: { 'deploy/values-production.yaml': 'b'.repeat(64) },
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

const of = (more: Partial<EnvironmentFacts>): Partial<Facts> => ({
  environment: { known: { ...environment, ...more } },
});
export const proposed = (more: Partial<Proposal>): Partial<Asked> => ({ proposal: { ...proposal, ...more } });
export const down = { unknown: 'api.github.com could not be reached' } as const;
export const weekend = { kind: 'weekly', days: [4], from: 0, until: 1_440, why: 'quiet days' } as const;
export const sale = { kind: 'period', from: now - hour, until: now + hour, why: 'the sale' } as const;

export const frozen = (...freezes: readonly Freeze[]): Partial<Facts> => ({ freezes: { known: freezes } });

type Case = readonly [what: string, asked: Partial<Asked>, facts: Partial<Facts>];

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

export const shut: readonly (readonly [...Case, RegExp])[] = [
  ['a missing environment', {}, { environment: { known: undefined } }, /there is no environment production/],
  ['a typo', { environment: 'prodution' }, { environment: { known: undefined } }, /no environment prodution/],
  ['no reviewers', {}, of({ reviewers: [] }), /has no reviewers/],
  ['self-review not prevented', {}, of({ preventsSelfReview: false }), /has no no-self-review/],
  ['no branch policy', {}, of({ restrictsBranches: false }), /has no branch-policy/],
  ['no wait timer where one was asked for', { protections: ['wait-timer'] }, {}, /has no wait-timer/],
  [
    'an environment that was just made by a typo has nothing',
    {},
    of({
      reviewers: [],
      preventsSelfReview: false,
      restrictsBranches: false,
    }),
    /has no reviewers/,
  ],
  ['GitHub does not say what protects it', {}, { environment: down }, /could not be learnt/],
  [
    'a token without the scope',
    {},
    { environment: { unknown: '403: Resource not accessible by integration' } },
    /403/,
  ],
  ['bypassed', {}, { approvals: { known: [] } }, /its rules were bypassed/],
  [
    'approved in an earlier attempt, bypassed in this',
    proposed({ approvalsBefore: 1 }),
    {},
    /nobody approved it since it was proposed.*bypassed/,
  ],
  [
    'approved in an earlier attempt by somebody, in this by who started it',
    proposed({ approvalsBefore: 1 }),
    { approvals: { known: [approval, { ...approval, by: 'ada' }] } },
    /ada started this run/,
  ],
  ['only waiting', {}, { approvals: { known: [{ ...approval, state: 'pending' }] } }, /bypassed/],
  [
    'rejected',
    {},
    { approvals: { known: [{ ...approval, state: 'rejected', comment: 'not today' }] } },
    /grace rejected it: not today/,
  ],
  [
    'approved, then rejected',
    {},
    { approvals: { known: [approval, { ...approval, state: 'rejected' }] } },
    /rejected/,
  ],
  [
    'rejected even where a bypass is allowed',
    { allowBypass: true },
    {
      approvals: { known: [{ ...approval, state: 'rejected' }] },
    },
    /rejected/,
  ],
  [
    'approvals unknown, even where a bypass is allowed',
    { allowBypass: true },
    { approvals: down },
    /who approved/,
  ],
  ['none of the approvers', { approvers: ['linus'] }, {}, /grace approved, and none of linus/],
  [
    'no member of the team',
    { approvers: ['acme/releasers'] },
    { membersOf: { 'acme/releasers': { known: [] } } },
    /none of acme\/releasers/,
  ],
  [
    'a team that the token cannot see',
    { approvers: ['acme/releasers'] },
    { membersOf: { 'acme/releasers': down } },
    /whether grace may approve/,
  ],
  ['self-approval', {}, { approvals: { known: [{ ...approval, by: 'ada' }] } }, /ada started this run/],
  [
    'self-approval in other letters',
    {},
    { approvals: { known: [{ ...approval, by: 'Ada' }] } },
    /started this run/,
  ],
  [
    'approved by who pushed, started again by a colleague',
    {},
    {
      initiators: { known: ['grace', 'ada'] },
    },
    /grace started this run/,
  ],
  ['nobody says who started it', {}, { initiators: down }, /who started/],
  ['another environment’s proposal', proposed({ environment: 'staging' }), {}, /of environment staging/],
  ['another repository’s (a fork)', proposed({ repository: 'mallory/shop' }), {}, /of repository mallory/],
  ['another run’s', proposed({ run: '99' }), {}, /of run 99; this is run 100/],
  ['another attempt’s', {}, { attempt: 2 }, /of attempt 1; this is attempt 2/],
  ['another commit’s', proposed({ commit: 'd'.repeat(40) }), {}, /of commit d/],
  ['expired', {}, { now: Date.parse(proposal.expiresAt) }, /expired/],
  [
    'the target drifted',
    {},
    { runningNow: { known: { ...runningNow, deployment: '8' } } },
    /Deployment 7\) ran there/,
  ],
  [
    'something runs where nothing did',
    proposed({ runningNow: undefined as never }),
    {},
    /nothing that we know of ran/,
  ],
  [
    'nothing runs where something did',
    {},
    { runningNow: { known: undefined } },
    /nothing that we know of does now/,
  ],
  ['what runs is unknown', {}, { runningNow: down }, /what runs there now/],
  ['superseded', {}, { newerProposal: { known: 'run 101' } }, /run 101 proposed something newer/],
  ['whether it is superseded is unknown', {}, { newerProposal: down }, /something newer/],
  ['a freeze', {}, frozen(sale), /nothing goes to production until .*: the sale/],
  ['a weekly freeze', {}, frozen(weekend), /quiet days/],
  ['two freezes: the later end is told', {}, frozen(sale, weekend), /2026-11-27T00:00/],
  ['whether it is frozen is unknown', {}, { freezes: down }, /whether production is frozen/],
  [
    'nobody breaks a glass that nobody has seen',
    { breakGlass: 'urgent' },
    { freezes: down },
    /whether production is frozen/,
  ],
  [
    'a reason breaks no other rule',
    { breakGlass: 'urgent' },
    { ...frozen(sale), approvals: { known: [] } },
    /bypassed/,
  ],
  [
    'staging did not verify it',
    {},
    { verifiedIn: { staging: { known: { not: 'staging rejected it' } } } },
    /staging rejected/,
  ],
  [
    'staging verified it too long ago',
    {},
    { verifiedIn: { staging: { known: { at: now - 25 * hour } } } },
    /25h00m ago/,
  ],
  ['what staging verified is unknown', {}, { verifiedIn: { staging: down } }, /what staging verified/],
  [
    'a required environment was never asked',
    { requires: [{ environment: 'preprod', maxAge: undefined }] },
    {},
    /preprod/,
  ],
];
