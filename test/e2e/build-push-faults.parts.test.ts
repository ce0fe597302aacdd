import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDistribution } from '../../sandbox/images/distribution.ts';
import { startRegistryProxy } from '../../sandbox/images/registry-proxy.ts';
import type { RegistryProxy } from '../../sandbox/images/registry-proxy.ts';
import { startTokenServer } from '../../sandbox/images/token-server.ts';
import { allGone, descendants } from '../support/process-tree.ts';
import { Checkout, openYard } from './support/yard.ts';
import type { YardParts } from './support/yard.ts';

let yard: YardParts;
beforeAll(async () => {
  yard = await openYard();
}, 600_000);
afterAll(() => yard.stop());

/** A step that lasts, once for each test: another one's layer would be in the cache. */
const slow = (name: string): string => `RUN echo ${name} && sleep 60`;

test('cancelled while it builds: nothing is tagged, no builder, file or process is left', async () => {
  await using shop = await Checkout.of(yard, 'cancelled');
  await shop.shop(slow('cancelled'));
  const step = await shop.start({ tags: 'v1.4.2\nlatest' });
  await step.says('[3/3] RUN echo cancelled');
  const children = descendants(step.pid());

  const ended = await step.cancel();

  expect(ended).toMatchObject({ result: 'cancelled', exit: 1, post: { exit: 0 } });
  expect(ended.post.log).toMatch(/the builder slipway-\S+ is removed/);
  await allGone(children);
  expect(await shop.tags()).toEqual([]);
});

test('cancelled while it is proven: the image is named and has no tag', async () => {
  await using shop = await Checkout.of(yard, 'called-off');
  await shop.shop();
  const step = await shop.start({ tags: 'v1.4.2', 'verify-command': '[sh, -c, "echo now; sleep 60"]' });
  await step.says('now');
  const ended = await step.cancel();
  expect(ended).toMatchObject({ result: 'cancelled', exit: 1 });
  expect(ended.reason).toMatch(/called-off@sha256:\S+ was pushed and left without a tag/);
  expect(await shop.tags()).toEqual([]);
});

test('a killed build blocks nobody', async () => {
  await using shop = await Checkout.of(yard, 'killed');
  await shop.shop(slow('killed'));
  const step = await shop.start({ tags: 'v1.4.2' });
  await step.says('[3/3] RUN echo killed');
  await using _ = await step.kill('tree');
  expect(await shop.tags()).toEqual([]);

  await shop.shop();
  expect(await shop.build({ tags: 'v1.4.2' })).toMatchObject({ result: 'success' });
});

test('two runs of one source on one immutable tag: one image, and both say so', async () => {
  await using shop = await Checkout.of(yard, 'twins');
  await shop.shop('RUN echo twins && sleep 3');
  const both = await Promise.all([shop.build({ tags: 'v1.4.2' }), shop.build({ tags: 'v1.4.2' })]);
  const standing = await shop.at('v1.4.2');
  expect(both.map(({ result }) => result)).toEqual(['success', 'success']);
  expect(both.map(({ outputs }) => outputs['digest'])).toEqual([standing, standing]);
  expect(both.map(({ outputs }) => outputs['built'])).toContain('reused');
});

test('two runs of two sources on one immutable tag: one wins, the other fails and names its digest', async () => {
  await using one = await Checkout.of(yard, 'rivals');
  await using two = await Checkout.of(yard, 'rivals');
  await one.shop('RUN echo one && sleep 3');
  await two.shop('RUN echo two && sleep 3');
  const both = await Promise.all([one.build({ tags: 'v1.4.2' }), two.build({ tags: 'v1.4.2' })]);
  const standing = (await one.at('v1.4.2')) ?? '';
  const [winner, loser] = both[0].result === 'success' ? both : both.toReversed();
  expect([winner?.result, loser?.result]).toEqual(['success', 'failure']);
  expect(winner?.outputs['digest']).toBe(standing);
  expect(loser?.log).toContain(standing);
});

const busy = [
  ['503', { kind: 'status', status: 503 }],
  ['429', { kind: 'status', status: 429, retryAfterSeconds: 1 }],
  ['a reset', { kind: 'reset', afterSentBytes: 100 }],
] as const;

const uploads = { path: '/v2/*/blobs/uploads/*', method: 'PUT' } as const;

/** Blobs that the registry took more than once; throws where it took none, for then nothing was seen. */
function takenTwice({ recorded }: RegistryProxy): string[] {
  const taken = recorded
    .filter(({ method, status }) => method === 'PUT' && status === 201)
    .flatMap(({ url }) => new URL(url, 'http://any').searchParams.get('digest') ?? []);
  if (taken.length === 0) throw new Error('no blob went by the proxy');
  return taken.filter((digest, at) => taken.indexOf(digest) !== at);
}

