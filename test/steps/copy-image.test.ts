import { expect, test } from '@jest/globals';
import { cosignTags, fallbackTag } from '../../lib/domain/promotion/companions.ts';
import type { ScanRecord } from '../../lib/domain/promotion/scan-record.ts';
import type { RepositoryRef, StoredManifest } from '../../lib/ports/registry-store.ts';
import { copyImage, planCopy } from '../../lib/steps/copy-image.ts';
import { putReferrer } from '../../lib/steps/images-copy/put-referrer.ts';
import { attachScan, scansOf } from '../../lib/steps/scan-records.ts';
import {
  MemoryRegistry,
  describes,
  pushImage,
  pushIndex,
  pushReferrer,
  stored,
} from '../support/memory-registry.ts';

const staging: RepositoryRef = { registry: 'a.test', repository: 'staging/shop' };
const production: RepositoryRef = { registry: 'a.test', repository: 'prod/shop' };
const elsewhere: RepositoryRef = { registry: 'b.test', repository: 'shop' };

/** Two platforms that share a layer, and what was said of each. */
async function released(registry: MemoryRegistry): Promise<{ index: StoredManifest; amd64: StoredManifest }> {
  const amd64 = await pushImage(registry, staging, ['base', 'amd64']);
  const arm64 = await pushImage(registry, staging, ['base', 'arm64']);
  const index = await pushIndex(registry, staging, [describes(amd64), describes(arm64)]);
  return { index, amd64 };
}

test('within one registry no blob travels, and the whole index is there', async () => {
  const registry = new MemoryRegistry();
  const { index } = await released(registry);

  const [copied] = await copyImage({ from: staging, digest: index.digest, to: [production] }, { registry });

  expect(copied).toEqual({
    to: production,
    bytes: 0,
    present: 0,
    // Two configs and the two layers of their own are the same bytes in both: config, base, amd64, arm64.
    mounted: 4,
    copied: 0,
    manifests: 3,
    notes: [],
  });
  expect((await registry.manifest({ ...production, digest: index.digest }))?.bytes).toEqual(index.bytes);
});

test('children before parents, blobs before manifests, nothing tagged', async () => {
  const registry = new MemoryRegistry();
  const { index } = await released(registry);
  registry.calls.length = 0;

  // The registry refuses a manifest that names what is not there.
  await copyImage({ from: staging, digest: index.digest, to: [elsewhere] }, { registry });

  const last = registry.calls.findLast((call) => call.startsWith('PUT'));
  expect(last).toBe(`PUT b.test/shop@${index.digest}`);
  expect((await registry.tags(elsewhere))?.toSorted()).toEqual([]);
});

test('to another registry each blob travels once, and a second time nothing does', async () => {
  const registry = new MemoryRegistry();
  const { index } = await released(registry);
  const request = { from: staging, digest: index.digest, to: [elsewhere] };

  const [plan] = await planCopy(request, { registry });
  const [first] = await copyImage(request, { registry });
  const [second] = await copyImage(request, { registry });

  expect(first).toMatchObject({ copied: 4, present: 0, manifests: 3 });
  expect(plan).toEqual({ to: elsewhere, bytes: first?.bytes, manifests: 3, blobs: 4 });
  expect(second).toMatchObject({ bytes: 0, copied: 0, manifests: 0 });
});

test('several destinations, the source itself among them', async () => {
  const registry = new MemoryRegistry();
  const { index } = await released(registry);
  const to = [staging, production, elsewhere];

  const copied = await copyImage({ from: staging, digest: index.digest, to }, { registry });

  const own = `a.test/${staging.repository}@`;
  expect(registry.calls.filter((call) => call.startsWith('HEAD') && call.includes(own))).toEqual([]);
  expect(copied.map(({ manifests, mounted, copied: blobs }) => [manifests, mounted, blobs])).toEqual([
    [0, 0, 0],
    [3, 4, 0],
    [3, 0, 4],
  ]);
});

test('an image that only gets a tag where it is costs no request', async () => {
  const registry = new MemoryRegistry();
  const { index } = await released(registry);
  registry.calls.length = 0;

  await copyImage({ from: staging, digest: index.digest, to: [staging] }, { registry });

  expect(registry.calls).toEqual([]);
});

test.each([
  ['has a referrers API', 'has one', true, true],
  ['has a referrers API', 'has none', true, false],
  ['has none', 'has one', false, true],
  ['has none', 'has none', false, false],
])(
  'signatures, SBOMs and what was said of those follow: the source %s, the destination %s',
  async (_, __, source, destination) => {
    const api = { 'a.test': source, 'b.test': destination };
    const registry = new MemoryRegistry({ referrersApi: (host) => api[host as keyof typeof api] });
    const { index, amd64 } = await released(registry);
    const attach = async (subject: StoredManifest, type: string): Promise<StoredManifest> => {
      const manifest = await pushReferrer(registry, staging, describes(subject), type);
      await putReferrer(staging, manifest, registry);
      return manifest;
    };
    const signature = await attach(index, 'application/vnd.dev.sigstore.bundle.v0.3+json');
    const sbom = await attach(amd64, 'application/spdx+json');
    const signatureOfSbom = await attach(sbom, 'application/vnd.dev.sigstore.bundle.v0.3+json');

    const request = { from: staging, digest: index.digest, to: [elsewhere] };
    const [copied] = await copyImage(request, { registry });

    const listed = async (subject: StoredManifest) =>
      (await registry.referrers(elsewhere, subject.digest)).map(({ digest }) => digest);
    expect(await listed(index)).toEqual([signature.digest]);
    expect(await listed(amd64)).toEqual([sbom.digest]);
    expect(await listed(sbom)).toEqual([signatureOfSbom.digest]);
    expect(copied).toMatchObject({ manifests: 6 });
    const fallback = registry.at(elsewhere.registry, elsewhere.repository, fallbackTag(index.digest));
    expect(fallback === undefined).toBe(destination);
    expect(await copyImage(request, { registry })).toMatchObject([{ manifests: 0, bytes: 0 }]);
  },
);

