/** What a copy does when a part is missing, or a registry refuses; and that the image does not wait for what belongs to it. */
import { expect, test } from '@jest/globals';
import { TargetError } from '../../lib/domain/errors.ts';
import type { RepositoryRef, StoredManifest } from '../../lib/ports/registry-store.ts';
import { copyImage } from '../../lib/steps/copy-image.ts';
import { MemoryRegistry, describes, pushImage, pushIndex, stored } from '../support/memory-registry.ts';

const staging: RepositoryRef = { registry: 'a.test', repository: 'staging/shop' };
const production: RepositoryRef = { registry: 'a.test', repository: 'prod/shop' };
const elsewhere: RepositoryRef = { registry: 'b.test', repository: 'shop' };

async function released(registry: MemoryRegistry): Promise<{ index: StoredManifest }> {
  const amd64 = await pushImage(registry, staging, ['base', 'amd64']);
  const arm64 = await pushImage(registry, staging, ['base', 'arm64']);
  return { index: await pushIndex(registry, staging, [describes(amd64), describes(arm64)]) };
}

test('an index whose platform was cleaned away is named, and nothing is put', async () => {
  const registry = new MemoryRegistry();
  const lost = stored({ config: {}, layers: [] });
  const index = stored({ manifests: [describes(lost)] }, 'application/vnd.oci.image.index.v1+json');
  const reads: Pick<MemoryRegistry, 'manifest'> = {
    manifest: async ({ digest }) => (digest === index.digest ? index : undefined),
  };
  const partial = new Proxy(registry, {
    get: (target, name: keyof MemoryRegistry) =>
      name === 'manifest' ? reads.manifest : (target[name] as () => unknown).bind(target),
  });

  const copy = copyImage({ from: staging, digest: index.digest, to: [elsewhere] }, { registry: partial });

  await expect(copy).rejects.toMatchObject({ message: `a.test/staging/shop does not have ${lost.digest}` });
  expect(registry.calls.filter((call) => call.startsWith('PUT'))).toEqual([]);
});

test('a destination that has something else in the end is called out', async () => {
  const registry = new MemoryRegistry();
  const { index } = await released(registry);
  const forgetful = new Proxy(registry, {
    get: (target, name: keyof MemoryRegistry) =>
      name === 'head' ? async () => undefined : (target[name] as () => unknown).bind(target),
  });

  const copy = copyImage({ from: staging, digest: index.digest, to: [elsewhere] }, { registry: forgetful });

  await expect(copy).rejects.toThrow('b.test does not have what was copied to it');
});

test('the image is on its way while what belongs to it is still being asked for', async () => {
  const registry = new MemoryRegistry();
  const { index } = await released(registry);
  const { promise: arrived, resolve: arrives } = Promise.withResolvers<void>();
  registry.before = (call) => {
    if (call === `PUT b.test/shop@${index.digest}`) arrives();
    return call.startsWith('REFERRERS a.test') ? arrived : undefined;
  };

  const [copied] = await copyImage({ from: staging, digest: index.digest, to: [elsewhere] }, { registry });

  expect(copied).toMatchObject({ manifests: 3, copied: 4 });
});

test('what belongs to it cannot be asked for: that is said, and no tag was written', async () => {
  const registry = new MemoryRegistry();
  const { index } = await released(registry);
  const refusal = new TargetError('no', { subject: 'a.test', remedy: 'log in' });
  registry.before = (call) => {
    if (call.startsWith('REFERRERS a.test')) throw refusal;
  };

  const copy = copyImage({ from: staging, digest: index.digest, to: [elsewhere] }, { registry });

  await expect(copy).rejects.toBe(refusal);
  expect(await registry.tags(elsewhere)).toEqual([]);
});

test('one destination that refuses does not keep the others from theirs', async () => {
  const registry = new MemoryRegistry();
  const { index } = await released(registry);
  const refusal = new TargetError('no', { subject: 'b.test', remedy: 'log in' });
  registry.before = (call) => {
    if (call.startsWith('COPY b.test')) throw refusal;
  };

  const copy = copyImage({ from: staging, digest: index.digest, to: [elsewhere, production] }, { registry });

  await expect(copy).rejects.toBe(refusal);
  expect(await registry.head({ ...production, digest: index.digest })).toBeDefined();
});
