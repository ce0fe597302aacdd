import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { jobOf, stepOf } from '../../sandbox/act/workflow-run.ts';
import { startGitHub } from '../../sandbox/github/server.ts';
import type { GitHub } from '../../sandbox/github/server.ts';
import { Wiring, endsOf, inputsOf, ranOf, refusedOf } from './support/wiring.ts';
import type { Played } from './support/wiring.ts';

/** approve-in-an-issue.yml with the real approval-gate: asked in one run, decided by a comment in another. */
let wiring: Wiring;
let github: GitHub;
beforeAll(async () => {
  [wiring, github] = await Promise.all([Wiring.open({ real: ['approval-gate'] }), startGitHub()]);
});
afterAll(async () => {
  expect(github.violations).toEqual([]);
  await Promise.all([wiring[Symbol.asyncDispose](), github.close()]);
});

const digest = `sha256:${'a'.repeat(64)}`;
const verified = {
  state: 'success',
  description: 'shop-staging/shop#6 verified sha256:aaaaaaaaaaaa',
} as const;
const files = { 'deploy/values-production.yaml': 'replicas: 3\n' };

/** A repository of its own, in which ada asks for an image that staging has proven. */
async function asked(name: string): Promise<Played> {
  github.plant({
    repositories: [
      {
        name,
        deployments: [{ ref: 'main', environment: 'staging', statuses: [verified] }],
        runs: Array.from({ length: 20 }, (_, at) => ({ id: at + 1, actor: 'ada' })),
        permissions: { grace: 'maintain', linus: 'write' },
      },
    ],
  });
  return wiring.play('approve-in-an-issue.yml', {
    event: {
      name: 'workflow_dispatch',
      payload: { inputs: { image: `ghcr.io/acme/shop:1.4.2@${digest}` } },
    },
    files,
    github: { GITHUB_REPOSITORY: name, GITHUB_API_URL: github.url },
  });
}

const said = (name: string, ask: Played, login: string, body: string): Promise<Played> =>
  wiring.play('approve-in-an-issue.yml', {
    after: ask,
    event: {
      name: 'issue_comment',
      payload: {
        action: 'created',
        issue: { number: 1, labels: [{ name: 'slipway-approval' }] },
        comment: { body, user: { login, type: 'User' } },
      },
    },
    files,
    github: { GITHUB_REPOSITORY: name, GITHUB_API_URL: github.url },
  });

const steps = ['deploy', 'smoke', 'rollback'];

test('asked, then approved: production gets what was asked for, and the record who let it out', async () => {
  const ask = await asked('acme/approved');
  expect(endsOf(ask)).toEqual({ ask: 'success', decide: 'skipped', production: 'skipped' });
  expect(github.repository('acme/approved')?.issues).toMatchObject([{ state: 'open' }]);

  const run = await said('acme/approved', ask, 'grace', '/approve go');

  expect(endsOf(run)).toEqual({ ask: 'skipped', decide: 'success', production: 'success' });
  const production = jobOf(run, 'production');
  expect(ranOf(production, steps)).toEqual(['deploy', 'smoke']);
  // What was merged since is newer, and is not what was approved.
  expect(run.commit).not.toBe(ask.commit);
  expect(stepOf(production, '0').log.join('\n')).toContain(`${ask.commit} is checked out`);
  expect(stepOf(jobOf(run, 'decide'), 'gate').outputs).toMatchObject({
    decision: 'open',
    'approved-by': 'grace',
  });
  const { proposal = '', images, approval } = inputsOf(production, 'deploy');
  expect(JSON.parse(proposal)).toMatchObject({ images: { image: digest }, commit: ask.commit });
  expect({ images, approval }).toEqual({
    images: `image=ghcr.io/acme/shop@${digest}`,
    approval: 'decided/gate-decision.jsonl',
  });
  expect(await refusedOf(run)).toEqual([]);
});

test.each<[string, string, string, object]>([
  ['a rejection', 'grace', '/reject', { ask: 'skipped', decide: 'success', production: 'skipped' }],
  [
    'an approval of who may not',
    'linus',
    '/approve',
    { ask: 'skipped', decide: 'failure', production: 'skipped' },
  ],
])('%s deploys nothing', async (what, who, comment, ends) => {
  const name = `acme/${what.replaceAll(' ', '-')}`;
  const ask = await asked(name);

  expect(endsOf(await said(name, ask, who, comment))).toEqual(ends);
});

test('talk starts no job at all', async () => {
  const ask = await asked('acme/talk');

  await expect(said('acme/talk', ask, 'grace', 'nice')).rejects.toThrow('act ran no job');
});
