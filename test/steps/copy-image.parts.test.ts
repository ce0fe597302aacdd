/** Copies between real registries: one without a referrers API (distribution), one with it (that of crane). */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { registryStore } from '../../lib/adapters/registry/store.ts';
import { cosignTags, fallbackTag } from '../../lib/domain/promotion/companions.ts';
import type { RegistryStore, RepositoryRef } from '../../lib/ports/registry-store.ts';
import { copyImage } from '../../lib/steps/copy-image.ts';
import { putReferrer } from '../../lib/steps/images-copy/put-referrer.ts';
import { tagImages } from '../../lib/steps/tag-images.ts';
import { pushBase } from '../../sandbox/images/base.ts';
import { startCraneRegistry } from '../../sandbox/images/crane-registry.ts';
import { startDistribution } from '../../sandbox/images/distribution.ts';
import type { Registry } from '../../sandbox/images/distribution.ts';
import { startRegistryProxy } from '../../sandbox/images/registry-proxy.ts';
import type { RegistryProxy } from '../../sandbox/images/registry-proxy.ts';
import { trafficOf } from '../../sandbox/fault-proxy/traffic.ts';
import { ensureTools } from '../../sandbox/tools.ts';
import { describes, pushReferrer } from '../support/memory-registry.ts';

const run = promisify(execFile);
const clock = {
  now: () => Date.now(),
  sleep: (ms: number) => new Promise<void>((go) => void setTimeout(go, ms)),
};

let plain: Registry;
let modern: Registry;
let crane: string;
let toPlain: RegistryProxy;
let toModern: RegistryProxy;
beforeAll(async () => {
  ({ crane } = await ensureTools(['crane']));
  [plain, modern] = await Promise.all([startDistribution(), startCraneRegistry()]);
  [toPlain, toModern] = (await Promise.all(
    [plain, modern].map(({ address }) => startRegistryProxy(address)),
  )) as [RegistryProxy, RegistryProxy];
}, 600_000);
afterAll(async () => {
  await Promise.all([toPlain, toModern, plain, modern].map((each) => each.stop()));
});

const store = (): RegistryStore => registryStore({ proxy: {}, clock, loginFor: async () => undefined });

interface Released {
  readonly from: RepositoryRef;
  readonly digest: string;
  readonly about: readonly string[];
}

/** Two platforms, an SBOM of the whole and a signature of that SBOM, and a signature in cosign's older way. */
async function released(registry: string, repository: string, store: RegistryStore): Promise<Released> {
  const { digest } = await pushBase({ registry, repository, platforms: ['linux/amd64', 'linux/arm64'] });
  const from = { registry, repository };
  const index = await store.manifest({ ...from, digest });
  if (index === undefined) throw new Error('it was just pushed');
  const sbom = await pushReferrer(store, from, describes(index), 'application/spdx+json');
  await putReferrer(from, sbom, store);
  const signature = await pushReferrer(
    store,
    from,
    describes(sbom),
    'application/vnd.dev.sigstore.bundle.v0.3+json',
  );
  await putReferrer(from, signature, store);
  await store.putManifest({ ...from, tag: cosignTags(digest)[0] ?? '' }, signature);
  return { from, digest, about: [sbom.digest, signature.digest] };
}

// The one with it keeps blobs for all repositories alike: only the first copy to it has any to send.
const ways: [string, () => RegistryProxy, () => RegistryProxy][] = [
  ['from one without to one with', () => toPlain, () => toModern],
  ['from one with to one without', () => toModern, () => toPlain],
  ['without a referrers api, within it', () => toPlain, () => toPlain],
  ['with one, within it', () => toModern, () => toModern],
];

test.each(ways)(
  'a registry %s: the same bytes, and everything that belongs to them',
  async (way, source, target) => {
    const registry = store();
    const name = way.replaceAll(/\W+/g, '-');
    const { from, digest, about } = await released(source().address, `from/${name}`, registry);
    const to = { registry: target().address, repository: `to/${name}` };
    const before = target().recorded.length;

    const [copied] = await copyImage({ from, digest, to: [to] }, { registry });

    const { stdout } = await run(crane, [
      'digest',
      '--insecure',
      `${to.registry}/${to.repository}@${digest}`,
    ]);
    expect(stdout.trim()).toBe(digest);
    // crane reads every blob, and hashes it.
    await run(crane, ['validate', '--insecure', '--remote', `${to.registry}/${to.repository}@${digest}`]);
    const [sbom = '', signature = ''] = about;
    const listed = async (subject: string) =>
      (await registry.referrers(to, subject)).map((each) => each.digest);
    expect(await listed(digest)).toEqual([sbom]);
    expect(await listed(sbom)).toEqual([signature]);
    expect((await registry.head({ ...to, tag: cosignTags(digest)[0] ?? '' }))?.digest).toBe(signature);
    const fallback = await registry.head({ ...to, tag: fallbackTag(digest) });
    expect(fallback !== undefined).toBe(target() === toPlain);

    const { sentBytes } = trafficOf(target().recorded.slice(before), { path: '/v2/*/blobs/*' });
    const within = source() === target();
    expect(copied).toMatchObject(within ? { bytes: 0, copied: 0 } : { mounted: 0 });
    expect(copied?.bytes).toBe(sentBytes);
    expect(sentBytes > 0).toBe(!within);

    const [again] = await copyImage({ from, digest, to: [to] }, { registry: store() });
    expect(again).toMatchObject({ bytes: 0, manifests: 0 });
  },
);

test('tags: written once, found by the next run, and the window is some milliseconds', async () => {
  const registry = store();
  const { digest } = await pushBase({ registry: plain.address, repository: 'tagged' });
  const place = { registry: plain.address, repository: 'tagged' };
  const manifest = await registry.manifest({ ...place, digest });
  if (manifest === undefined) throw new Error('it was just pushed');
  const request = {
    repositories: [place],
    tags: [{ tag: 'v1.4.2', rule: 'immutable' as const }],
    image: { digest, facts: {} },
    manifest,
  };

  const first = await tagImages(request, { registry, clock });
  const second = await tagImages(request, { registry, clock });

  expect(first).toMatchObject({ kind: 'tagged', tags: [{ outcome: 'written' }] });
  expect(second).toMatchObject({ kind: 'tagged', tags: [{ outcome: 'already' }], window: 0 });
  const { stdout } = await run(crane, ['digest', '--insecure', `${plain.address}/tagged:v1.4.2`]);
  expect(stdout.trim()).toBe(digest);
});

test('a registry that fails in the middle is tried again, and the copy is whole', async () => {
  const registry = store();
  const { from, digest } = await released(plain.address, 'from/faults', registry);
  const to = { registry: toModern.address, repository: 'to/faults' };
  toModern.fail({ path: '/v2/*/blobs/*', fault: { kind: 'status', status: 503 }, times: 2 });
  toModern.fail({
    path: '/v2/*/manifests/*',
    method: 'PUT',
    fault: { kind: 'status', status: 429 },
    times: 1,
  });
  try {
    await copyImage({ from, digest, to: [to] }, { registry });
  } finally {
    toModern.heal();
  }
  await run(crane, ['validate', '--insecure', '--remote', `${to.registry}/${to.repository}@${digest}`]);
});
