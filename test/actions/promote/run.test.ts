import { expect, test } from '@jest/globals';
import { report } from '../../../actions/promote/report.ts';
import { ConfigurationError } from '../../../lib/domain/errors.ts';
import type { PromotionRecord } from '../../../lib/domain/promotion/record.ts';
import { pushImage } from '../../support/memory-registry.ts';
import { Yard, staging } from './memory.ts';

const version = (text: string, created = '2026-11-24T10:00:00Z') => ({
  'org.opencontainers.image.version': text,
  'org.opencontainers.image.created': created,
  'org.opencontainers.image.revision': 'ab'.repeat(20),
  'dev.slipway.source-hash': `source of ${text}`,
});
const production = { registry: 'a.test', repository: 'prod/shop' };
const mirror = { registry: 'b.test', repository: 'shop' };
const destinations = 'a.test/prod/shop\nb.test/shop';

test('the same bytes in two registries, under their tags, and what it says of it', async () => {
  const yard = new Yard();
  const image = await yard.image(version('1.4.2'));
  const given = {
    source: `a.test/staging/shop@${image.digest}`,
    destinations,
    environment: 'prod',
    tags: '{env}-{run_id}\nv{version}\n{major}.{minor}\nlatest\nsha-{short_sha}',
  };

  const result = await yard.promote(given);

  expect(result).toMatchObject({
    result: 'success',
    reason: `${image.digest.slice(0, 19)} is in 2 repositories`,
    copied: [
      { to: production, bytes: 0, mounted: 4, manifests: 3 },
      { to: mirror, mounted: 0, copied: 4, manifests: 3 },
    ],
  });
  for (const { registry, repository } of [production, mirror])
    for (const tag of ['prod-1001', 'v1.4.2', '1.4', 'latest', 'sha-abababababab'])
      expect(yard.registry.at(registry, repository, tag)).toBe(image.digest);
  const { outputs } = report(result, yard.inputs(given));
  expect(outputs).toMatchObject({
    digest: image.digest,
    ref: `a.test/prod/shop@${image.digest}`,
    'mounted-blobs': '4',
    'copied-bytes': String(result.copied[1]?.bytes),
    'record-file': 'promotion.json',
  });
  expect(JSON.parse(outputs['tags'] ?? '')).toHaveLength(10);
  const record = JSON.parse(yard.kept.get('promotion.json') ?? '') as PromotionRecord;
  expect(record).toMatchObject({
    schema: 'slipway/promotion/v1',
    source: `a.test/staging/shop@${image.digest}`,
    digest: image.digest,
    destinations: ['a.test/prod/shop', 'b.test/shop'],
    facts: { version: '1.4.2' },
    by: { run: '42' },
  });
});

test('a second time nothing is written, and it is green', async () => {
  const yard = new Yard();
  const image = await yard.image(version('1.4.2'));
  const given = { source: `a.test/staging/shop@${image.digest}`, destinations, tags: 'v{version}\nlatest' };
  await yard.promote(given);
  yard.registry.calls.length = 0;

  const result = await yard.promote(given);

  expect(result.reason).toContain('was already in 2 repositories');
  expect(yard.registry.calls.filter((call) => /^(PUT|COPY)/.test(call))).toEqual([]);
});

test('a tag is resolved once, and said; moving it later changes nothing', async () => {
  const yard = new Yard();
  const [image, later] = [await yard.image(version('1.4.2')), await yard.image(version('1.4.3'), 'later')];
  await yard.registry.putManifest({ ...staging, tag: 'candidate' }, image);
  yard.registry.before = async (call) => {
    if (call !== 'HEAD a.test/prod/shop:prod') return;
    yard.registry.before = () => {};
    await yard.registry.putManifest({ ...staging, tag: 'candidate' }, later);
  };

  await yard.promote({
    source: 'a.test/staging/shop:candidate',
    destinations: 'a.test/prod/shop',
    tags: 'prod',
  });

  expect(yard.said).toContain(`a.test/staging/shop:candidate stands for ${image.digest}; that is promoted`);
  expect(yard.registry.at('a.test', 'prod/shop', 'prod')).toBe(image.digest);
});

test('within its repository an image only gets a tag: no blob is asked for', async () => {
  const yard = new Yard();
  const image = await yard.image();

  const result = await yard.promote({ source: `a.test/staging/shop@${image.digest}`, tags: 'prod' });

  expect(result.copied).toMatchObject([{ to: staging, bytes: 0, manifests: 0 }]);
  expect(yard.registry.calls.filter((call) => call.startsWith('COPY'))).toEqual([]);
  expect(yard.registry.at('a.test', 'staging/shop', 'prod')).toBe(image.digest);
});

