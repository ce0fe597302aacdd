/** What comes from the base image, and what must not. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Checkout, openYard } from './support/yard.ts';
import type { YardParts } from './support/yard.ts';

let yard: YardParts;
beforeAll(async () => {
  yard = await openYard();
}, 600_000);
afterAll(() => yard.stop());

test('what a base image says of itself is not taken for what is built on it', async () => {
  await using base = await Checkout.of(yard, 'labelled-base');
  await base.shop('LABEL org.opencontainers.image.version=3.2.0 dev.slipway.source-hash=forged');
  const from = await base.build({ tags: 'base', version: '3.2.0' });
  await using shop = await Checkout.of(yard, 'on-labelled-base');
  await shop.commit({ Dockerfile: `FROM ${from.outputs['ref'] ?? ''}\nCOPY app /app\n`, app: 'one' });
  await shop.build({ tags: 'latest' });
  await shop.commit({ app: 'two' });
  const release = await shop.build({ tags: 'latest', version: '1.4.2' });
  expect(await shop.at('latest')).toBe(release.outputs['digest']);
});

test('a base that moves while the image is built: built again, so a re-run finds its own tag', async () => {
  await using base = await Checkout.of(yard, 'moving-base');
  await base.shop();
  await base.build({ tags: 'base' });
  await using shop = await Checkout.of(yard, 'on-moving-base');
  const steps = 'RUN echo still-building && sleep 4';
  await shop.commit({ Dockerfile: `FROM ${base.image}:base\nCOPY app /app\n${steps}\n`, app: 'one' });

  const step = await shop.start({ tags: 'v1.4.2' });
  await step.says('still-building');
  await base.shop('', 'two');
  const moved = await base.build({ tags: 'base' });
  const ended = await step.ended;

  expect(moved.result).toBe('success');
  expect(ended.log).toContain(`${base.image}:base moved while the image was built`);
  expect(ended).toMatchObject({ result: 'success', outputs: { tags: 'v1.4.2' } });
  const again = await shop.build({ tags: 'v1.4.2' });
  expect(again.outputs).toMatchObject({ built: 'reused', digest: ended.outputs['digest'] });
});
