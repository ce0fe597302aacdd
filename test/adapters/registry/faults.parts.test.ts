import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDistribution } from '../../../sandbox/images/distribution.ts';
import type { Registry } from '../../../sandbox/images/distribution.ts';
import { startCraneRegistry } from '../../../sandbox/images/crane-registry.ts';
import { startRegistryProxy } from '../../../sandbox/images/registry-proxy.ts';
import type { FaultOrder } from '../../../sandbox/fault-proxy/faults.ts';
import { trafficOf } from '../../../sandbox/fault-proxy/traffic.ts';
import { fakeClock, pushImage, repository, someBytes, storeOf } from './stored.ts';

let source: Registry;
let target: Registry;
let inMemory: Registry;
beforeAll(async () => {
  [source, target, inMemory] = await Promise.all([
    startDistribution(),
    startDistribution(),
    startCraneRegistry(),
  ]);
}, 600_000);
afterAll(async () => {
  await Promise.all([source, target, inMemory].map((each) => each.stop()));
});

const size = 3_000_000;
const uploads = '/v2/*/blobs/uploads/*';
let count = 0;

/** Copies a two-layer image to the target, by a proxy with these faults; counts what went through. */
async function copied(faults: readonly FaultOrder[], { to: into = target, where = 'target' } = {}) {
  const name = `faults/${++count}`;
  const clock = fakeClock();
  const store = storeOf({ clock });
  const original = repository(source.address, name);
  const image = await pushImage(store, original, 'v1', someBytes(size));
  await using sourceWay = await startRegistryProxy(source.address);
  await using targetWay = await startRegistryProxy(into.address);
  const way = where === 'target' ? targetWay : sourceWay;
  for (const fault of faults) way.fail(fault);
  const [from, to] = [repository(sourceWay.address, name), repository(targetWay.address, name)];

  const result = await (async () => {
    const blobs = await Promise.all(
      [image.layer, image.config].map((blob) => store.copyBlob(blob, from, to)),
    );
    await store.putManifest({ ...to, tag: 'v1' }, image.manifest);
    return blobs;
  })().then(
    (blobs) => ({ blobs, error: undefined }),
    (error: Error) => ({ error, blobs: undefined }),
  );
  // Asked past the proxy: what stands there now.
  const plain = repository(into.address, name);
  return {
    ...result,
    image,
    from,
    slept: clock.slept,
    tag: await storeOf().head({ ...plain, tag: 'v1' }),
    sent: trafficOf(targetWay.recorded, { path: uploads }).sentBytes,
    patches: trafficOf(targetWay.recorded, { path: uploads, method: 'PATCH' }).requests,
  };
}

const busy = (status: number, path: string, method: string, retryAfterSeconds?: number): FaultOrder => ({
  path,
  method,
  fault: { kind: 'status', status, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) },
});

test.each<[string, FaultOrder[]]>([
  ['429 to the first question', [busy(429, '/v2/*/blobs/*', 'HEAD', 2)]],
  ['503 as an upload begins', [busy(503, uploads, 'POST')]],
  ['503 as it is committed', [busy(503, uploads, 'PUT')]],
  [
    '502, then 504 as the manifest is stored',
    [busy(502, '/v2/*/manifests/*', 'PUT'), busy(504, '/v2/*/manifests/*', 'PUT')],
  ],
  ['429 as the bytes are sent', [{ ...busy(429, uploads, 'PATCH', 1) }]],
  ['a cut connection before all', [{ path: '/v2/*', fault: { kind: 'reset' } }]],
  [
    'a slow registry',
    [{ path: '/v2/*', times: 0, fault: { kind: 'slow', milliseconds: 50, chunkMilliseconds: 5 } }],
  ],
])('%s passes', async (_, faults) => {
  const { blobs, tag, image, sent } = await copied(faults);
  expect(blobs?.map(({ kind }) => kind)).toEqual(['copied', 'copied']);
  expect(tag?.digest).toBe(image.manifest.digest);
  // A request that was answered 429 may have been under way: what matters is that no finished blob goes twice.
  expect(sent).toBeLessThan(2 * (size + image.config.size));
});

test('Retry-After is waited for', async () => {
  const { slept } = await copied([busy(429, '/v2/*/blobs/*', 'HEAD', 7)]);
  expect(slept).toContain(7_000);
});

