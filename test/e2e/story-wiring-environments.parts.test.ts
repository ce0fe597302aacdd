import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workTree } from '../../sandbox/act/published.ts';
import { jobOf } from '../../sandbox/act/workflow-run.ts';
import { Wiring, built, endsOf, inputsOf, promoted, proposalOf, ranOf, refusedOf } from './support/wiring.ts';
import type { Ends, Played } from './support/wiring.ts';

/** four-environments.yml with the real plan-release: which ref leads to what, and what stops where. */
let wiring: Wiring;
beforeAll(async () => {
  wiring = await Wiring.open({ real: ['plan-release'] });
});
afterAll(() => wiring[Symbol.asyncDispose]());

const image = 'ghcr.io/acme/school';
const proposal = proposalOf('prod', promoted);

/** The file that the example's head tells its reader to write. */
const [slipwayFile = ''] =
  /environments:\n(?:  .+\n)+/.exec(
    readFileSync(join(workTree, 'workflows-examples', 'four-environments.yml'), 'utf8').replaceAll(
      /^# {5}/gm,
      '',
    ),
  ) ?? [];

const push = (ref: string, ends: Ends = {}, slipway = slipwayFile): Promise<Played> =>
  wiring.play('four-environments.yml', {
    event: { name: 'push', payload: { ref } },
    ends,
    files: { '.github/slipway.yml': slipway, Makefile: 'scanner:\n\t@echo $@ here\n' },
    variables: { IMAGE: image },
    says: { 'approval-gate': { proposal } },
  });

const steps = (run: Played): string[] =>
  ranOf(jobOf(run, 'release'), ['gate', 'promote', 'deploy', 'smoke', 'rollback']);

/** `sha-<commit>` is preprod's alone: it is where prod looks for what preprod had. */
test.concurrent.each([
  ['refs/heads/develop', 'dev', 'dev-{run_id}\nlatest-dev'],
  ['refs/heads/release/1.4', 'homolog', 'homolog-{run_id}'],
  ['refs/heads/homolog', 'homolog', 'homolog-{run_id}'],
  ['refs/heads/main', 'preprod', 'preprod-{run_id}\nsha-{sha}'],
  ['refs/tags/preprod/2026-01', 'preprod', 'preprod-{run_id}\nsha-{sha}'],
])('%s: what was built for %s runs there', async (ref, environment, tags) => {
  const run = await push(ref);

  expect(endsOf(run)).toEqual({
    plan: 'success',
    build: 'success',
    propose: 'skipped',
    release: 'success',
  });
  expect(inputsOf(jobOf(run, 'build'), 'build')).toMatchObject({
    images: image,
    tags: tags.replace('{run_id}', String(run.runId)).replace('{sha}', run.commit),
    version: expect.stringContaining(`-${environment}.${run.runId}`),
    reuse: 'same-source',
    'scan-command': 'trivy image --format sarif --output {sarif} {ref}',
    sign: 'true',
  });
  expect(steps(run)).toEqual(['deploy', 'smoke']);
  expect(inputsOf(jobOf(run, 'release'), 'deploy')).toMatchObject({
    environment,
    namespace: `school-${environment}`,
    'values-files': `deploy/values-${environment}.yaml`,
    images: `image=${image}:${environment}-${run.runId}@${built}`,
    expects: 'smoke-test',
  });
  expect(await refusedOf(run)).toEqual([]);
});

test.concurrent('a version tag builds nothing: prod gets what preprod has proven of this very commit', async () => {
  const run = await push('refs/tags/v1.4.2');

  expect(endsOf(run)).toEqual({
    plan: 'success',
    build: 'skipped',
    propose: 'success',
    release: 'success',
  });
  expect(steps(run)).toEqual(['gate', 'promote', 'deploy', 'smoke']);
  const propose = jobOf(run, 'propose');
  expect(inputsOf(propose, 'found')).toMatchObject({
    source: `${image}:sha-${run.commit}`,
    'dry-run': 'true',
  });
  expect(inputsOf(propose, 'gate')).toMatchObject({
    mode: 'propose',
    environment: 'prod',
    images: `image=${image}@${promoted}`,
  });
  expect(inputsOf(jobOf(run, 'release'), 'gate')).toMatchObject({
    mode: 'verify',
    environment: 'prod',
    proposal,
  });
  const release = jobOf(run, 'release');
  expect(inputsOf(release, 'promote')).toMatchObject({
    source: `${image}:sha-${run.commit}`,
    destinations: image,
    tags: `v1.4.2\nprod-${run.runId}\nsha-${run.commit}`,
    require: 'signature\nscan\nverified-in:preprod\n',
  });
  expect(inputsOf(release, 'deploy')).toMatchObject({
    environment: 'prod',
    namespace: 'school-prod',
    proposal,
    images: `image=${image}:v1.4.2@${promoted}`,
  });
  expect(await refusedOf(run)).toEqual([]);
});

test.concurrent.each(['refs/heads/feature/cart', 'refs/tags/v1.5.0-rc.1', 'refs/tags/v1.4'])(
  '%s releases nothing, and that is no failure',
  async (ref) => {
    const run = await push(ref);

    expect(endsOf(run)).toEqual({
      plan: 'success',
      build: 'skipped',
      propose: 'skipped',
      release: 'skipped',
    });
    expect(run.result).toBe('success');
  },
);

test.concurrent('a file with a fault: nothing is built, nothing released', async () => {
  const run = await push('refs/heads/develop', {}, 'environment: {}\n');

  expect(endsOf(run)).toEqual({
    plan: 'failure',
    build: 'skipped',
    propose: 'skipped',
    release: 'skipped',
  });
});

test.concurrent.each<[string, string, Ends, string[]]>([
  ['the build fails', 'refs/heads/main', { 'build-push': 'failure' }, []],
  ['preprod has not proven it', 'refs/tags/v1.4.2', { promote: 'failure' }, []],
  ['nobody could tell what preprod has proven', 'refs/tags/v1.4.2', { promote: 'inconclusive' }, []],
  ['nothing could be proposed', 'refs/tags/v1.4.2', { 'approval-gate': 'failure' }, []],
  ['deploy-helm has undone what failed', 'refs/heads/main', { 'deploy-helm': 'failure' }, ['deploy']],
  ['wrong answers', 'refs/heads/develop', { 'smoke-test': 'failure' }, ['deploy', 'smoke', 'rollback']],
  [
    'wrong answers in prod',
    'refs/tags/v1.4.2',
    { 'smoke-test': 'failure' },
    ['gate', 'promote', 'deploy', 'smoke', 'rollback'],
  ],
  [
    'nobody could tell how it answers',
    'refs/heads/main',
    { 'smoke-test': 'inconclusive' },
    ['deploy', 'smoke'],
  ],
])('%s: nothing runs after that', async (_what, ref, ends, ran) => {
  const run = await push(ref, ends);

  expect(run.result).toBe('failure');
  expect(steps(run)).toEqual(ran);
  expect(jobOf(run, 'release').result).toBe(ran.length === 0 ? 'skipped' : 'failure');
});

test.concurrent('rollback is told where from and why', async () => {
  const run = await push('refs/heads/develop', { 'smoke-test': 'failure' });

  expect(inputsOf(jobOf(run, 'release'), 'rollback')).toMatchObject({
    namespace: 'school-dev',
    from: 'school-dev/school#7',
    reason: 'smoke-test says failure',
    environment: 'dev',
  });
  expect(Object.keys(run.artifacts)).toEqual(['release-record']);
  expect(await refusedOf(run)).toEqual([]);
});
