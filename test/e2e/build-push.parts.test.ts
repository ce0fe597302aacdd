import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCraneRegistry } from '../../sandbox/images/crane-registry.ts';
import { outputNamesOf } from './support/step.ts';
import { Checkout, openYard } from './support/yard.ts';
import type { YardParts } from './support/yard.ts';

let yard: YardParts;
beforeAll(async () => {
  yard = await openYard();
}, 600_000);
afterAll(() => yard.stop());

test('built, confirmed by the registry, tagged; a re-run changes nothing, another source is refused', async () => {
  await using shop = await Checkout.of(yard, 'built');
  const commit = await shop.shop('RUN echo built > /built');
  const given = { tags: 'sha-{sha}\nlatest-dev', version: '1.4.2' };

  const first = await shop.build(given);

  const digest = first.outputs['digest'] ?? '';
  expect(first).toMatchObject({
    result: 'success',
    exit: 0,
    outputs: {
      built: 'true',
      tag: `sha-${commit}`,
      tags: `sha-${commit}\nlatest-dev`,
      ref: `${shop.image}@${digest}`,
      version: '1.4.2',
      'previous-digest': '',
    },
    post: { exit: 0, log: '' },
  });
  expect(Object.keys(first.outputs).sort()).toEqual(await outputNamesOf('build-push'));
  expect(await shop.at(`sha-${commit}`)).toBe(digest);
  expect(await shop.at('latest-dev')).toBe(digest);
  expect(await shop.labels(digest)).toMatchObject({
    'org.opencontainers.image.revision': commit,
    'org.opencontainers.image.created': '2026-01-02T03:04:05.000Z',
    'org.opencontainers.image.version': '1.4.2',
    'dev.slipway.version': '1.4.2',
    'org.opencontainers.image.source': 'https://github.com/octo/shop',
    'dev.slipway.source-hash': first.outputs['source-hash'],
    'dev.slipway.ref': 'refs/heads/main',
  });
  // No attestation: one image stays one image.
  expect(await shop.manifest(digest)).not.toHaveProperty('manifests');

  const again = await shop.build(given);
  expect(again.outputs).toMatchObject({ built: 'reused', digest });

  // The same commit, and a file that it has not got.
  await writeFile(join(shop.folder, 'app'), 'two');
  const other = await shop.build({ tags: `sha-${commit}` });
  expect(other).toMatchObject({ result: 'failure', exit: 1 });
  expect(other.log).toContain(digest);
  expect(other.log).not.toContain('load build definition');
  expect(await shop.at(`sha-${commit}`)).toBe(digest);
});

test('a floating tag moves and says from where; the same source is built once', async () => {
  await using shop = await Checkout.of(yard, 'floating');
  await shop.shop();
  const given = { tags: 'latest-dev', reuse: 'same-source' };
  const first = await shop.build(given);
  await shop.shop('', 'two');
  const second = await shop.build(given);
  expect(second.outputs).toMatchObject({ built: 'true', 'previous-digest': first.outputs['digest'] });

  await shop.shop('', 'three');
  await shop.shop('', 'two');
  const third = await shop.build(given);
  expect(third.outputs).toMatchObject({ built: 'reused', digest: second.outputs['digest'] });
  expect(third.log).not.toContain('load build definition');
});

const scanner = (score: string): string => `#!/bin/sh
echo "looking at $IMAGE for $IMAGE_PLATFORM"
cat > "$SARIF" <<END
{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"look","rules":[{"id":"CVE-1","properties":{"security-severity":"${score}"}}]}},"results":[{"ruleId":"CVE-1","message":{"text":"old"}}]}]}
END
exit 1
`;