test('an upload that is cut goes on where the registry has it, and finished blobs do not go again', async () => {
  const { blobs, tag, image, sent, patches } = await copied([
    // Twice, for the small config may come first, and passes.
    { path: uploads, method: 'PATCH', times: 2, fault: { kind: 'reset', afterSentBytes: 2_000_000 } },
  ]);
  expect(blobs).toMatchObject([{ kind: 'copied' }, { kind: 'copied', bytes: image.config.size }]);
  expect(tag?.digest).toBe(image.manifest.digest);
  expect(patches).toBeGreaterThanOrEqual(3);
  // 2 MB had arrived at the registry, but for what was on its way when the connection broke.
  expect(sent).toBeLessThan(size + image.config.size + 1_000_000);
});

test('an upload that is cut at a registry that cannot say where it stands: from the beginning', async () => {
  const { blobs, tag, image } = await copied(
    [{ path: uploads, method: 'PATCH', times: 2, fault: { kind: 'reset', afterSentBytes: 2_000_000 } }],
    { to: inMemory },
  );
  expect(blobs?.map(({ kind }) => kind)).toEqual(['copied', 'copied']);
  expect(tag?.digest).toBe(image.manifest.digest);
});

test('a source that breaks off is read on, and nothing is sent twice for it', async () => {
  const fault = { kind: 'reset', afterReceivedBytes: 2_000_000 } as const;
  const { blobs, tag, image, sent } = await copied(
    [{ path: '/v2/*/blobs/*', method: 'GET', times: 2, fault }],
    {
      where: 'source',
    },
  );
  expect(blobs).toMatchObject([{ kind: 'copied', bytes: size }, { kind: 'copied' }]);
  expect(tag?.digest).toBe(image.manifest.digest);
  expect(sent).toBe(size + image.config.size);
});

test('a source that serves damaged bytes once is asked again', async () => {
  const { tag, image } = await copied(
    [{ path: '/v2/*/blobs/*', method: 'GET', fault: { kind: 'tampered', body: 'answer' } }],
    { where: 'source' },
  );
  expect(tag?.digest).toBe(image.manifest.digest);
});

test('a source that serves damaged bytes for good is an error, and nothing is committed', async () => {
  const { error, tag, image, from } = await copied(
    [{ path: '/v2/*/blobs/*', method: 'GET', times: 0, fault: { kind: 'tampered', body: 'answer' } }],
    { where: 'source' },
  );
  expect(error?.message).toBe(`${from.registry} serves other bytes than asked for`);
  expect(tag).toBeUndefined();
  const there = repository(target.address, `faults/${count}`);
  expect(await storeOf().blob(there, image.layer)).toBeUndefined();
});

test('bytes that are damaged on their way into the registry are refused there, and no tag is written', async () => {
  const { tag, image, error } = await copied([
    { path: uploads, method: 'PATCH', times: 0, fault: { kind: 'tampered', body: 'request' } },
  ]);
  expect(error?.message).toMatch(/received other bytes than were sent$/);
  expect(tag).toBeUndefined();
  expect(await storeOf().blob(repository(target.address, `faults/${count}`), image.config)).toBeUndefined();
});

test('bytes that are damaged on their way once are sent again', async () => {
  const { blobs, tag, image } = await copied([
    { path: uploads, method: 'PATCH', fault: { kind: 'tampered', body: 'request' } },
  ]);
  expect(blobs?.map(({ kind }) => kind)).toEqual(['copied', 'copied']);
  expect(tag?.digest).toBe(image.manifest.digest);
});

test('a manifest that is damaged on its way once does not stay under the tag', async () => {
  const { tag, image, error } = await copied([
    { path: '/v2/*/manifests/*', method: 'PUT', fault: { kind: 'tampered', body: 'request' } },
  ]);
  // Where the damage made it no manifest at all, the registry has refused it and there is no tag.
  expect([image.manifest.digest, undefined]).toContain(tag?.digest);
  expect(tag === undefined).toBe(error !== undefined);
});

test('a registry that stays busy is given up, within the tries that were asked for', async () => {
  const clock = fakeClock();
  await using way = await startRegistryProxy(target.address);
  way.fail({ ...busy(503, '/v2/*', 'HEAD'), times: 0 });
  const asked = storeOf({ clock, retries: 3 }).head({ ...repository(way.address), tag: 'v1' });
  await expect(asked).rejects.toThrow('it still answered 503 after 3 more tries');
  expect(clock.slept).toEqual([500, 1_000, 2_000]);
});