test('what the destination lists already stays listed', async () => {
  const registry = new MemoryRegistry();
  const { index } = await released(registry);
  await copyImage({ from: staging, digest: index.digest, to: [elsewhere] }, { registry });
  const own = await pushReferrer(registry, elsewhere, describes(index), 'application/own');
  await putReferrer(elsewhere, own, registry);
  const late = await pushReferrer(registry, staging, describes(index), 'application/late');
  await putReferrer(staging, late, registry);

  await copyImage({ from: staging, digest: index.digest, to: [elsewhere] }, { registry });

  const listed = await registry.referrers(elsewhere, index.digest);
  expect(listed.map(({ artifactType }) => artifactType)).toEqual(['application/own', 'application/late']);
});

test('another run that keeps the same fallback tag does not lose ours', async () => {
  const registry = new MemoryRegistry();
  const { index } = await released(registry);
  const ours = await pushReferrer(registry, staging, describes(index), 'application/ours');
  const theirs = await pushReferrer(registry, staging, describes(index), 'application/theirs');
  registry.before = async (call) => {
    if (!call.startsWith('PUT a.test/staging/shop:sha256-')) return;
    // It read the tag when we did, and writes it right after us.
    registry.before = async (next) => {
      if (!next.startsWith('REFERRERS')) return;
      registry.before = () => {};
      const alone = stored({ manifests: [describes(theirs)] }, 'application/vnd.oci.image.index.v1+json');
      await registry.putManifest({ ...staging, tag: fallbackTag(index.digest) }, alone);
    };
  };

  await putReferrer(staging, ours, registry);

  const listed = await registry.referrers(staging, index.digest);
  expect(listed.map(({ digest }) => digest)).toEqual([theirs.digest, ours.digest]);
});

/** A signature as cosign keeps it: one layer each. */
const cosign = (registry: MemoryRegistry, place: RepositoryRef, ...payloads: string[]) =>
  pushImage(registry, place, payloads);

const signatureTag = (digest: string): string => cosignTags(digest)[0] ?? '';

test("cosign's tags follow, for the index and for its platforms", async () => {
  const registry = new MemoryRegistry();
  const { index, amd64 } = await released(registry);
  const signature = await cosign(registry, staging, 'signed');
  await registry.putManifest({ ...staging, tag: signatureTag(index.digest) }, signature);
  await registry.putManifest({ ...staging, tag: `${fallbackTag(amd64.digest)}.att` }, signature);

  await copyImage({ from: staging, digest: index.digest, to: [elsewhere] }, { registry });

  expect(new Set(await registry.tags(elsewhere))).toEqual(
    new Set([`${fallbackTag(amd64.digest)}.att`, signatureTag(index.digest)]),
  );
  expect(registry.at('b.test', 'shop', signatureTag(index.digest))).toBe(signature.digest);
});

test.each([
  ['fewer of the same', ['one'], ['one', 'two'], 'replaced', []],
  ['more', ['one', 'two'], ['one'], 'kept', []],
  ['others', ['three'], ['one', 'two'], 'kept', ['2 of the source']],
])('a destination with %s signatures: %j beside %j is %s', async (_, theirs, ours, fate, said) => {
  const registry = new MemoryRegistry();
  const { index } = await released(registry);
  const tag = signatureTag(index.digest);
  const [own, source] = [
    await cosign(registry, elsewhere, ...theirs),
    await cosign(registry, staging, ...ours),
  ];
  await registry.putManifest({ ...elsewhere, tag }, own);
  await registry.putManifest({ ...staging, tag }, source);

  const [copied] = await copyImage({ from: staging, digest: index.digest, to: [elsewhere] }, { registry });

  expect(registry.at('b.test', 'shop', tag)).toBe(fate === 'kept' ? own.digest : source.digest);
  expect(copied?.notes).toEqual(said.map((text) => expect.stringContaining(text)));
});

test('never more than six requests at once, however many layers', async () => {
  const registry = new MemoryRegistry();
  const layers = Array.from({ length: 30 }, (_, layer) => `layer ${layer}`);
  const image = await pushImage(registry, staging, layers);
  let [open, most] = [0, 0];
  registry.before = async () => {
    most = Math.max(most, ++open);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    open -= 1;
  };

  await copyImage({ from: staging, digest: image.digest, to: [elsewhere, production] }, { registry });

  expect(most).toBe(6);
});

test('a scan is kept beside the image, and goes where it goes', async () => {
  const registry = new MemoryRegistry();
  const { index } = await released(registry);
  const record: ScanRecord = {
    schema: 'slipway/scan/v1',
    digest: index.digest,
    outcome: 'pass',
    scanner: 'trivy',
    platforms: ['linux/amd64', 'linux/arm64'],
    reason: 'nothing at or above high',
    at: '2026-11-26T01:00:00.000Z',
    run: 'octo/shop/1/1',
  };
  await attachScan(staging, describes(index), record, registry);
  await copyImage({ from: staging, digest: index.digest, to: [elsewhere] }, { registry });

  expect(await scansOf(elsewhere, index.digest, registry)).toEqual([record]);
});
