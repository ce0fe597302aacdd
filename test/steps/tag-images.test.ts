import { expect, test } from '@jest/globals';
import { CancelledError, TargetError, UnreachableError } from '../../lib/domain/errors.ts';
import { checkTags } from '../../lib/steps/images-tag/check.ts';
import { tagImages } from '../../lib/steps/tag-images.ts';
import { describes, pushImage, pushIndex } from '../support/memory-registry.ts';
import { Shop, free, here, immutable, there } from './tagging.ts';

test('a new tag: checked, checked again right before the write, read back', async () => {
  const shop = new Shop();
  const image = await shop.image('one');
  shop.registry.calls.length = 0;

  const pass = await shop.tag(image, [immutable('v1.4.2')]);

  expect(pass).toMatchObject({
    kind: 'tagged',
    tags: [{ ref: { ...here, tag: 'v1.4.2' }, outcome: 'written', digest: image.digest }],
  });
  expect(shop.registry.calls).toEqual([
    'HEAD a.test/shop:v1.4.2',
    'HEAD a.test/shop:v1.4.2',
    'PUT a.test/shop:v1.4.2',
    'HEAD a.test/shop:v1.4.2',
  ]);
  expect(pass.kind === 'tagged' && pass.window).toBe(5);
});

test('a tag that stands for these bytes is left as it is: a re-run writes nothing', async () => {
  const shop = new Shop();
  const image = await shop.image('one');
  await shop.tagged('v1.4.2', image);

  const pass = await shop.tag(image, [immutable('v1.4.2')], {}, [here, there]);

  expect(pass).toMatchObject({ tags: [{ outcome: 'already' }, { outcome: 'already' }], window: 0 });
  expect(shop.registry.calls.filter((call) => call.startsWith('PUT'))).toEqual([]);
  expect(shop.waited).toEqual([]);
});

test('immutable tags are written in all registries before any floating one', async () => {
  const shop = new Shop();
  const image = await shop.image('one', { version: '1.4.2' });
  shop.registry.calls.length = 0;

  await shop.tag(image, [free('latest'), immutable('v1.4.2'), free('prod')], { version: '1.4.2' }, [
    here,
    there,
  ]);

  const puts = shop.registry.calls.filter((call) => call.startsWith('PUT'));
  expect(puts).toEqual([
    'PUT a.test/shop:v1.4.2',
    'PUT b.test/shop:v1.4.2',
    'PUT a.test/shop:prod',
    'PUT b.test/shop:prod',
    'PUT a.test/shop:latest',
    'PUT b.test/shop:latest',
  ]);
});

test('one tag in the way, in the last registry: nothing is written anywhere, and all that are taken are named', async () => {
  const shop = new Shop();
  const [old, image] = [await shop.image('old'), await shop.image('new')];
  await shop.registry.putManifest({ ...there, tag: 'v1.4.2' }, old);
  await shop.registry.putManifest({ ...there, tag: 'sha-5f3c' }, old);
  shop.registry.calls.length = 0;

  const refused = shop.tag(image, [free('prod'), immutable('v1.4.2'), immutable('sha-5f3c')], {}, [
    here,
    there,
  ]);

  await expect(refused).rejects.toMatchObject({
    message: '2 tags are taken; nothing was tagged',
    details: [
      ['b.test/shop:v1.4.2', `${old.digest}: it is immutable, and stands for another image`],
      ['b.test/shop:sha-5f3c', `${old.digest}: it is immutable, and stands for another image`],
    ],
  });
  expect(shop.registry.calls.filter((call) => call.startsWith('PUT'))).toEqual([]);
});

test('another build of the same source has the tag: its digest is to be taken, nothing is written', async () => {
  const shop = new Shop();
  const facts = { sourceHash: 'one' };
  const [first, second] = [await shop.image('first build', facts), await shop.image('second', facts)];
  await shop.tagged('v1.4.2', first);

  const pass = await shop.tag(second, [immutable('v1.4.2'), free('prod')], facts);

  expect(pass).toEqual({ kind: 'reuse', digest: first.digest, ref: { ...here, tag: 'v1.4.2' } });
  expect(shop.at('prod')).toBeUndefined();
});

test('before a build: what an index says of its source counts, or else its first platform', async () => {
  const { registry } = new Shop();
  const labels = { 'dev.slipway.source-hash': 'one' };
  const platform = await pushImage(registry, here, ['amd64'], labels);
  const plain = await pushIndex(registry, here, [describes(platform)]);
  const annotated = await pushIndex(registry, here, [describes(platform)], {
    'dev.slipway.source-hash': 'two',
  });
  await registry.putManifest({ ...here, tag: 'v1' }, plain);
  await registry.putManifest({ ...here, tag: 'v2' }, annotated);

  const checked = await checkTags(
    [here],
    [immutable('v1'), immutable('v2')],
    { facts: { sourceHash: 'one' } },
    registry,
  );

  expect(checked.map(({ decision }) => decision.kind)).toEqual(['reuse', 'in-the-way']);
});

