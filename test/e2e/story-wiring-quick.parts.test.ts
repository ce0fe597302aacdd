import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jobOf } from '../../sandbox/act/workflow-run.ts';
import { Wiring, built, endsOf, inputsOf, proposalOf, ranOf, refusedOf } from './support/wiring.ts';
import type { Ends, Played } from './support/wiring.ts';

/** staging-quick.yml with the real plan-release: one image and one chart, by digest, to staging and then to production. */
let wiring: Wiring;
beforeAll(async () => {
  wiring = await Wiring.open({ real: ['plan-release'] });
});
afterAll(() => wiring[Symbol.asyncDispose]());

const chart = `sha256:${'c'.repeat(64)}`;
const team = {
  '.github/slipway.yml': 'environments: { staging: { branches: [main] }, production: {} }\n',
  Makefile: 'test:\n\t@echo tested\n',
};

const push = (ends: Ends = {}, files: Readonly<Record<string, string>> = team): Promise<Played> =>
  wiring.play('staging-quick.yml', {
    event: { name: 'push', payload: { ref: 'refs/heads/main' } },
    ends,
    files,
    variables: {
      HARBOR: 'harbor.example.com',
      HARBOR_ROBOT: 'robot$ci',
      BACKUPS: 's3://backups/crm',
      BACKUP_ENDPOINT: 'https://storage.example.org',
      BACKUP_RECIPIENT: 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj',
    },
    secrets: {
      HARBOR_TOKEN: 'a-robots',
      CHART_USERNAME: 'a-reader',
      CHART_PASSWORD: 'a-word',
      BACKUP_KEY_ID: 'some-id',
      BACKUP_KEY: 'some-key',
    },
    says: {
      'publish-chart': { digest: chart },
      'approval-gate': { proposal: proposalOf('production', built) },
    },
  });

const steps = ['gate', 'backup', 'deploy', 'smoke', 'rollback'];

test.concurrent('staging and production get one image and one chart by their digests', async () => {
  const run = await push();

  expect(endsOf(run)).toEqual({
    build: 'success',
    'staging/propose': 'success',
    'staging/release': 'success',
    'production/propose': 'success',
    'production/release': 'success',
  });
  const { version } = inputsOf(jobOf(run, 'build'), 'image');
  expect(inputsOf(jobOf(run, 'build'), 'chart')).toMatchObject({
    version,
    'app-version': version,
    destination: 'oci://harbor.example.com/charts',
  });
  for (const environment of ['staging', 'production']) {
    const release = jobOf(run, `${environment}/release`);
    expect(inputsOf(release, 'deploy')).toMatchObject({
      chart: `oci://harbor.example.com/charts/crm@${chart}`,
      images: expect.stringMatching(`^image=harbor.example.com/crm/crm:sha-[0-9a-f]{40}@${built}$`),
      'values-files': `deploy/values-${environment}.yaml`,
      namespace: `crm-${environment}`,
    });
    expect(inputsOf(jobOf(run, `${environment}/propose`), 'gate')).toMatchObject({
      chart: `oci://harbor.example.com/charts/crm@${chart}`,
    });
    expect(inputsOf(release, 'smoke')['identity']).toContain(`equals: '${version}'`);
  }
  expect(ranOf(jobOf(run, 'staging/release'), steps)).toEqual(['gate', 'deploy', 'smoke']);
  expect(ranOf(jobOf(run, 'production/release'), steps)).toEqual(['gate', 'backup', 'deploy', 'smoke']);
  expect(await refusedOf(run)).toEqual([]);
});

test.concurrent('what its own tests refuse is never built', async () => {
  const run = await push({}, { ...team, Makefile: 'test:\n\t@exit 1\n' });

  expect(ranOf(jobOf(run, 'build'), ['image', 'chart'])).toEqual([]);
  expect(endsOf(run)).toMatchObject({ build: 'failure', 'staging/propose': 'skipped' });
});

test.concurrent.each<[string, Ends, object]>([
  [
    'the chart is another under this version',
    { 'publish-chart': 'failure' },
    { build: 'failure', 'staging/release': 'skipped' },
  ],
  [
    'staging answers wrongly',
    { 'smoke-test': 'failure' },
    { 'staging/release': 'failure', 'production/propose': 'skipped' },
  ],
  [
    'the backup is not proven',
    { 'backup-db': 'failure' },
    { 'staging/release': 'success', 'production/release': 'failure' },
  ],
])('%s: nothing goes on', async (_what, ends, expected) => {
  expect(endsOf(await push(ends))).toMatchObject(expected);
});
