import { expect, test } from '@jest/globals';
import type { RepositorySeed } from '../../../sandbox/github/seed.ts';
import { digest, head, shop } from './gate.ts';
import type { Gate } from './gate.ts';
import { hour, play } from './play.ts';
import type { Play } from './play.ts';

const production = shop().environments?.find(({ name }) => name === 'production') ?? { name: '' };
const staging = { name: 'staging' };
const unprotected: Partial<RepositorySeed> = { environments: [staging, { name: 'production' }] };
const frozen = '{ freeze: { from: 2020-01-01, until: 2100-01-01, why: the sale } }';
/** The file of the default branch names these environments, whatever the run has checked out: here, nothing. */
const merged =
  (environments: string, path = '.github/slipway.yml') =>
  (gate: Gate) =>
    gate.github.plant({
      repositories: [{ name: 'acme/shop', files: { [path]: `environments: { ${environments} }` } }],
    });
const run = (more: object): Partial<RepositorySeed> => ({ runs: [{ id: 100, actor: 'ada', ...more }] });

test('a real gate, opened by somebody, for this', async () => {
  const result = await play({});

  expect(result).toMatchObject({
    result: 'success',
    reason: 'the gate of production was real: grace approved',
    decided: {
      audit: { decision: 'open', approvedBy: 'grace', comment: 'fine', startedBy: 'ada', commit: head },
    },
  });
});

test.each<[string, Play, string, RegExp]>([
  [
    'a typo in the environment',
    { given: { environment: 'prodution' }, alter: { environment: 'prodution' } },
    'failure',
    /no environment prodution/,
  ],
  ['no reviewers', { seed: unprotected }, 'failure', /has no reviewers/],
  [
    'self-review not prevented',
    {
      seed: { environments: [staging, { ...production, preventSelfReview: false }] },
      given: { protections: 'reviewers\nno-self-review' },
    },
    'failure',
    /no-self-review/,
  ],
  ['bypassed', { seed: run({}) }, 'failure', /bypassed/],
  [
    'rejected',
    {
      seed: run({
        approvals: [{ environments: ['production'], state: 'rejected', user: 'grace', comment: 'no' }],
      }),
    },
    'failure',
    /grace rejected/,
  ],
  [
    'approved for staging only',
    { seed: run({ approvals: [{ environments: ['staging'], state: 'approved', user: 'grace' }] }) },
    'failure',
    /bypassed/,
  ],
  [
    'self-approval',
    {
      seed: run({ approvals: [{ environments: ['production'], state: 'approved', user: 'Ada' }] }),
      given: { 'exclude-initiator': 'true' },
    },
    'failure',
    /started this run/,
  ],
  ['expired', { later: 25 * hour }, 'failure', /expired/],
  ['another attempt', { attempt: 2 }, 'failure', /attempt/],
  [
    'another run',
    {
      seed: { runs: [...(shop().runs ?? []), { id: 101, approvals: shop().runs?.[0]?.approvals ?? [] }] },
      run: '101',
    },
    'failure',
    /of run 100/,
  ],
  ['a fork’s proposal', { alter: { repository: 'mallory/shop' } }, 'failure', /repository mallory/],
  [
    'the digest was swapped for one that staging never saw',
    { alter: { images: { image: `sha256:${'e'.repeat(64)}` } } },
    'failure',
    /no Deployment of staging speaks of/,
  ],
  [
    'the target drifted',
    {
      meanwhile: (gate) =>
        gate.github.plant({
          repositories: [
            {
              name: 'acme/shop',
              deployments: [
                {
                  ref: head,
                  sha: head,
                  environment: 'production',
                  statuses: [{ state: 'success', description: 'shop-production/shop#42 verified' }],
                },
              ],
            },
          ],
        }),
    },
    'failure',
    /shop-production\/shop#42 .* does now/,
  ],
  [
    'staging rejected it since',
    {
      meanwhile: (gate) =>
        gate.github.plant({
          repositories: [
            {
              name: 'acme/shop',
              deployments: [
                {
                  ref: head,
                  sha: head,
                  environment: 'staging',
                  payload: { images: { a: `r.test/shop@${digest}` } },
                  statuses: [{ state: 'failure', description: 'shop-staging/shop#10 rejected' }],
                },
              ],
            },
          ],
        }),
    },
    'failure',
    /rejected/,
  ],
  [
    'staging verified it too long ago',
    { given: { 'max-age': '2h' }, later: 3 * hour },
    'failure',
    /ago; at most 2h00m/,
  ],
  [
    'superseded',
    {
      meanwhile: (gate) =>
        gate.github.plant({
          repositories: [
            {
              name: 'acme/shop',
              runs: [
                ...(shop().runs ?? []),
                {
                  id: 102,
                  artifacts: [
                    { name: 'proposal-production', createdAt: new Date(Date.now() + hour).toISOString() },
                  ],
                },
              ],
            },
          ],
        }),
    },
    'failure',
    /run 102 proposed/,
  ],
  [
    'frozen',
    {
      meanwhile: merged(`production: ${frozen}`),
    },
    'failure',
    /the sale/,
  ],
  [
    'a token without the scope',
    {
      meanwhile: (gate) => {
        gate.github.fail({ operation: '*', fault: { kind: 'status', status: 403 }, times: 0 });
      },
    },
    'inconclusive',
    /could not be learnt.*403/,
  ],
  [
    'GitHub is down',
    {
      meanwhile: (gate) => {
        gate.github.fail({ operation: '*', fault: { kind: 'status', status: 503 }, times: 0 });
      },
    },
    'inconclusive',
    /could not be learnt/,
  ],
  ['no token', { token: '' }, 'inconclusive', /github-token/],
])('shut: %s', async (_what, order, result, why) => {
  const ended = await play(order);
  expect(ended).toMatchObject({ result, decided: { decision: { kind: 'shut' } } });
  const said =
    ended.mode === 'verify' && ended.decided.decision.kind === 'shut' ? ended.decided.decision.obstacles : [];
  expect(said.map(({ what }) => what).join('\n')).toMatch(why);
});