test('written by another run between our check and our write: refused before the write', async () => {
  const shop = new Shop();
  const [old, image] = [await shop.image('old'), await shop.image('new')];
  let heads = 0;
  shop.registry.before = async (call) => {
    if (call.startsWith('HEAD') && ++heads === 2)
      await shop.registry.putManifest({ ...here, tag: 'v1.4.2' }, old);
  };

  await expect(shop.tag(image, [immutable('v1.4.2')])).rejects.toMatchObject({
    message: 'a.test/shop:v1.4.2 was written by another run at the same time',
    details: [
      ['ours', image.digest],
      ['there', old.digest],
    ],
  });
  expect(shop.at('v1.4.2')).toBe(old.digest);
});

test('overwritten by another run after our write: an error that names both, and what was tagged', async () => {
  const shop = new Shop();
  const [old, image] = [await shop.image('old'), await shop.image('new')];
  let heads = 0;
  shop.registry.before = async (call) => {
    if (call === 'HEAD a.test/shop:v1.4.2' && ++heads === 3)
      await shop.registry.putManifest({ ...here, tag: 'v1.4.2' }, old);
  };

  await expect(shop.tag(image, [immutable('v1.4.2'), free('prod')])).rejects.toMatchObject({
    message: 'a.test/shop:v1.4.2 was written by another run at the same time; not every tag was written',
    details: [
      ['ours', image.digest],
      ['there', old.digest],
      ['tagged', 'a.test/shop:prod'],
      ['not tagged', 'a.test/shop:v1.4.2'],
      ['re-run', 'what was tagged already is left as it is'],
    ],
  });
});

test.each([
  ['refuses', new TargetError('b.test said no', { subject: 'b', remedy: 'log in' }), TargetError],
  ['is gone', new UnreachableError('b.test could not be reached'), UnreachableError],
])('a registry that %s in the middle: what was tagged and what not', async (_, answer, kind) => {
  const shop = new Shop();
  const image = await shop.image('one');
  shop.registry.before = (call) => {
    if (call === 'PUT b.test/shop:v1.4.2') throw answer;
  };

  const failed = shop.tag(image, [immutable('v1.4.2'), free('prod')], {}, [here, there]);

  const error = await failed.catch((each: unknown) => each);
  expect(error).toBeInstanceOf(kind);
  const said = JSON.stringify([(error as Error).message, (error as TargetError).details]);
  expect(said).toMatch(/ ?tagged\W+a\.test\/shop:v1\.4\.2/);
  expect(said).toMatch(/not tagged\W+a\.test\/shop:prod, b\.test\/shop:v1\.4\.2, b\.test\/shop:prod/);
  expect(error).toHaveProperty('cause', answer);
  expect(shop.at('prod')).toBeUndefined();
});

test('after a refusal nothing more is begun: what had not been asked for stays as it was', async () => {
  const shop = new Shop();
  const image = await shop.image('one');
  const tags = Array.from({ length: 12 }, (_, index) => immutable(`v${index}`));
  const refusal = new TargetError('no', { subject: 'a.test', remedy: 'log in' });
  shop.registry.before = (call) => {
    if (call === 'PUT a.test/shop:v0') throw refusal;
  };

  const error = await shop.tag(image, tags).catch((each: unknown) => each);

  const there = tags.filter(({ tag }) => shop.at(tag) !== undefined).map(({ tag }) => `a.test/shop:${tag}`);
  expect(there.length).toBeLessThan(7);
  // What it says is what is there.
  expect((error as TargetError).details).toContainEqual(['tagged', there.join(', ')]);
});

test.each([
  ['immutable', 5, 50],
  ['immutable', 45, 90],
  ['overwrite', 45, undefined],
] as const)('before it reads back %s tags after a window of %d ms it waits', async (rule, window, wait) => {
  const shop = new Shop();
  const image = await shop.image('one');
  shop.registry.before = (call) => void (call.startsWith('PUT') && shop.tickBy(window - 5));

  const pass = await shop.tag(image, [{ tag: 'v1.4.2', rule }]);

  expect(pass).toMatchObject({ window });
  // The clock moves by 5 when it is asked how long is left.
  expect(shop.waited).toEqual(wait === undefined ? [] : [wait - 5]);
});

test('a cancelled step writes nothing more', async () => {
  const shop = new Shop();
  const image = await shop.image('one');
  const stop = new AbortController();
  const reason = new CancelledError();
  shop.registry.before = (call) => void (call.startsWith('PUT') && stop.abort(reason));

  const pass = tagImages(
    {
      repositories: [here],
      tags: [immutable('v1.4.2'), free('prod')],
      image: { digest: image.digest, facts: {} },
      manifest: image,
    },
    { registry: shop.registry, clock: { now: () => 0, sleep: async () => {} }, signal: stop.signal },
  );

  await expect(pass).rejects.toMatchObject({
    name: 'CancelledError',
    message: 'the run was cancelled; not every tag was written',
    details: expect.arrayContaining([
      ['tagged', 'a.test/shop:v1.4.2'],
      ['not tagged', 'a.test/shop:prod'],
    ]),
  });
  expect(shop.at('prod')).toBeUndefined();
});
