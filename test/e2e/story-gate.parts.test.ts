import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAuditLine } from '../../lib/domain/gate/audit.ts';
import { jobOf, stepOf } from '../../sandbox/act/workflow-run.ts';
import type { RepositorySeed } from '../../sandbox/github/seed.ts';
import { startGitHub } from '../../sandbox/github/server.ts';
import type { GitHub } from '../../sandbox/github/server.ts';
import { Wiring, inputsOf, ranOf } from './support/wiring.ts';
import type { Played } from './support/wiring.ts';

/** release.yml with the real approval-gate and a GitHub that keeps the rules: the gate lets through only what should be. */
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
const image = `ghcr.io/acme/shop:1.4.2@${digest}`;
const verified = {
  state: 'success',
  description: 'shop-staging/shop#6 verified sha256:aaaaaaaaaaaa',
} as const;
const approved = { environments: ['production'], state: 'approved', user: 'grace', comment: 'go' } as const;

const production = { name: 'production', reviewers: ['grace', 'linus'], preventSelfReview: true };

/** All is as it should be, but for what `seed` says. */
async function ship(runId: number, seed: Partial<RepositorySeed>, approvals = [approved]): Promise<Played> {
  const name = `acme/shop-${runId}`;
  github.plant({
    repositories: [
      {
        name,
        environments: [{ name: 'staging' }, production],
        deployments: [{ ref: 'main', environment: 'staging', statuses: [verified] }],
        runs: [{ id: runId, actor: 'ada' }],
        ...seed,
      },
    ],
  });
  const decided = approvals.map((one) => ({ ...one, environments: [...one.environments] }));
  const runs = [{ id: runId, actor: 'ada', approvals: decided }];
  using _people = onceProposed(name, () => github.plant({ repositories: [{ name, runs }] }));
  const run = await wiring.play('release-callers.yml', {
    event: { name: 'workflow_dispatch', payload: { inputs: { image } } },
    files: {
      'deploy/values-staging.yaml': 'replicas: 1\n',
      'deploy/values-production.yaml': 'replicas: 3\n',
    },
    variables: { BACKUP_RECIPIENT: 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj' },
    secrets: { BACKUP_KEY_ID: 'an-id', BACKUP_KEY: 'a-key' },
    github: { GITHUB_REPOSITORY: name, GITHUB_API_URL: github.url },
  });
  expect(run.runId).toBe(runId);
  return run;
}

/** People decide once production was proposed: what stood in GitHub's list before is of an earlier attempt. */
function onceProposed(name: string, decide: () => void): Disposable {
  const asked = (what: string): number =>
    github.recorded.filter(({ path }) => path.startsWith(`/repos/${name}/`) && path.includes(what)).length;
  const waiting = setInterval(() => {
    // Every step of the gate asks for its environment and for what was decided.
    if (asked('/environments/production') === 0 || asked('/approvals') < asked('/environments/')) return;
    clearInterval(waiting);
    decide();
  }, 5);
  return { [Symbol.dispose]: () => clearInterval(waiting) };
}

const steps = ['gate', 'backup', 'deploy', 'smoke'];

test('approved by somebody else, proven in staging: it opens, and deploy-helm gets what was approved', async () => {
  const run = await ship(1, {});

  expect(run.result).toBe('success');
  const release = jobOf(run, 'production/release');
  expect(ranOf(release, steps)).toEqual(steps);
  const { summary } = stepOf(jobOf(run, 'production/propose'), 'gate');
  expect(summary).toContain('production');
  expect(summary).toContain('grace');
  // How staging proved it, a job before in the same run.
  expect(summary).toContain('✅ smoke-test');
  const { outputs } = stepOf(release, 'gate');
  expect(outputs).toMatchObject({ decision: 'open', 'approved-by': 'grace', comment: 'go' });
  const proposal = JSON.parse(inputsOf(release, 'deploy')['proposal'] ?? '') as object;
  expect(proposal).toMatchObject({
    environment: 'production',
    images: { image: digest },
    commit: run.commit,
  });
  expect(proposal).toEqual(
    JSON.parse(stepOf(jobOf(run, 'production/propose'), 'gate').outputs['proposal'] ?? ''),
  );

  const kept = run.artifacts['gate-decision-production'] ?? '';
  const [file = ''] = await readdir(kept);
  const line = parseAuditLine(await readFile(join(kept, file), 'utf8'));
  expect(line).toMatchObject({
    environment: 'production',
    approvedBy: 'grace',
    proposal: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  // The same file goes into the record of the release.
  expect(inputsOf(release, 'deploy')['approval']).toBe(outputs['audit']);
});

test.each<[string, number, Partial<RepositorySeed>, (typeof approved)[], RegExp]>([
  ['nobody ever made the environment', 2, { environments: [{ name: 'staging' }] }, [], /production/],
  [
    'it has no reviewers',
    3,
    { environments: [{ name: 'staging' }, { name: 'production' }] },
    [],
    /reviewers/,
  ],
  ['an administrator went past them', 4, {}, [], /approv/],
  ['staging has not proven this image', 5, { deployments: [] }, [approved], /staging/],
])('%s: shut, and production keeps what it runs', async (_what, runId, seed, approvals, why) => {
  const run = await ship(runId, seed, approvals);

  expect(jobOf(run, 'staging/release').result).toBe('success');
  const release = jobOf(run, 'production/release');
  expect(ranOf(release, steps)).toEqual(['gate']);
  expect(stepOf(release, 'gate').outputs).toMatchObject({
    decision: 'shut',
    reason: expect.stringMatching(why),
  });
});
