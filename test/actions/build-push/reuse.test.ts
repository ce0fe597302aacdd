import { describe, expect, test } from '@jest/globals';
import { TargetError } from '../../../lib/domain/errors.ts';
import { MemoryRegistry, ociIndex, stored } from '../../support/memory-registry.ts';
import { image, primary, Workshop } from './memory.ts';

const sameSource = { reuse: 'same-source' };

/** A second run in the same registry. */
function next(
  before: Workshop,
  change: Partial<Pick<Workshop, 'source' | 'ref' | 'run' | 'noise' | 'now'>> = {},
): Workshop {
  const shop = new Workshop(before.registry);
  return Object.assign(shop, { run: '1002', noise: 'other', now: before.now, ...change });
}

test('the same source is built once, and the floating tags still move', async () => {
  const first = new Workshop();
  const { image: made } = await first.build({ ...sameSource, tags: 'dev-{run_id}\nlatest-dev' });
  const second = next(first);
  const result = await second.build({
    ...sameSource,
    tags: 'dev-{run_id}\nlatest-dev',
    images: `${image}\nb.test/shop`,
  });
  expect(second.built).toEqual([]);
  expect(result).toMatchObject({ result: 'success', image: { built: 'reused', digest: made?.digest } });
  expect(second.at('dev-1002')).toBe(made?.digest);
  expect(second.at('latest-dev', { registry: 'b.test', repository: 'shop' })).toBe(made?.digest);
});

test('another source is built', async () => {
  const first = new Workshop();
  await first.build({ ...sameSource, tags: 'dev-{run_id}' });
  const second = next(first, { source: 'two' });
  const result = await second.build({ ...sameSource, tags: 'dev-{run_id}' });
  expect(result.image?.built).toBe('true');
  expect(second.built).toHaveLength(1);
});

test('reuse never: built again', async () => {
  const first = new Workshop();
  await first.build({ ...sameSource, tags: 'dev-{run_id}' });
  const second = next(first);
  expect((await second.build({ tags: 'dev-{run_id}' })).image?.built).toBe('true');
});

test('too old to stand in', async () => {
  const first = new Workshop();
  await first.build({ ...sameSource, tags: 'dev-{run_id}' });
  const second = next(first, { now: first.now + 8 * 86_400_000 });
  const result = await second.build({ ...sameSource, tags: 'dev-{run_id}' });
  expect(result.image).toMatchObject({ built: 'true', why: expect.stringContaining('max-age is 168h00m') });
});

test('what is reused is verified and scanned like what is built', async () => {
  const first = new Workshop();
  await first.build({ ...sameSource, tags: 'dev-{run_id}' });
  const second = next(first);
  second.verifyExit = 1;
  const result = await second.build({ ...sameSource, tags: 'dev-{run_id}', 'verify-command': 'it' });
  expect(result).toMatchObject({ result: 'failure', image: { built: 'reused' } });
  expect(second.at('dev-1002')).toBeUndefined();
});

test('an immutable tag of the same source: reused whatever reuse says', async () => {
  const first = new Workshop();
  const { image: made } = await first.build();
  const again = next(first);
  const result = await again.build();
  expect(again.built).toEqual([]);
  expect(result).toMatchObject({
    image: { built: 'reused', digest: made?.digest },
    published: { tags: [{ outcome: 'already' }] },
  });
});

