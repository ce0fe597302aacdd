import { expect, test } from '@jest/globals';
import { issuesOf, said, waiting } from './asking.ts';
import { Gate, head, image } from './gate.ts';

const hour = 3_600_000;
const frozen =
  'environments: { production: { freeze: { from: 2020-01-01, until: 2100-01-01, why: the sale } } }';

function somethingElseIsDeployed(gate: Gate): void {
  const statuses = [{ state: 'success' as const, description: 'shop-production/shop#42 verified' }];
  gate.github.plant({
    repositories: [
      { name: 'acme/shop', deployments: [{ ref: head, sha: head, environment: 'production', statuses }] },
    ],
  });
}

test.each<[string, (gate: Gate) => void, number, string, 'open' | 'closed']>([
  ['it expired', () => undefined, 25 * hour, 'the proposal expired at', 'closed'],
  ['the target drifted', somethingElseIsDeployed, 0, 'shop-production/shop#42', 'open'],
  [
    'a freeze holds',
    (gate) =>
      gate.github.plant({ repositories: [{ name: 'acme/shop', files: { '.github/slipway.yml': frozen } }] }),
    0,
    'the sale',
    'open',
  ],
])('%s: an approval does not open it, and is answered', async (_what, meanwhile, later, why, state) => {
  let passed = 0;
  await using gate = await waiting({}, () => Date.now() + passed);
  meanwhile(gate);
  passed = later;

  expect(await said(gate, 'grace', '/approve')).toMatchObject({
    result: 'failure',
    reason: expect.stringContaining(why),
    decided: { audit: { decision: 'shut', approvedBy: '', why: [expect.stringContaining(why)] } },
  });
  expect(issuesOf(gate)[0]).toMatchObject({
    state,
    comments: [{ body: expect.stringContaining(why) }],
  });
});

test('a bot approves nothing, and is not answered', async () => {
  await using gate = await waiting();
  const comment = { body: '/approve', user: { login: 'grace', type: 'Bot' } };
  await gate.comments('grace', '/approve', { comment });

  expect(await gate.run({ mode: 'issue', environment: 'production', issue: '1' })).toMatchObject({
    result: 'skipped',
    decided: undefined,
  });
  expect(issuesOf(gate)[0]).toMatchObject({ state: 'open', comments: [] });
});

test('the line for the auditor says who rejected it, and why', async () => {
  await using gate = await waiting();

  expect(await said(gate, 'linus', '/reject not today')).toMatchObject({
    decided: { audit: { decision: 'shut', approvedBy: '', why: ['linus rejected it: not today'] } },
  });
});

test('GitHub does not know who says it: a reason, and another may decide', async () => {
  await using gate = await waiting();
  gate.github.fail({
    operation: 'repos/get-collaborator-permission-level',
    fault: { kind: 'status', status: 404 },
    times: 0,
  });

  expect(await said(gate, 'grace', '/approve')).toMatchObject({
    result: 'inconclusive',
    reason: expect.stringMatching(/^what grace may do here could not be learnt: .*404 Not Found/),
  });
  expect(issuesOf(gate)[0]).toMatchObject({ state: 'open' });
});

test('issues are switched off: nobody can be asked, and the reason says what is missing', async () => {
  await using gate = await Gate.open();
  gate.github.fail({ operation: 'issues/create', fault: { kind: 'status', status: 410 }, times: 0 });

  await expect(
    gate.run({
      mode: 'issue',
      environment: 'production',
      images: image,
    }),
  ).rejects.toThrow(/GitHub does not let the issue be used: 410/);
});