test('every platform is proven and scanned before anything bears a tag, then it is signed and copied', async () => {
  await using shop = await Checkout.of(yard, 'proven');
  await using mirror = await startCraneRegistry();
  await shop.shop();
  await shop.commit({ 'scan.sh': scanner('5.0') });
  const other = `${mirror.address}/team/proven`;
  await shop.makeKey();
  const password = 'hyacinth-7001';

  const built = await shop.build(
    {
      images: `${shop.image}\n${other}`,
      tags: 'v1.4.2\n{major}',
      version: '1.4.2',
      platforms: 'linux/amd64,linux/arm64',
      'verify-command': '[sh, -c, "echo $IMAGE > ../seen"]',
      'scan-command': 'sh scan.sh',
      sign: true,
      'sign-key': 'env://SIGNING_KEY',
    },
    {
      env: { SIGNING_KEY: await shop.read('../cosign.key'), COSIGN_PASSWORD: password },
      secrets: [password],
    },
  );

  const digest = built.outputs['digest'] ?? '';
  expect(built).toMatchObject({ result: 'success', outputs: { tags: 'v1.4.2\n1' } });
  expect(await shop.read('../seen')).toBe(`${shop.image}@${digest}\n`);
  expect(built.log).toContain('linux/arm64: 1 medium, below high');
  for (const image of [shop.image, other]) {
    expect(await shop.at('v1.4.2', image)).toBe(digest);
    expect(await shop.at('1', image)).toBe(digest);
    await shop.verifySignature(`${image}@${digest}`);
  }
});

test('refused by the scan: named, without a tag, and every platform is in the report', async () => {
  await using shop = await Checkout.of(yard, 'refused');
  await shop.shop();
  await shop.commit({ 'scan.sh': scanner('9.8') });

  const refused = await shop.build({
    tags: 'v1.4.2\nlatest',
    platforms: 'linux/amd64,linux/arm64',
    'scan-command': 'sh scan.sh',
  });

  const digest = refused.outputs['digest'] ?? '';
  expect(refused).toMatchObject({
    result: 'failure',
    exit: 1,
    outputs: { built: 'true', tag: '', tags: '' },
  });
  expect(refused.reason).toContain(`${shop.image}@${digest} has no tag`);
  expect((await shop.manifest(digest)).manifests).toHaveLength(2);
  expect(refused.log).toContain(`for linux/arm64`);
  expect((await shop.tags()).filter((tag) => !tag.startsWith('sha256-'))).toEqual([]);
  expect(refused.outputs['scan-report']).toMatch(/scan\.sarif$/);
  expect(refused.summary).toContain('CVE-1');
});

test('refused by its own test', async () => {
  await using shop = await Checkout.of(yard, 'tested');
  await shop.shop();
  const refused = await shop.build({
    tags: 'v1.4.2',
    'verify-command': '[sh, -c, "echo cart is broken; exit 3"]',
  });
  expect(refused).toMatchObject({
    result: 'failure',
    reason: expect.stringContaining('verify-command ended with 3'),
  });
  expect(refused.summary).toContain('cart is broken');
  expect(await shop.tags()).toEqual([]);
});

test('a command of the Dockerfile fails: the step, its last lines, and it is not tried again', async () => {
  await using shop = await Checkout.of(yard, 'broken');
  await shop.shop('RUN echo 503 service unavailable && exit 3');
  const failed = await shop.build({ tags: 'v1.4.2' });
  expect(failed).toMatchObject({ result: 'failure', exit: 1, outputs: { built: 'false', digest: '' } });
  expect(failed.reason).toContain('[3/3] RUN echo 503 service unavailable && exit 3 failed');
  expect(failed.summary).toContain('>>> RUN echo 503 service unavailable');
  expect(failed.log.match(/load build definition/g)).toHaveLength(1);
  expect(await shop.tags()).toEqual([]);
});

test('a base image that is not there', async () => {
  await using shop = await Checkout.of(yard, 'baseless');
  await shop.commit({ Dockerfile: `FROM ${yard.registry.address}/base/none:1\n` });
  const failed = await shop.build({ tags: 'v1.4.2' });
  expect(failed).toMatchObject({
    result: 'failure',
    reason: expect.stringContaining('an image that is needed is not there'),
  });
});

test('what native runners built becomes one index', async () => {
  await using shop = await Checkout.of(yard, 'merged');
  await shop.shop();
  const parts = [];
  for (const platforms of ['linux/amd64', 'linux/arm64'])
    parts.push((await shop.build({ platforms, provenance: 'mode=max' })).outputs['digest'] ?? '');
  expect(await shop.tags()).toEqual([]);

  const merged = await shop.build({ 'merge-digests': parts.join('\n'), tags: 'v1.4.2', version: '1.4.2' });

  expect(merged).toMatchObject({ result: 'success', outputs: { tags: 'v1.4.2', built: 'true' } });
  const index = await shop.manifest('v1.4.2');
  expect(index.manifests?.map(({ platform }) => platform?.architecture)).toEqual([
    'amd64',
    'arm64',
    'unknown',
    'unknown',
  ]);
  expect(index.annotations).toMatchObject({ 'org.opencontainers.image.version': '1.4.2' });
});