test('an immutable tag of another source: refused before anything is built, naming the digest', async () => {
  const first = new Workshop();
  const { image: made } = await first.build({ tags: 'v1.4.2' });
  const second = next(first, { source: 'two' });
  const error = await second.build({ tags: 'v1.4.2\nlatest' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TargetError);
  expect((error as TargetError).details.flat().join(' ')).toContain(made?.digest);
  expect(second.built).toEqual([]);
});

test('if-exists fail refuses what overwrite moves', async () => {
  const first = new Workshop();
  await first.build({ tags: 'edge' });
  const second = next(first, { source: 'two' });
  await expect(second.build({ tags: 'edge', 'if-exists': 'fail' })).rejects.toThrow('edge is taken');
  const moved = await second.build({ tags: 'edge' });
  expect(moved.published?.tags[0]).toMatchObject({
    outcome: 'written',
    before: first.at('x') ?? expect.any(String),
  });
});

test('latest stays with the higher version', async () => {
  const first = new Workshop();
  const { image: newer } = await first.build({ tags: 'v2.0.0\nlatest', version: '2.0.0' });
  const second = next(first, { source: 'old' });
  const result = await second.build({ tags: 'v1.9.9\nlatest\n{major}', version: '1.9.9' });
  expect(second.at('latest')).toBe(newer?.digest);
  expect(second.at('1')).toBe(result.image?.digest);
  expect(result.reason).toMatch(/, tagged v1\.9\.9, 1; latest stays where it is$/);
});

test('a base that brings a version of its own does not hold latest back', async () => {
  const first = new Workshop();
  first.baseLabels = {
    'org.opencontainers.image.version': '3.2.0',
    'dev.slipway.source-hash': 'f'.repeat(64),
  };
  await first.build({ tags: 'latest' });
  const second = next(first, { source: 'two' });
  const result = await second.build({ tags: 'v1.4.2\nlatest', version: '1.4.2' });
  expect(second.at('latest')).toBe(result.image?.digest);
});

describe('a base that moves while the image is built', () => {
  const base = { registry: 'base.test', repository: 'os', tag: '1' };
  const move = async (shop: Workshop, to: string): Promise<void> => {
    const index = stored({ manifests: [], annotations: { to } }, ociIndex);
    await shop.registry.putManifest(base, index);
  };

  test('built again, and the labels name what it was built from', async () => {
    const shop = new Workshop();
    shop.from = 'base.test/os:1';
    await move(shop, 'one');
    shop.during = async () => {
      if (shop.built.length === 1) await move(shop, 'two');
    };
    const result = await shop.build({ ...sameSource, tags: 'dev-{run_id}' });
    expect(shop.built).toHaveLength(2);
    expect(shop.said.join('\n')).toContain('base.test/os:1 moved while');

    const after = next(shop);
    after.from = shop.from;
    const reused = await after.build({ ...sameSource, tags: 'dev-{run_id}' });
    expect(reused.image).toMatchObject({ built: 'reused', digest: result.image?.digest });
    const back = next(shop, { run: '1003' });
    back.from = shop.from;
    await move(back, 'one');
    expect((await back.build({ ...sameSource, tags: 'dev-{run_id}' })).image?.built).toBe('true');
  });

  test('one that keeps moving: no tag is written', async () => {
    const shop = new Workshop();
    shop.from = 'base.test/os:1';
    await move(shop, 'one');
    shop.during = () => move(shop, `turn ${shop.built.length}`);
    await expect(shop.build({ ...sameSource, tags: 'dev-{run_id}' })).rejects.toThrow('base.test/os:1');
    expect(await shop.registry.tags(primary)).toEqual([]);
  });
});

const mine = 'refs/heads/mine';

test.each([
  ['a branch of its own: built', mine, {}, 'true'],
  ['main: reused', 'refs/heads/main', {}, 'reused'],
  ['a branch that reuse-from names: reused', mine, { 'reuse-from': 'refs/heads/*' }, 'reused'],
  ['a branch, when only signatures count: built', 'refs/heads/main', { sign: 'true' }, 'true'],
] as const)('a release reuses what was built by %s', async (_, ref, more, built) => {
  const first = new Workshop();
  first.ref = ref;
  await first.build({ ...sameSource, tags: 'build-{run_id}' });
  const second = next(first, { ref: 'refs/tags/v1.4.2' });
  const result = await second.build({ ...sameSource, tags: 'v1.4.2', ...more });
  expect(result.image?.built).toBe(built);
});

test('a signed one is reused, and not signed twice', async () => {
  const first = new Workshop();
  first.ref = mine;
  const { image: made } = await first.build({ ...sameSource, tags: 'build-{run_id}', sign: 'true' });
  const second = next(first, { ref: 'refs/tags/v1.4.2' });
  second.signed.add(made?.digest ?? '');
  const result = await second.build({ ...sameSource, tags: 'v1.4.2', sign: 'true' });
  expect(result).toMatchObject({ image: { built: 'reused' }, signed: 'before' });
});

test('a src tag that lies is not believed', async () => {
  const first = new Workshop();
  await first.build({ ...sameSource, tags: 'a' });
  const other = next(first, { source: 'evil' });
  await other.build({ ...sameSource, tags: 'b' });
  const names = (await first.registry.tags(primary)) ?? [];
  const src = names.find((name) => name.startsWith('src-') && first.at(name) === first.at('a')) ?? '';
  const evil = await first.registry.manifest({ ...primary, tag: 'b' });
  if (evil === undefined) throw new Error('b is there');
  await first.registry.putManifest({ ...primary, tag: src }, evil);

  const third = next(first);
  const result = await third.build({ ...sameSource, tags: 'c' });
  expect(result.image).toMatchObject({
    built: 'true',
    why: expect.stringContaining('built from another source'),
  });
});

test('an immutable tag of an untrusted build is no release, and says what to do', async () => {
  const first = new Workshop();
  first.ref = mine;
  await first.build();
  const second = next(first, { ref: 'refs/tags/v1.4.2' });
  await expect(second.build({ tags: 'v1.4.2\nsha-{sha}' })).rejects.toThrow('may not become a release');
  expect(second.built).toEqual([]);
});

test('two runs of one source at once: the later one takes the image of the first', async () => {
  const registry = new MemoryRegistry();
  const [one, two] = [new Workshop(registry), new Workshop(registry)];
  two.noise = 'other bytes';
  let first: Awaited<ReturnType<Workshop['build']>> | undefined;
  two.during = async () => {
    first = await one.build({ tags: 'v1.4.2\nlatest', version: '1.4.2' });
  };
  const second = await two.build({ tags: 'v1.4.2\nlatest', version: '1.4.2' });
  expect(first?.image?.built).toBe('true');
  expect(second).toMatchObject({
    result: 'success',
    image: { built: 'reused', digest: first?.image?.digest },
  });
  expect(two.at('latest')).toBe(first?.image?.digest);
});

test('a branch that was faster under a release tag: its image is not taken for the release', async () => {
  const registry = new MemoryRegistry();
  const [one, two] = [new Workshop(registry), new Workshop(registry)];
  Object.assign(one, { ref: 'refs/heads/mine', noise: 'theirs' });
  two.ref = 'refs/tags/v1.4.2';
  two.during = async () => void (await one.build({ tags: 'v1.4.2' }));
  await expect(two.build({ tags: 'v1.4.2\nlatest' })).rejects.toThrow('may not become a release');
  expect(two.at('latest')).toBeUndefined();
});

test('two runs of two sources at once: the later one fails, naming the digest', async () => {
  const registry = new MemoryRegistry();
  const [one, two] = [new Workshop(registry), new Workshop(registry)];
  two.source = 'two';
  two.during = async () => void (await one.build({ tags: 'v1.4.2' }));
  const error = await two.build({ tags: 'v1.4.2' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TargetError);
  expect((error as TargetError).details.flat().join(' ')).toContain(one.at('v1.4.2'));
  expect((error as TargetError).message).toContain('was pushed and left without a tag');
});
