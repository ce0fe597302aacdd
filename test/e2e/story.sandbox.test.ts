import { beforeAll, expect, test } from '@jest/globals';
import { jobOf, stepOf } from '../../sandbox/act/workflow-run.ts';
import { sandboxEnv } from '../../sandbox/client.ts';
import { serves, shippedEverywhere, undoneInStaging } from '../../sandbox/demo/expected.ts';
import { onStage } from '../../sandbox/demo/stage.ts';
import type { Shipped } from '../../sandbox/demo/stage.ts';
import { pushServiceImage } from '../../sandbox/service/image.ts';
import type { ServiceImage } from '../../sandbox/service/image.ts';

let [v1, v3]: ServiceImage[] = [];
let [first, hanging]: Shipped[] = [];
let differences: string[];

/** The demo tells the story with Helm 4 unless asked otherwise; here it is Helm 3. */
beforeAll(async () => {
  const sandbox = sandboxEnv();
  const { registry } = sandbox;
  v1 = await pushServiceImage({ registry, version: 'v1' });
  v3 = await pushServiceImage({ registry, version: 'v3', faults: { FAULT_NEVER_READY: 'true' } });
  await onStage(sandbox, { helm: 3 }, async (stage) => {
    first = await stage.ship({ ...v1!, version: 'v1' });
    differences = await shippedEverywhere(first, v1!);
    hanging = await stage.ship({ ...v3!, version: 'v3' });
    differences.push(...(await undoneInStaging(hanging, v3!)), ...(await serves(stage, 'v1')));
  });
}, 180_000);

test('the example workflow ships to both environments, and a release that hangs is undone', () => {
  expect(differences).toEqual([]);
});

test('the outputs say what runs', () => {
  const { outputs } = stepOf(jobOf(first!.run, 'production'), 'deploy');
  expect(outputs).toMatchObject({
    result: 'success',
    revision: '1',
    'previous-revision': '',
    status: 'deployed',
    'chart-version': '0.1.0',
    record: 'shop-production/shop#1',
    'environment-url': 'https://shop.example.com',
  });
  expect(JSON.parse(outputs['images'] ?? '')).toEqual({ 'Deployment/shop/shop': v1!.pinned });
});

test('the summary of the failed step names the workload, the cause and the way back', () => {
  const { summary, annotations, log } = stepOf(jobOf(hanging!.run, 'staging'), 'deploy');
  expect(summary).toMatch(/^### ❌ deploy-helm: /);
  expect(summary).toContain('Readiness probe failed');
  expect(summary).toContain('undone');
  expect(annotations).toEqual([expect.objectContaining({ kind: 'error' })]);
  expect(log.join('\n')).toMatch(/0 of 2 ready, blocked on /);
});

test('no secret reaches the log', () => {
  expect(first!.run.log + hanging!.run.log).not.toMatch(
    /certificate-authority-data|eyJhbGciOi|stand-in-token/,
  );
});
