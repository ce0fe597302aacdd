import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jobOf, stepOf } from '../../sandbox/act/workflow-run.ts';
import { Wiring, built, endsOf, inputsOf, promoted, ranOf, refusedOf } from './support/wiring.ts';
import type { Ends, Play, Played } from './support/wiring.ts';

/** The examples that build: what is handed on, and what stops where. */
let wiring: Wiring;
beforeAll(async () => {
  wiring = await Wiring.open({ real: ['plan-release'] });
});
afterAll(() => wiring[Symbol.asyncDispose]());

const toMain = { name: 'push', payload: { ref: 'refs/heads/main' } };

const shop = {
  '.github/slipway.yml': 'environments: { staging: { branches: [main] } }\n',
  'app/go.mod': 'module shop\n\ngo 1.22\n',
  'app/main.go': 'package main\n\nvar builtVersion = "none"\n\nfunc main() { println(builtVersion) }\n',
};

/** Where backups go. */
const store = {
  BACKUPS: 's3://backups/production',
  BACKUP_ENDPOINT: 'https://storage.example.org',
  BACKUP_REGION: 'eu-central-1',
  BACKUP_RECIPIENT: 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj',
};

const buildAndRelease = (ends: Ends, files: Readonly<Record<string, string>> = shop): Promise<Played> =>
  wiring.play('build-and-release.yml', {
    event: toMain,
    ends,
    files,
    variables: { IMAGES: 'ghcr.io/acme', ...store },
    secrets: { BACKUP_KEY_ID: 'an-id', BACKUP_KEY: 'a-key' },
  });

const release = ['backup', 'promote', 'deploy', 'smoke', 'rollback'];

test.concurrent('build and release: one digest goes to staging, and what promote says of it to production', async () => {
  const run = await buildAndRelease({});

  expect(endsOf(run)).toEqual({ build: 'success', staging: 'success', production: 'success' });
  const [build, staging, production] = [jobOf(run, 'build'), jobOf(run, 'staging'), jobOf(run, 'production')];
  const { tags, version, images } = inputsOf(build, 'build');
  expect({ tags, images }).toEqual({
    tags: `staging-${run.runId}\nsha-${run.commit}`,
    images: 'ghcr.io/acme/shop-staging',
  });
  expect(inputsOf(staging, 'deploy')).toMatchObject({
    images: expect.stringMatching(`^image=ghcr.io/acme/shop-staging:sha-[0-9a-f]{40}@${built}$`),
  });
  expect(inputsOf(staging, 'smoke')['identity']).toContain(`equals: '${version}'`);
  expect(inputsOf(production, 'promote')).toMatchObject({
    source: `ghcr.io/acme/shop-staging@${built}`,
    destinations: 'ghcr.io/acme/shop',
    require: 'verified-in:staging',
  });
  expect(inputsOf(production, 'deploy')).toMatchObject({
    images: expect.stringMatching(`^image=ghcr.io/acme/shop:sha-[0-9a-f]{40}@${promoted}$`),
  });
  expect(ranOf(production, release)).toEqual(['backup', 'promote', 'deploy', 'smoke']);
  expect(await refusedOf(run)).toEqual([]);
});

test.concurrent.each<[string, Ends, object]>([
  [
    'the build fails',
    { 'build-push': 'failure' },
    { build: 'failure', staging: 'skipped', production: 'skipped' },
  ],
  ['staging is wrong', { 'smoke-test': 'failure' }, { staging: 'failure', production: 'skipped' }],
  ['staging is unknown', { 'deploy-helm': 'inconclusive' }, { staging: 'failure', production: 'skipped' }],
  ['promote refuses', { promote: 'failure' }, { staging: 'success', production: 'failure' }],
  ['the backup is not proven', { 'backup-db': 'failure' }, { staging: 'success', production: 'failure' }],
])('build and release: %s', async (_what, ends, expected) => {
  const run = await buildAndRelease(ends);

  expect(endsOf(run)).toMatchObject(expected);
  expect(ranOf(jobOf(run, 'production'), release)).toEqual(
    'promote' in ends ? ['backup', 'promote'] : 'backup-db' in ends ? ['backup'] : [],
  );
});

test.concurrent('build and release: what does not compile is never built into an image', async () => {
  const run = await buildAndRelease(
    {},
    { ...shop, 'app/main.go': 'package main\n\nfunc main() { nothing() }\n' },
  );

  expect(endsOf(run)).toEqual({ build: 'failure', staging: 'skipped', production: 'skipped' });
  expect(stepOf(jobOf(run, 'build'), 'build').result).toBe('skipped');
});

const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';

const forEks = (more: Partial<Play>): Promise<Played> =>
  wiring.play('build-for-eks.yml', {
    event: toMain,
    files: { Makefile: 'coverage scanner:\n\t@echo $@ here\n' },
    variables: { REGISTRY: registry, AWS_ROLE: 'arn:aws:iam::123456789012:role/wms' },
    ...more,
  });

test.concurrent('EKS: analysis, coverage, scanner, image, attestation of its digest', async () => {
  const run = await forEks({});

  expect(endsOf(run)).toEqual({ analyse: 'success', build: 'success' });
  const build = jobOf(run, 'build');
  expect(inputsOf(build, 'build')).toMatchObject({
    images: `${registry}/wms`,
    tags: 'sha-{sha}\nlatest\n',
    'scan-command': 'trivy image --format sarif --output {sarif} {ref}',
    registries: `- { registry: '${registry}', ecr: true }\n`,
  });
  expect(stepOf(build, 'build').log).toContain('in eu-west-1 as somebody');
  const order = build.steps.filter(({ log }) => log.length > 0).map(({ name }) => name.split('@')[0]);
  expect(order.slice(-4)).toEqual([
    'Run aws-actions/configure-aws-credentials',
    'the scanner',
    'Run OWNER/slipway/actions/build-push',
    'Run actions/attest',
  ]);
  expect(build.steps.at(-1)?.log.join('\n')).toContain(
    JSON.stringify({ subject: { name: `${registry}/wms`, digest: built }, mode: 'provenance' }),
  );
  expect(await refusedOf(run)).toEqual([]);
});

test.concurrent.each<[string, Partial<Play>]>([
  ['the analysis breaks down', { environment: { SLIPWAY_CODEQL: 'broken' } }],
  ['coverage is too low', { files: { Makefile: 'coverage:\n\t@exit 1\n' } }],
])('EKS: %s, and nothing is built', async (_what, more) => {
  expect(endsOf(await forEks(more))).toEqual({ analyse: 'failure', build: 'skipped' });
});

test.concurrent('EKS: an image that is refused is not attested', async () => {
  const run = await forEks({ ends: { 'build-push': 'failure' } });

  expect(jobOf(run, 'build')).toMatchObject({ result: 'failure' });
  expect(jobOf(run, 'build').steps.at(-1)).toMatchObject({ result: 'skipped' });
});
