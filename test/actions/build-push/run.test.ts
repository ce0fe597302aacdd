import { expect, test } from '@jest/globals';
import { TargetError, UnreachableError } from '../../../lib/domain/errors.ts';
import { imageFacts } from '../../../lib/steps/image-facts.ts';
import { image, primary, Workshop } from './memory.ts';

const puts = ({ registry }: Workshop): string[] => registry.calls.filter((call) => call.startsWith('PUT'));
const manifestPuts = (shop: Workshop): string[] =>
  puts(shop).filter((call) => /:[\w.-]+$/.test(call.replace(/@sha256:.*/, '')));

test('built, found in the registry, tagged; nothing bears a tag before that', async () => {
  const shop = new Workshop();
  shop.during = () => expect(shop.at(`sha-${shop.commit.sha}`)).toBeUndefined();

  const result = await shop.build({ tags: 'sha-{sha}\nlatest-dev' });

  expect(result).toMatchObject({
    result: 'success',
    image: { built: 'true' },
    sourceHash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  const digest = result.image?.digest ?? '';
  expect(shop.at(`sha-${shop.commit.sha}`)).toBe(digest);
  expect(shop.at('latest-dev')).toBe(digest);
  expect(shop.built[0]?.push).toEqual(primary);
  expect(shop.built[0]?.sourceDate).toBe(Date.parse(shop.commit.date) / 1_000);
});

test('the labels say where it comes from; created is the date of the commit', async () => {
  const shop = new Workshop();
  const { image: made, sourceHash } = await shop.build({ version: '1.4.2' });
  expect(await imageFacts({ ...primary, digest: made?.digest ?? '' }, shop.registry)).toEqual({
    sourceHash,
    version: '1.4.2',
    created: shop.commit.date,
    revision: shop.commit.sha,
    ref: 'refs/heads/main',
    run: 'octo/shop/1001/1',
    builtAt: expect.stringMatching(/^2026-01-03T/),
  });
});

test('a digest that the registry does not have is nobody to tag', async () => {
  const shop = new Workshop();
  shop.builds = ['lost'];
  await expect(shop.build()).rejects.toThrow('the registry does not have it');
  expect(shop.at(`sha-${shop.commit.sha}`)).toBeUndefined();
});

test('the image goes to every repository before any gets a tag', async () => {
  const shop = new Workshop();
  await shop.build({ images: `${image}\nb.test/mirror/shop` });
  const tagged = shop.registry.calls.findIndex((call) => call.startsWith('PUT a.test/shop:'));
  const copied = shop.registry.calls.findIndex((call) => call.startsWith('PUT b.test/mirror/shop@'));
  expect(copied).toBeGreaterThan(-1);
  expect(tagged).toBeGreaterThan(copied);
  expect(shop.at(`sha-${shop.commit.sha}`, { registry: 'b.test', repository: 'mirror/shop' })).toBeDefined();
});

test('without tags it stays in quarantine, and the digest is the answer', async () => {
  const shop = new Workshop();
  const result = await shop.build({ tags: '' });
  expect(result).toMatchObject({ result: 'success', published: { tags: [] } });
  expect(manifestPuts(shop)).toEqual([]);
});

test('nothing pushed, nothing asked of a registry', async () => {
  const shop = new Workshop();
  const result = await shop.build({ push: 'false', tags: '' });
  expect(result).toMatchObject({ result: 'success', reason: 'built; nothing was pushed' });
  expect(shop.registry.calls).toEqual([]);
});

test.each(['dockerfile', 'missing-base', 'denied', 'disk-full', 'builder', 'unknown'] as const)(
  'a build that fails with %s is not tried again',
  async (kind) => {
    const shop = new Workshop();
    shop.builds = [kind, 'pushed'];
    const result = await shop.build();
    expect(result).toMatchObject({
      result: 'failure',
      failure: { kind, lines: ['make: no'] },
      image: undefined,
    });
    expect(shop.built).toHaveLength(1);
    expect(puts(shop)).toEqual([]);
  },
);

test('a busy registry is asked again, and waited for longer each time', async () => {
  const shop = new Workshop();
  shop.builds = ['busy-registry', 'busy-registry'];
  expect(await shop.build()).toMatchObject({ result: 'success' });
  expect(shop.built).toHaveLength(3);
  expect(shop.slept.slice(0, 2)).toEqual([1_000, 2_000]);
});

test('busy to the end is no verdict', async () => {
  const shop = new Workshop();
  shop.builds = ['busy-registry', 'busy-registry'];
  await expect(shop.build({ retries: '1' })).rejects.toThrow(UnreachableError);
  expect(puts(shop)).toEqual([]);
});

test('verify refuses: named, without a tag, and not scanned', async () => {
  const shop = new Workshop();
  shop.verifyExit = 3;
  const result = await shop.build({ 'verify-command': 'test-it {ref}', 'scan-command': 'scan {ref}' });
  expect(result).toMatchObject({ result: 'failure', verified: { outcome: 'fail', lines: ['it said no'] } });
  expect(result.reason).toBe(
    `verify-command ended with 3; ${image}@${result.image?.digest ?? ''} has no tag`,
  );
  expect(shop.scans).toEqual([]);
  expect(manifestPuts(shop)).toEqual([]);
});

const sarif = (score: string): string =>
  JSON.stringify({
    runs: [
      {
        tool: { driver: { rules: [{ id: 'CVE-1', properties: { 'security-severity': score } }] } },
        results: [{ ruleId: 'CVE-1' }],
      },
    ],
  });

const platforms = { platforms: 'linux/amd64,linux/arm64', 'scan-command': 'scan {ref} -o {sarif}' };

test('every platform is scanned, also after one was refused', async () => {
  const shop = new Workshop();
  shop.scan = ({ platform }) => ({ exit: 1, sarif: sarif(platform === 'linux/amd64' ? '9.8' : '2.0') });
  const result = await shop.build(platforms);
  expect(shop.scans).toEqual(['linux/amd64', 'linux/arm64']);
  expect(result).toMatchObject({
    result: 'failure',
    scanned: {
      outcome: 'fail',
      reason: 'linux/amd64: 1 critical; the limit is high',
      report: '/kept/scan.sarif',
    },
  });
  expect(shop.at(`sha-${shop.commit.sha}`)).toBeUndefined();
  expect(shop.kept.get('scan.sarif')).toContain('linux/arm64/');
});

test.each([
  ['below the limit, whatever the exit code', { exit: 1, sarif: sarif('5.0') }, 'high', 'success'],
  ['at the limit', { exit: 0, sarif: sarif('7.0') }, 'high', 'failure'],
  ['a stricter limit', { exit: 0, sarif: sarif('2.0') }, 'low', 'failure'],
  ['no report, exit 0', { exit: 0 }, 'high', 'success'],
  ['no report, exit 1', { exit: 1 }, 'high', 'failure'],
  ['a report of nothing by a scanner that failed', { exit: 2, sarif: '{"runs": [{}]}' }, 'high', 'failure'],
  ['a report that is none', { exit: 0, sarif: '{' }, 'high', 'failure'],
] as const)('scan: %s', async (_, end, severity, expected) => {
  const shop = new Workshop();
  shop.scan = () => end;
  const result = await shop.build({ 'scan-command': 'scan {ref}', 'scan-severity': severity });
  expect(result.result).toBe(expected);
  expect(shop.at(`sha-${shop.commit.sha}`) !== undefined).toBe(expected === 'success');
});

test('signed once, before it is copied and tagged', async () => {
  const shop = new Workshop();
  shop.registry.before = (call) => {
    if (/^PUT (b\.test|.*:sha-)/.test(call)) expect(shop.signed.size).toBe(1);
  };
  const result = await shop.build({
    images: `${image}\nb.test/shop`,
    sign: 'true',
    tags: 'sha-{sha}\nlatest-dev',
  });
  expect([...shop.signed]).toEqual([result.image?.digest]);
  expect(result.signed).toBe('now');
});

test('a registry that fails after the build: the image is named, nothing is half tagged', async () => {
  const shop = new Workshop();
  shop.registry.before = (call) => {
    if (call.includes(':sha-') && call.startsWith('PUT'))
      throw new TargetError('a.test refused', { subject: 'a.test/shop', remedy: 'ask' });
  };
  const error = await shop.build().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TargetError);
  expect((error as TargetError).message).toMatch(
    /^a\.test refused; a\.test\/shop@sha256:\S+ was pushed and left without a tag$/,
  );
});

test('cancelled while it builds: nothing is tagged, and post is told of the builder', async () => {
  const shop = new Workshop();
  shop.ownBuilder = true;
  shop.during = () => shop.cancel.abort();
  await expect(shop.build()).rejects.toThrow('cancelled');
  expect(shop.left).toEqual([{ builder: 'slipway-1' }]);
  expect(shop.removed).toEqual([]);
  expect(puts(shop)).toEqual([]);
});

test('a builder of our own is taken away, also when the build fails', async () => {
  const shop = new Workshop();
  shop.ownBuilder = true;
  shop.builds = ['dockerfile'];
  await shop.build();
  expect(shop.removed).toEqual(['slipway-1']);
  expect(shop.left).toEqual([{ builder: 'slipway-1' }, undefined]);
});

test('dry run: the plan, and nothing is changed', async () => {
  const shop = new Workshop();
  const result = await shop.build({
    'dry-run': 'true',
    'scan-command': 'scan {ref}',
    sign: 'true',
    images: `${image}\nb.test/shop`,
  });
  expect(result.dryRun).toEqual([
    'build Dockerfile (reuse is never)',
    'push to a.test/shop by digest, without a tag',
    'scan every platform with scan; refuse what is high or worse',
    'sign its digest as this workflow',
    'copy it to b.test/shop',
    `tag a.test/shop:sha-${shop.commit.sha}`,
    `tag b.test/shop:sha-${shop.commit.sha}`,
  ]);
  expect(shop.said).toContain('2. push to a.test/shop by digest, without a tag');
  expect(shop.built).toEqual([]);
  expect(puts(shop)).toEqual([]);
});

test('the tag names the commit that is checked out, not the one that started the run', async () => {
  const shop = new Workshop();
  const head = 'b'.repeat(40);
  const env = shop.env();
  shop.env = () => env;
  shop.commit = { ...shop.commit, sha: head };
  await shop.build();
  expect(shop.at(`sha-${head}`)).toBeDefined();
});

test('nothing is copied where there is nowhere to copy to, reused or not', async () => {
  const shop = new Workshop();
  await shop.build();
  const again = new Workshop(shop.registry);
  expect((await again.build()).phases.map(({ name }) => name)).not.toContain('Copy');
});

test('a dry run of what is there already moves nothing', async () => {
  const shop = new Workshop();
  const given = { tags: 'sha-{sha}\nlatest-dev' };
  const { image: made } = await shop.build(given);
  const again = new Workshop(shop.registry);
  const { dryRun = [] } = await again.build({ ...given, 'dry-run': 'true' });
  expect(dryRun.at(-1)).toBe(`leave a.test/shop:latest-dev: it stands for ${made?.digest}`);
});
