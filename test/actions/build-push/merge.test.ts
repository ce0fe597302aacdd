import { expect, test } from '@jest/globals';
import { contentOf } from '../../../lib/domain/promotion/manifest.ts';
import { image, primary, Workshop } from './memory.ts';

async function parts(shop: Workshop): Promise<string[]> {
  const digests: string[] = [];
  for (const platforms of ['linux/arm64', 'linux/amd64']) {
    const { image: made } = await shop.build({ platforms, tags: '' });
    digests.push(made?.digest ?? '');
  }
  shop.built.length = 0;
  return digests;
}

test('what native runners built becomes one index, and nothing is built', async () => {
  const shop = new Workshop();
  const digests = await parts(shop);
  const result = await shop.build({
    'merge-digests': digests.join('\n'),
    tags: 'v1.4.2',
    version: '1.4.2',
    context: '.',
  });

  expect(shop.built).toEqual([]);
  expect(result).toMatchObject({
    result: 'success',
    image: { shape: { platforms: ['linux/amd64', 'linux/arm64'] } },
    sourceHash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  const index = await shop.registry.manifest({ ...primary, tag: 'v1.4.2' });
  expect(index && contentOf(index)).toMatchObject({
    manifests: [{ digest: digests[1] }, { digest: digests[0] }],
    annotations: {
      'org.opencontainers.image.version': '1.4.2',
      'dev.slipway.source-hash': result.sourceHash,
    },
  });
});

test('merged again by a re-run: the tag stands for the same source', async () => {
  const shop = new Workshop();
  const digests = await parts(shop);
  const given = { 'merge-digests': digests.join(','), tags: 'v1.4.2' };
  const first = await shop.build(given);
  const again = await shop.build({ ...given, 'merge-digests': digests.toReversed().join('\n') });
  expect(again).toMatchObject({ image: { built: 'reused', digest: first.image?.digest } });
});

test('two for one platform, and one that is not there', async () => {
  const shop = new Workshop();
  const [, amd64 = ''] = await parts(shop);
  shop.noise = 'other';
  const { image: other } = await shop.build({ platforms: 'linux/amd64', tags: '' });
  await expect(
    shop.build({ 'merge-digests': `${amd64}\n${other?.digest ?? ''}`, tags: 'x' }),
  ).rejects.toThrow('two parts are for linux/amd64');
  const nowhere = `sha256:${'0'.repeat(64)}`;
  await expect(shop.build({ 'merge-digests': `${amd64}\n${nowhere}`, tags: 'x' })).rejects.toThrow(
    `${image} has no ${nowhere}`,
  );
});
