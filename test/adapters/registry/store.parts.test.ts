import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startCraneRegistry } from '../../../sandbox/images/crane-registry.ts';
import { startDistribution } from '../../../sandbox/images/distribution.ts';
import type { Registry } from '../../../sandbox/images/distribution.ts';
import { startRegistryProxy } from '../../../sandbox/images/registry-proxy.ts';
import { trafficOf } from '../../../sandbox/fault-proxy/traffic.ts';
import {
  blobOf,
  imageType,
  indexType,
  manifestOf,
  pushImage,
  repository,
  someBytes,
  storeOf,
} from './stored.ts';

const registries: Record<string, Registry> = {};
beforeAll(async () => {
  registries['distribution'] = await startDistribution();
  registries['crane'] = await startCraneRegistry();
}, 600_000);
afterAll(async () => {
  await Promise.all(Object.values(registries).map((each) => each.stop()));
});
const addressOf = (kind: string): string => registries[kind]?.address ?? '';
const absent = `sha256:${'0'.repeat(64)}`;

describe.each(['distribution', 'crane'])('%s', (kind) => {
  test('what is stored is read back, by tag and by digest, byte for byte', async () => {
    const store = storeOf();
    const app = repository(addressOf(kind));
    const { manifest, layer, config } = await pushImage(store, app, 'v1');

    expect(await store.head({ ...app, tag: 'v1' })).toEqual({
      mediaType: imageType,
      digest: manifest.digest,
      size: manifest.bytes.length,
    });
    expect(await store.manifest({ ...app, digest: manifest.digest })).toEqual(manifest);
    expect((await store.manifest({ ...app, tag: 'v1' }))?.bytes).toEqual(manifest.bytes);
    expect(JSON.parse(String(Buffer.from((await store.blob(app, config)) ?? [])))).toMatchObject({
      of: layer.digest,
    });
  });

  test('what is not there is undefined', async () => {
    const store = storeOf();
    const app = repository(addressOf(kind), 'team/here');
    await pushImage(store, app, 'v1');
    expect(await store.head({ ...app, tag: 'v2' })).toBeUndefined();
    expect(await store.manifest({ ...app, digest: absent })).toBeUndefined();
    expect(await store.blob(app, { mediaType: '', digest: absent, size: 1 })).toBeUndefined();
    expect(await store.tags(repository(addressOf(kind), 'team/never'))).toBeUndefined();
    expect(await store.referrers(app, absent)).toEqual([]);
  });

  test('a manifest without a tag is stored by its digest; an index keeps its type', async () => {
    const store = storeOf();
    const app = repository(addressOf(kind), 'team/index');
    const { manifest } = await pushImage(store, app, 'amd64');
    const platform = { os: 'linux', architecture: 'amd64' };
    const index = manifestOf({
      mediaType: indexType,
      manifests: [{ ...blobOf(manifest.bytes, imageType), platform }],
    });
    await store.putManifest(app, index);
    expect(await store.head({ ...app, digest: index.digest })).toMatchObject({ mediaType: indexType });
    expect(await store.tags(app)).toEqual(['amd64']);
  });

  test('bytes that are there already are not sent', async () => {
    const store = storeOf();
    const app = repository(addressOf(kind), 'team/twice');
    const bytes = someBytes(300_000);
    expect(await store.putBlob(app, bytes)).toEqual({ kind: 'copied', bytes: 300_000 });
    expect(await store.putBlob(app, bytes)).toEqual({ kind: 'present', bytes: 0 });
    expect(await store.putBlob(app, new Uint8Array())).toMatchObject({ bytes: 0 });
  });

  test('1,020 tags come in pages, each once', async () => {
    const store = storeOf();
    const app = repository(addressOf(kind), 'team/tags');
    const { manifest } = await pushImage(store, app, 'first');
    const names = Array.from({ length: 1_020 }, (_, index) => `t${index}`);
    for (let next = 0; next < names.length; next += 50)
      await Promise.all(
        names.slice(next, next + 50).map((tag) => store.putManifest({ ...app, tag }, manifest)),
      );
    expect([...((await store.tags(app)) ?? [])].sort()).toEqual(['first', ...names].sort());
  });

  test('what refers to an image is found: by the API, or under the fallback tag', async () => {
    const store = storeOf();
    const app = repository(addressOf(kind), 'team/signed');
    const { manifest, config } = await pushImage(store, app, 'v1');
    const subject = blobOf(manifest.bytes, imageType);
    const signature = manifestOf({
      artifactType: 'application/vnd.example.signature',
      config,
      layers: [],
      subject,
    });
    await store.putManifest(app, signature);
    const descriptor = {
      ...blobOf(signature.bytes, imageType),
      artifactType: 'application/vnd.example.signature',
    };
    if (kind === 'distribution') {
      expect(await store.referrers(app, manifest.digest)).toEqual([]);
      const fallback = manifestOf({ mediaType: indexType, manifests: [descriptor] });
      await store.putManifest({ ...app, tag: manifest.digest.replace(':', '-') }, fallback);
    }
    expect(await store.referrers(app, manifest.digest)).toMatchObject([{ digest: signature.digest }]);
  });
});

test('within one registry a blob is mounted: no byte of it travels', async () => {
  await using way = await startRegistryProxy(addressOf('distribution'));
  const store = storeOf();
  const [from, to] = [repository(way.address, 'mount/from'), repository(way.address, 'mount/to')];
  const { layer } = await pushImage(store, from, 'v1', someBytes(500_000));
  const before = trafficOf(way.recorded);

  expect(await store.copyBlob(layer, from, to)).toEqual({ kind: 'mounted', bytes: 0 });

  const after = trafficOf(way.recorded);
  expect(after.requests - before.requests).toBe(2);
  expect(after.sentBytes - before.sentBytes).toBe(0);
  expect(after.receivedBytes - before.receivedBytes).toBeLessThan(1_000);
});

test('a registry that does not mount: the upload that it opened instead takes the bytes', async () => {
  const store = storeOf();
  await using way = await startRegistryProxy(addressOf('crane'));
  const [from, to] = [repository(way.address, 'mount/from'), repository(way.address, 'mount/to')];
  const { layer } = await pushImage(store, from, 'v1', someBytes(500_000));
  // crane's registry keeps its blobs in one place for all: what is absent in one repository is absent in all.
  const elsewhere = repository(addressOf('distribution'), 'mount/elsewhere');
  expect(await store.copyBlob(layer, from, to)).toEqual({ kind: 'present', bytes: 0 });
  expect(await store.copyBlob(layer, from, elsewhere)).toEqual({ kind: 'copied', bytes: 500_000 });
});

test.each([
  ['distribution', 'crane'],
  ['crane', 'distribution'],
])('from %s to %s, several who want the same layer: it travels once', async (source, target) => {
  const store = storeOf();
  await using way = await startRegistryProxy(addressOf(target));
  const from = repository(addressOf(source), 'across/from');
  const to = repository(way.address, 'across/to');
  const { layer } = await pushImage(store, from, 'v1', someBytes(5_000_000));

  const copies = await Promise.all([1, 2, 3].map(() => store.copyBlob(layer, from, to)));

  expect(copies.map(({ bytes }) => bytes)).toEqual([5_000_000, 0, 0]);
  expect(trafficOf(way.recorded).sentBytes).toBe(5_000_000);
  expect(await storeOf().copyBlob(layer, from, to)).toEqual({ kind: 'present', bytes: 0 });
});
