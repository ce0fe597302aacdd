import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { githubClient } from '../../../lib/adapters/github/client.ts';
import { githubGate } from '../../../lib/adapters/github/gate.ts';
import type { GitHubGate } from '../../../lib/ports/gate.ts';
import { startGitHub } from '../../../sandbox/github/server.ts';
import type { GitHub } from '../../../sandbox/github/server.ts';

let github: GitHub;
beforeEach(async () => {
  github = await startGitHub();
});
afterEach(async () => {
  expect(github.violations).toEqual([]);
  await github.close();
});

const actor = { repository: 'octo/shop', run: '77', attempt: 1, job: '1', actor: 'ada', sha: '', ref: '' };

function gate(): GitHubGate {
  // Waits in no time, and believes that it waited.
  let waited = 0;
  const clock = { now: () => Date.now() + waited, sleep: async (ms: number) => void (waited += ms) };
  const call = githubClient({ apiUrl: github.url, token: 'ghs_x', proxyEnv: {}, clock });
  return githubGate(call, actor);
}

const production = {
  name: 'production',
  reviewers: ['grace'],
  teams: ['releasers'],
  preventSelfReview: true,
  waitMinutes: 5,
  branches: 'custom' as const,
};

test('what protects an environment, in the shape that GitHub publishes', async () => {
  github.plant({ repositories: [{ name: 'octo/shop', environments: [production, { name: 'bare' }] }] });

  expect(await gate().environment('production')).toEqual({
    known: {
      name: 'production',
      reviewers: ['grace', '@releasers'],
      preventsSelfReview: true,
      waits: 5,
      restrictsBranches: true,
    },
  });
  expect(await gate().environment('bare')).toEqual({
    known: { name: 'bare', reviewers: [], preventsSelfReview: false, waits: 0, restrictsBranches: false },
  });
  expect(await gate().environment('prodution')).toEqual({ known: undefined });
});

test('approvals of this environment alone, oldest first', async () => {
  const run = {
    id: 77,
    approvals: [
      { environments: ['staging'], state: 'approved' as const, user: 'linus' },
      { environments: ['Production'], state: 'rejected' as const, user: 'grace', comment: 'not yet' },
      { environments: ['staging', 'production'], state: 'approved' as const, user: 'grace', comment: 'now' },
    ],
  };
  github.plant({ repositories: [{ name: 'octo/shop', environments: [production], runs: [run] }] });

  expect(await gate().approvals('production')).toEqual({
    known: [
      { state: 'rejected', by: 'grace', comment: 'not yet' },
      { state: 'approved', by: 'grace', comment: 'now' },
    ],
  });
});

test('who started the run, and who started it again', async () => {
  const run = { id: 77, actor: 'ada', triggeringActor: 'linus', attempt: 2 };
  github.plant({ repositories: [{ name: 'octo/shop', runs: [run] }] });

  expect(await gate().initiators({ run: '77', attempt: 2 })).toEqual({ known: ['ada', 'linus'] });
  expect(await gate().initiators({ run: '77', attempt: 3 })).toEqual({
    unknown: expect.stringMatching(/404/),
  });
});

test('uploads of this name alone, of all runs', async () => {
  const proposal = (createdAt: string) => ({ name: 'proposal-production', createdAt });
  github.plant({
    repositories: [
      {
        name: 'octo/shop',
        runs: [
          { id: 78, artifacts: [proposal('2026-11-26T09:00:00Z')] },
          { id: 77, artifacts: [proposal('2026-11-26T10:00:00Z')] },
          { id: 79, artifacts: [{ name: 'proposal-staging', createdAt: '2026-11-26T11:00:00Z' }] },
        ],
      },
    ],
  });

  expect(await gate().uploads('proposal-production')).toEqual({
    known: [
      { run: '77', at: Date.parse('2026-11-26T10:00:00Z') },
      { run: '78', at: Date.parse('2026-11-26T09:00:00Z') },
    ],
  });
  expect(await gate().uploads('proposal-preprod')).toEqual({ known: [] });
});

test.each([
  ['GitHub is down', { kind: 'status', status: 503 } as const, /503/],
  ['the token may not', { kind: 'status', status: 403 } as const, /403/],
])('%s: nothing is known, and it says why', async (_what, fault, why) => {
  github.plant({ repositories: [{ name: 'octo/shop', environments: [production], runs: [{ id: 77 }] }] });
  github.fail({ operation: '*', fault, times: 0 });

  const asked = gate();
  for (const answer of [
    await asked.environment('production'),
    await asked.approvals('production'),
    await asked.initiators(actor),
    await asked.uploads('proposal-production'),
  ])
    expect(answer).toEqual({ unknown: expect.stringMatching(why) });
});

test('without a token nothing is known', async () => {
  const asked = githubGate(undefined, actor);
  expect(await asked.environment('production')).toEqual({ unknown: 'there is no github-token' });
  expect(await asked.approvals('production')).toEqual({ unknown: 'there is no github-token' });
});
