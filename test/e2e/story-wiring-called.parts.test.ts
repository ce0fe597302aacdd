import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jobOf, stepOf } from '../../sandbox/act/workflow-run.ts';
import { Wiring, endsOf, inputsOf, proposalOf, ranOf, refusedOf } from './support/wiring.ts';
import type { Ends, Played } from './support/wiring.ts';

/** release.yml, as release-callers.yml calls it: once without a gate, once with one and a database. */
let wiring: Wiring;
beforeAll(async () => {
  wiring = await Wiring.open();
});
afterAll(() => wiring[Symbol.asyncDispose]());

const digest = `sha256:${'a'.repeat(64)}`;
const image = `ghcr.io/acme/shop:1.4.2@${digest}`;
const proposal = proposalOf('production', digest);

const ship = (ends: Ends = {}): Promise<Played> =>
  wiring.play('release-callers.yml', {
    event: { name: 'workflow_dispatch', payload: { inputs: { image } } },
    ends,
    variables: { BACKUP_RECIPIENT: 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj' },
    secrets: { BACKUP_KEY_ID: 'an-id', BACKUP_KEY: 'a-key' },
    says: { 'approval-gate': { proposal, audit: '' }, 'deploy-helm': { report: '/told/deploy-helm.json' } },
  });

const steps = ['gate', 'backup', 'deploy', 'smoke', 'rollback'];

test.concurrent('staging without a gate, then production with one: each gets what it was given', async () => {
  const run = await ship();

  expect(endsOf(run)).toEqual({
    'staging/propose': 'success',
    'staging/release': 'success',
    'production/propose': 'success',
    'production/release': 'success',
  });
  const [staging, production] = [jobOf(run, 'staging/release'), jobOf(run, 'production/release')];
  expect(ranOf(staging, steps)).toEqual(['gate', 'deploy', 'smoke']);
  expect(ranOf(production, steps)).toEqual(['gate', 'backup', 'deploy', 'smoke']);

  expect(inputsOf(staging, 'gate')).toMatchObject({
    environment: 'staging',
    protections: 'none',
    requires: '',
  });
  expect(inputsOf(production, 'gate')).toMatchObject({
    mode: 'verify',
    environment: 'production',
    proposal,
    protections: 'reviewers\nno-self-review\n',
    requires: 'staging',
  });
  const propose = jobOf(run, 'production/propose');
  expect(inputsOf(propose, 'gate')).toMatchObject({
    mode: 'propose',
    environment: 'production',
    images: `image=${image}`,
    'values-files': 'deploy/values-production.yaml',
    record: 'proven/*.json',
    reports: '/told/deploy-helm.json',
  });
  // What is shown as the change is what would be done.
  const { 'dry-run': dry, ...shown } = inputsOf(propose, 'preview');
  expect(dry).toBe('true');
  expect(inputsOf(production, 'deploy')).toMatchObject({ ...shown, proposal });
  expect(ranOf(jobOf(run, 'staging/propose'), ['preview', 'gate'])).toEqual(['gate']);
  expect(inputsOf(production, 'deploy')).toMatchObject({
    images: `image=${image}`,
    namespace: 'shop-production',
    proposal,
    expects: 'smoke-test',
    environment: 'production',
    'environment-url': 'https://shop.example.com',
  });
  expect(await refusedOf(run)).toEqual([]);
});

test.concurrent('one database is backed up, compared when the release is proven, and before a way back', async () => {
  const run = await ship({ 'smoke-test': 'success' });
  const production = jobOf(run, 'production/release');

  const kubernetes = { namespace: 'shop-production', selector: 'app=shop-database' };
  const { kubernetes: pod = '', ...backup } = inputsOf(production, 'backup');
  expect(backup).toMatchObject({ engine: 'postgresql', database: 'shop', verify: 'restored' });
  expect(JSON.parse(pod)).toEqual(kubernetes);
  expect(JSON.parse(inputsOf(production, 'smoke')['database'] ?? '')).toEqual({
    engine: 'postgresql',
    kubernetes,
    database: 'shop',
  });
  expect(inputsOf(jobOf(run, 'staging/release'), 'smoke')['database']).toBe('');
});

test.concurrent.each<[string, Ends, string[]]>([
  ['the gate is shut', { 'approval-gate': 'failure' }, []],
  ['deploy-helm has undone what failed', { 'deploy-helm': 'failure' }, ['gate', 'deploy']],
  ['wrong answers', { 'smoke-test': 'failure' }, ['gate', 'deploy', 'smoke', 'rollback']],
  ['nobody could tell how it answers', { 'smoke-test': 'inconclusive' }, ['gate', 'deploy', 'smoke']],
])('%s in staging: nothing runs after that, and production is never reached', async (_what, ends, ran) => {
  const run = await ship(ends);

  expect(run.result).toBe('failure');
  expect(ranOf(jobOf(run, 'staging/release'), steps)).toEqual(ran);
  expect(endsOf(run)).toMatchObject({ 'production/propose': 'skipped', 'production/release': 'skipped' });
});

test.concurrent('a backup that is not proven: production keeps what it runs', async () => {
  const run = await ship({ 'backup-db': 'failure' });

  expect(ranOf(jobOf(run, 'production/release'), steps)).toEqual(['gate', 'backup']);
  expect(run.result).toBe('failure');
});

test.concurrent('the way back is told where from and why, and asks the same again', async () => {
  const run = await ship({ 'smoke-test': 'failure' });

  expect(inputsOf(jobOf(run, 'staging/release'), 'rollback')).toMatchObject({
    release: 'shop',
    namespace: 'shop-staging',
    from: 'shop-staging/shop#7',
    reason: 'smoke-test says failure',
    verify: expect.stringContaining('http: /version'),
    environment: 'staging',
  });
  expect(stepOf(jobOf(run, 'staging/release'), 'rollback').result).toBe('success');
  expect(Object.keys(run.artifacts)).toEqual(
    expect.arrayContaining(['proposal-staging', 'release-record-staging']),
  );
});