/** One layer is through when the fault begins; it lasts until the step tries again. */
test.each(busy)(
  '%s while layers are pushed: the rest is pushed again, nothing is built again',
  async (name, fault) => {
    const word = name.replaceAll(' ', '-');
    await using shop = await Checkout.of(yard, `busy-${word}`);
    await using proxy = await startRegistryProxy(yard.registry.address);
    const image = shop.image.replace(yard.registry.address, proxy.address);
    await shop.shop(`RUN echo "${name}" > /name && echo ran-${word}\nRUN echo more > /more`, word);
    proxy.fail({ ...uploads, fault, skip: 1, times: 0 });
    const step = await shop.start({ images: image, tags: 'v1.4.2' });
    await step.says('again in');
    expect(await shop.tags()).toEqual([]);
    proxy.heal();

    const ended = await step.ended;

    expect(ended).toMatchObject({ result: 'success' });
    expect(ended.log.match(/^#\d+ [\d.]+ ran-/gm)).toHaveLength(1);
    expect(takenTwice(proxy)).toEqual([]);
    expect(await shop.at('v1.4.2')).toBe(ended.outputs['digest']);
  },
);

test.each([
  ['slow', { kind: 'slow', milliseconds: 2_000 }],
  ['tampered', { kind: 'tampered', body: 'request' }],
] as const)('a way that is %s: the digest is right, or there is no tag', async (name, fault) => {
  await using shop = await Checkout.of(yard, name);
  await using proxy = await startRegistryProxy(yard.registry.address);
  const image = shop.image.replace(yard.registry.address, proxy.address);
  await shop.shop(`RUN echo ${name} > /name`, name);
  proxy.fail({ ...uploads, fault, times: 1 });

  const ended = await shop.build({ images: image, tags: 'v1.4.2' });

  expect(ended).toMatchObject({ result: 'success' });
  expect(await shop.at('v1.4.2')).toBe(ended.outputs['digest']);
  expect(takenTwice(proxy)).toEqual([]);
});

test('busy to the end: no verdict, and no tag', async () => {
  await using shop = await Checkout.of(yard, 'busy-tag');
  await using proxy = await startRegistryProxy(yard.registry.address);
  const image = shop.image.replace(yard.registry.address, proxy.address);
  await shop.shop();
  proxy.fail({
    path: '/v2/*/manifests/v1.4.2',
    method: 'PUT',
    fault: { kind: 'status', status: 503 },
    times: 0,
  });
  const ended = await shop.build({ images: image, tags: 'v1.4.2', retries: '0' });
  expect(ended).toMatchObject({ result: 'inconclusive', exit: 1 });
  expect(ended.reason).toMatch(/busy-tag@sha256:\S+ was pushed and left without a tag/);
  expect(await shop.tags()).toEqual([]);
});

test('a login of the workflow is used and seen nowhere; a wrong one is refused', async () => {
  const password = 'petunia-6612';
  await using guarded = await startDistribution({ users: { ada: password } });
  await using shop = await Checkout.of(yard, 'guarded');
  await shop.shop();
  const images = `${guarded.address}/team/guarded`;
  const login = (word: string): string =>
    `- registry: ${guarded.address}\n  username: ada\n  password: ${word}\n`;

  const built = await shop.build(
    { images, tags: 'v1.4.2', registries: login(password) },
    { secrets: [password] },
  );
  expect(built).toMatchObject({ result: 'success', outputs: { tags: 'v1.4.2' } });

  const refused = await shop.build(
    { images, tags: 'v1.4.3', registries: login('wrong-one') },
    { secrets: ['wrong-one'] },
  );
  expect(refused).toMatchObject({ result: 'failure', exit: 1 });
  expect(refused.log).toContain(guarded.address);
});

test('a token that has expired is a refusal, not a reason to try again', async () => {
  await using tokens = await startTokenServer({ users: { ada: 'petunia-6612' }, expiresInSeconds: -120 });
  await using guarded = await startDistribution({ tokenServer: tokens });
  await using shop = await Checkout.of(yard, 'expired');
  await shop.shop();
  const images = `${guarded.address}/team/expired`;
  const registries = `[{registry: "${guarded.address}", username: ada, password: petunia-6612}]`;
  const refused = await shop.build({ images, tags: '', registries }, { secrets: ['petunia-6612'] });
  expect(refused).toMatchObject({ result: 'failure', exit: 1 });
  expect(refused.log).not.toContain('again in');
});