test('an immutable tag that is taken stops it before anything is copied', async () => {
  const yard = new Yard();
  const image = await yard.image(version('1.4.2'));
  // Built from the same source: still another image, and these bytes are the ones that were verified.
  const other = await pushImage(yard.registry, mirror, ['another build'], version('1.4.2'));
  await yard.registry.putManifest({ ...mirror, tag: 'v1.4.2' }, other);
  yard.registry.calls.length = 0;

  const refused = yard.promote({
    source: `a.test/staging/shop@${image.digest}`,
    destinations,
    tags: 'v{version}',
  });

  await expect(refused).rejects.toMatchObject({
    message: 'b.test/shop:v1.4.2 is taken; nothing was tagged',
    details: [['b.test/shop:v1.4.2', expect.stringContaining(other.digest)]],
  });
  expect(yard.registry.calls.filter((call) => /^(PUT|COPY)/.test(call))).toEqual([]);
});

test('an older release leaves latest where it is; the step is green and says so', async () => {
  const yard = new Yard();
  const newer = await yard.image(version('1.5.0'), 'newer');
  const image = await yard.image(version('1.4.3'));
  const source = (digest: string): string => `a.test/staging/shop@${digest}`;
  await yard.promote({ source: source(newer.digest), destinations, tags: 'v{version}\nlatest' });
  const given = { source: source(image.digest), destinations, tags: 'v{version}\nlatest' };

  const result = await yard.promote(given);

  expect(result.reason).toMatch(/is in 2 repositories; latest stayed$/);
  expect(yard.registry.at('b.test', 'shop', 'latest')).toBe(newer.digest);
  const { annotations, outputs } = report(result, yard.inputs(given));
  expect(annotations).toHaveLength(2);
  expect(annotations?.[0]).toMatchObject({
    kind: 'notice',
    message: '1.5.0 is there already, and 1.4.3 is lower',
  });
  expect(outputs['tags']).toBe('["a.test/prod/shop:v1.4.3","b.test/shop:v1.4.3"]');
});

test('dry-run asks everything, says what would be done, and writes nothing', async () => {
  const yard = new Yard();
  const image = await yard.image(version('1.4.2'));
  const given = {
    source: `a.test/staging/shop@${image.digest}`,
    destinations,
    tags: 'v{version}',
    'dry-run': 'true',
  };
  yard.registry.calls.length = 0;

  const result = await yard.promote(given);

  expect(yard.registry.calls.filter((call) => /^(PUT|COPY)/.test(call))).toEqual([]);
  expect(result.plan).toMatchObject({
    copies: [
      { to: production, bytes: 0, manifests: 3, blobs: 4 },
      { to: mirror, manifests: 3, blobs: 4 },
    ],
    tags: [{ decision: { kind: 'write' } }, { decision: { kind: 'write' } }],
  });
  expect(result.plan?.copies[1]?.bytes).toBeGreaterThan(0);
  const { outputs, summary } = report(result, yard.inputs(given));
  expect(outputs).toMatchObject({ 'record-file': '', 'copied-bytes': '0', tags: '[]' });
  expect(summary).toContain('**Dry run**: nothing was changed.');
});

test('a source that is not there', async () => {
  const yard = new Yard();
  await expect(yard.promote({ source: 'a.test/shop:v9', tags: 'prod' })).rejects.toMatchObject({
    message: 'a.test/shop:v9 is not there',
  });
});

test('a place that neither the run nor the image can fill is the author’s to mend', async () => {
  const yard = new Yard();
  const image = await yard.image();

  const refused = yard.promote({ source: `a.test/staging/shop@${image.digest}`, tags: 'v{version}\nprod' });

  await expect(refused).rejects.toThrow(ConfigurationError);
  await expect(refused).rejects.toMatchObject({
    faults: [{ input: 'tags', value: '"v{version}"', problem: '{version} has no value in this run' }],
  });
});

test('a version that the workflow gives wins over the label, for the floating tags too', async () => {
  const yard = new Yard();
  const image = await yard.image(version('0.0.0-main.7'));
  const source = `a.test/staging/shop@${image.digest}`;

  await yard.promote({ source, version: '1.4.2', tags: 'v{version}\n1\nlatest' });

  for (const tag of ['v1.4.2', '1', 'latest'])
    expect(yard.registry.at('a.test', 'staging/shop', tag)).toBe(image.digest);
});

test('cancelled: nothing more is begun', async () => {
  const yard = new Yard();
  const image = await yard.image();
  yard.registry.before = (call) => void (call.startsWith('COPY') && yard.stop.abort(new Error('cancelled')));

  const refused = yard.promote({ source: `a.test/staging/shop@${image.digest}`, destinations, tags: 'prod' });

  await expect(refused).rejects.toThrow('cancelled');
  expect(yard.registry.at('a.test', 'prod/shop', 'prod')).toBeUndefined();
});
