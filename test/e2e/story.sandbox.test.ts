import { beforeAll, expect, test } from '@jest/globals';
import { jobOf, stepOf } from '../../sandbox/act/workflow-run.ts';
import { sandboxEnv } from '../../sandbox/client.ts';
import {
  backedUpBefore,
  builtBy,
  builtOnce,
  caughtInStaging,
  serves,
  shippedEverywhere,
  wentBackOnDemand,
} from '../../sandbox/demo/expected.ts';
import { onStage } from '../../sandbox/demo/stage.ts';
import type { Shipped } from '../../sandbox/demo/stage.ts';
import { storyImages } from '../../sandbox/demo/story.ts';
import type { Images } from '../../sandbox/demo/story.ts';
import { wayBackOf } from '../../sandbox/demo/way-back.ts';

let images: Images;
let first: Shipped;
let second: Shipped;
let wrong: Shipped;
let rehearsal: Shipped;
let emergency: Shipped;
const differences: Record<string, string[]> = {};

/** The demo tells the story with Helm 4 unless asked otherwise; here it is Helm 3, and what comes after it. */
beforeAll(async () => {
  const sandbox = sandboxEnv();
  images = await storyImages(sandbox.registry);
  const order = { environment: 'production', to: 'last-verified', reason: 'checkout burns' } as const;
  await onStage(sandbox, { helm: 3 }, async (stage) => {
    first = await stage.ship({ ...images.v1, version: 'v1' });
    differences['v1'] = await shippedEverywhere(first, images.v1);
    second = await stage.push('The second version');
    const { version: v2, digest } = builtBy(second);
    differences['v2'] = [
      ...(await shippedEverywhere(second, { digest })),
      ...(await builtOnce(second)),
      ...backedUpBefore(stage, second),
    ];
    wrong = await stage.ship({ ...images.v3, version: 'v3' });
    differences['v3'] = [...(await caughtInStaging(wrong, images.v3)), ...(await serves(stage, v2))];
    rehearsal = await stage.rollBack({ ...order, dryRun: true });
    differences['dry run'] = await serves(stage, v2);
    emergency = await stage.rollBack(order);
    differences['emergency'] = [
      ...(await wentBackOnDemand(emergency, 'production')),
      ...(await serves(stage, { staging: v2, production: 'v1' })),
    ];
  });
}, 300_000);

test('the example workflow ships to both environments; what is ready and wrong is caught and taken back', () => {
  const { v1, v2, v3 } = differences;
  expect({ v1, v2, v3 }).toEqual({ v1: [], v2: [], v3: [] });
});

test('the outputs say what runs', () => {
  const { outputs } = stepOf(jobOf(first.run, 'production'), 'deploy');
  expect(outputs).toMatchObject({
    result: 'success',
    revision: '1',
    'previous-revision': '',
    status: 'deployed',
    'chart-version': '0.1.0',
    record: 'shop-production/shop#1',
    'environment-url': 'https://shop.example.com',
  });
  expect(JSON.parse(outputs['images'] ?? '')).toEqual({ 'Deployment/shop/shop': images.v1.pinned });
});

test('the smoke test names who answered, the rollback what it went back to', () => {
  const staging = jobOf(wrong.run, 'staging');
  const smoke = stepOf(staging, 'smoke');
  expect(smoke.summary).toMatch(/^### ❌ smoke-test: /);
  expect(smoke.summary).toContain('v1');
  expect(smoke.summary).toContain('v3');
  expect(smoke.annotations).toContainEqual(expect.objectContaining({ kind: 'error' }));
  expect(stepOf(staging, 'rollback').summary).toMatch(/^### ✅ rollback: /);
  expect(wayBackOf(staging)).toMatchObject({ ending: 'undone and verified' });
});

test('the emergency workflow: a dry run shows where it would go and changes nothing, then it goes there', () => {
  expect({ rehearsed: differences['dry run'], done: differences['emergency'] }).toEqual({
    rehearsed: [],
    done: [],
  });
  const { summary, outputs } = stepOf(jobOf(rehearsal.run, 'rollback'), 'rollback');
  expect(outputs['rolled-back']).toBe('false');
  expect(summary).toContain('v1');
  expect(rehearsal.deployments).toEqual([]);
});

test('no secret reaches the log', () => {
  const runs = [first, second, wrong, rehearsal, emergency];
  expect(runs.map(({ run }) => run.log).join('\n')).not.toMatch(
    /certificate-authority-data|eyJhbGciOi|stand-in-token/,
  );
});
