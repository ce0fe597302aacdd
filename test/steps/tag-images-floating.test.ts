import { expect, test } from '@jest/globals';
import { Shop, free, here, immutable } from './tagging.ts';

const [monday, tuesday] = ['2026-11-23T10:00:00Z', '2026-11-24T10:00:00Z'];

test('an older release does not get latest, and says why; its own tag it gets', async () => {
  const shop = new Shop();
  const newest = await shop.image('1.5.0', { version: '1.5.0' });
  const image = await shop.image('1.4.3', { version: '1.4.3' });
  await shop.tagged('latest', newest);
  await shop.tagged('v1.5.0', newest);

  const pass = await shop.tag(image, [free('latest'), free('1'), free('1.4'), immutable('v1.4.3')], {
    version: '1.4.3',
  });

  expect(pass).toMatchObject({
    tags: [
      { outcome: 'stayed', digest: newest.digest, why: '1.5.0 is there already, and 1.4.3 is lower' },
      { outcome: 'stayed', why: '1.5.0 is there already, and 1.4.3 is lower' },
      { outcome: 'written' },
      { outcome: 'written' },
    ],
  });
  expect(shop.at('latest')).toBe(newest.digest);
  expect(shop.at('1')).toBeUndefined();
});

test('an older merge that overwrites latest a moment later is put right by the newer one', async () => {
  const shop = new Shop();
  const older = await shop.image('monday', { created: monday });
  const newer = await shop.image('tuesday', { created: tuesday });
  let reads = 0;
  shop.registry.before = async (call) => {
    // After our write, before we read back.
    if (call === 'HEAD a.test/shop:latest' && ++reads === 3)
      await shop.registry.putManifest({ ...here, tag: 'latest' }, older);
  };

  const pass = await shop.tag(newer, [free('latest')], { created: tuesday });

  expect(pass).toMatchObject({ tags: [{ outcome: 'written', digest: newer.digest }] });
  expect(shop.at('latest')).toBe(newer.digest);
});

test('a newer merge that took latest meanwhile keeps it', async () => {
  const shop = new Shop();
  const older = await shop.image('monday', { created: monday });
  const newer = await shop.image('tuesday', { created: tuesday });
  let reads = 0;
  shop.registry.before = async (call) => {
    if (call === 'HEAD a.test/shop:latest' && ++reads === 3)
      await shop.registry.putManifest({ ...here, tag: 'latest' }, newer);
  };

  const pass = await shop.tag(older, [free('latest')], { created: monday });

  expect(pass).toMatchObject({
    tags: [{ outcome: 'stayed', digest: newer.digest, why: expect.stringContaining('2026-11-24') }],
  });
  expect(shop.at('latest')).toBe(newer.digest);
});

test('a higher release that we have just overwritten gets latest back', async () => {
  const shop = new Shop();
  const higher = await shop.image('1.5.0', { version: '1.5.0' });
  const image = await shop.image('1.4.3', { version: '1.4.3' });
  shop.registry.before = async (call) => {
    // It is released in our window: after our last check, before our write.
    if (call !== 'PUT a.test/shop:latest') return;
    shop.registry.before = () => {};
    await shop.registry.putManifest({ ...here, tag: 'v1.5.0' }, higher);
    await shop.registry.putManifest({ ...here, tag: 'latest' }, higher);
  };

  const pass = await shop.tag(image, [free('latest')], { version: '1.4.3' });

  expect(pass).toMatchObject({
    tags: [{ outcome: 'stayed', digest: higher.digest, why: '1.5.0 was released meanwhile' }],
  });
  expect(shop.at('latest')).toBe(higher.digest);
});

test('a tag that never comes to rest is an error', async () => {
  const shop = new Shop();
  const older = await shop.image('monday', { created: monday });
  const newer = await shop.image('tuesday', { created: tuesday });
  await shop.registry.putManifest({ ...here, tag: 'latest' }, older);
  shop.registry.before = async (call) => {
    if (call !== 'HEAD a.test/shop:latest') return;
    const { before } = shop.registry;
    shop.registry.before = () => {};
    await shop.registry.putManifest({ ...here, tag: 'latest' }, older);
    shop.registry.before = before;
  };

  await expect(shop.tag(newer, [free('latest')], { created: tuesday })).rejects.toThrow(
    'was written by another run at the same time',
  );
});

test('the tags of a repository are listed twice for all its floating tags together', async () => {
  const shop = new Shop();
  const image = await shop.image('1.4.2', { version: '1.4.2' });
  shop.registry.calls.length = 0;

  await shop.tag(image, [free('latest'), free('1'), free('1.4')], { version: '1.4.2' });

  expect(shop.registry.calls.filter((call) => call.startsWith('TAGS'))).toHaveLength(2);
});