test.each<[string, Play]>([
  [
    'approved twice',
    {
      seed: run({
        approvals: [
          { environments: ['production'], state: 'approved', user: 'grace' },
          { environments: ['production'], state: 'approved', user: 'linus' },
        ],
      }),
    },
  ],
  ['bypassed, as allowed', { seed: run({}), given: { 'allow-bypass': 'true' } }],
  [
    'frozen, and the glass is broken',
    {
      given: { 'break-glass': 'checkout is down' },
      meanwhile: merged(`production: ${frozen}`),
    },
  ],
  [
    'an older run’s proposal is no newer one',
    {
      seed: {
        runs: [
          ...(shop().runs ?? []),
          { id: 99, artifacts: [{ name: 'proposal-production', createdAt: '2020-01-01T00:00:00Z' }] },
        ],
      },
    },
  ],
  [
    'an environment without reviewers, where none were asked for',
    { seed: unprotected, given: { protections: 'none' } },
  ],
])('open: %s', async (_what, order) => {
  expect(await play(order)).toMatchObject({ result: 'success', decided: { decision: { kind: 'open' } } });
});

test.each<[string, Play, string]>([
  [
    'nobody had to approve',
    { seed: unprotected, given: { protections: 'none' } },
    'the gate of production was real: nobody had to approve',
  ],
  [
    'nothing was asked',
    { seed: unprotected, given: { protections: 'none', proposal: 'none', requires: '' } },
    'production is there and not frozen; nobody approved, and nothing else was asked for',
  ],
  [
    'an administrator went past the reviewers, as allowed',
    { seed: run({}), given: { 'allow-bypass': 'true' } },
    'the gate of production opened, and nobody approved; let pass: production requires grace, and nobody approved this run: its rules were bypassed',
  ],
])('what it says is what was so: %s', async (_what, order, reason) => {
  expect(await play(order)).toMatchObject({ result: 'success', reason });
});

test('an exception is kept for the audit', async () => {
  const result = await play({ seed: run({}), given: { 'allow-bypass': 'true' } });

  expect(result).toMatchObject({
    decided: {
      audit: { approvedBy: '', exceptions: [expect.stringContaining('its rules were bypassed')] },
    },
  });
});

test('a team: only who may see it can say who belongs to it', async () => {
  const given = { approvers: 'acme/releasers' };
  const seen = (members: string[]) => (gate: Gate) =>
    gate.github.plant({ teams: [{ org: 'acme', slug: 'releasers', members }] });

  expect(await play({ given, meanwhile: seen(['Grace']) })).toMatchObject({ result: 'success' });
  expect(await play({ given, meanwhile: seen(['linus']) })).toMatchObject({
    result: 'failure',
    reason: 'grace approved, and none of acme/releasers',
  });
  expect(await play({ given })).toMatchObject({
    result: 'inconclusive',
    reason: expect.stringContaining('give github-token of an App'),
  });
});