test('a secret of the build is in no argument, no log and no layer', async () => {
  await using shop = await Checkout.of(yard, 'secretive');
  const secret = 'petunia-6612-token';
  await shop.shop(
    'RUN --mount=type=secret,id=npm --mount=type=secret,id=env test "$(cat /run/secrets/npm)" = "$(cat /run/secrets/env)" && cat /run/secrets/npm',
  );
  const built = await shop.build(
    { tags: 'v1.4.2', secrets: `npm=${secret}`, 'secret-envs': 'env=NPM_TOKEN' },
    { env: { NPM_TOKEN: secret }, secrets: [secret] },
  );
  expect(built).toMatchObject({ result: 'success' });
});

test('dry run: the plan, and the registry is as before', async () => {
  await using shop = await Checkout.of(yard, 'planned');
  await shop.shop();
  const planned = await shop.build({ tags: 'v1.4.2', 'dry-run': true });
  expect(planned).toMatchObject({ result: 'success', outputs: { built: 'false', digest: '' } });
  expect(planned.summary).toContain('by digest, without a tag');
  expect(await shop.tags()).toEqual([]);
});

test('no buildx: one error that names the remedy', async () => {
  await using shop = await Checkout.of(yard, 'toolless');
  await shop.shop();
  const failed = await shop.build({ tags: 'v1.4.2' }, { env: { PATH: '/usr/bin:/bin' } });
  expect(failed).toMatchObject({ result: 'failure', reason: expect.stringContaining('buildx is not here') });
  expect(failed.log).toContain('docker/setup-buildx-action');
});

test('a builder that an earlier step made is used, and stays', async () => {
  await using shop = await Checkout.of(yard, 'builders');
  await shop.shop();
  const env = { BUILDKIT_HOST: '', BUILDX_BUILDER: 'slipway', ...yard.kit.environment };
  const built = await shop.build({ tags: 'v1.4.2' }, { env });
  expect(built).toMatchObject({ result: 'success' });
  expect(built.log).toContain('builder slipway (remote)');
  const again = await shop.build({ tags: 'x', builder: 'slipway' }, { env });
  expect(again).toMatchObject({ result: 'success' });
  const none = await shop.build({ tags: 'y', builder: 'nobody' }, { env });
  expect(none).toMatchObject({
    result: 'failure',
    reason: expect.stringContaining('there is no builder nobody'),
  });
});

test('everything that is wrong at once, and no tool was started', async () => {
  await using shop = await Checkout.of(yard, 'wrong');
  const secret = 'petunia-6612-token';
  const refused = await shop.build(
    {
      images: `${yard.registry.address}/Team/Shop`,
      tags: `v1.4.2+7\n{vresion}\n${'x'.repeat(129)}`,
      context: '../',
      platforms: 'linux/amd64,linux/arm64',
      load: true,
      secrets: 'npm=',
      'build-args': `CONFIG=${secret}\nAPI_TOKEN=x`,
    },
    { env: { NPM_TOKEN: secret, PATH: '/nowhere' }, secrets: [secret] },
  );
  expect(refused).toMatchObject({
    result: 'failure',
    exit: 1,
    reason: '9 inputs are wrong; nothing was changed',
  });
  for (const said of [
    'a repository is written in lower case',
    'a tag cannot hold a +',
    'did you mean {version}?',
    'has 129 characters',
    'is outside the workspace',
    'a Docker engine takes one platform',
    "npm is empty: a fork's pull request",
    'CONFIG holds a secret',
    'API_TOKEN looks like a secret',
  ])
    expect(refused.log).toContain(said);
});

test('a context without a Dockerfile', async () => {
  await using shop = await Checkout.of(yard, 'fileless');
  await shop.commit({ 'docker/Containerfile': 'FROM scratch\n' });
  const refused = await shop.build({ tags: 'x' });
  expect(refused.log).toContain('there is no such file; name the Dockerfile with file');
});
