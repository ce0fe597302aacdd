import { expect, test } from '@jest/globals';
import { failedFor, shipped } from './support/expected.ts';
import { release, serviceImage } from './support/release.ts';
import { majors } from './support/tools.ts';

const neverReady = { faults: { FAULT_NEVER_READY: 'true' } };
const image = async (version: string): Promise<{ images: string }> => ({
  images: `image=${(await serviceImage(version)).pinned}`,
});

test.concurrent.each(majors)(
  'a release that never becomes ready goes back to the newest verified one (%s)',
  async (helm) => {
    await using shop = await release({ helm });
    const v1 = await serviceImage('v1');
    await shop.deploy();
    // Ready, and not verified: what it waits for never came.
    await shop.deploy({ ...(await image('v2')), expects: 'smoke-test' });

    const failed = await shop.deploy({
      ...(await image('v3')),
      environment: 'production',
      values: neverReady,
      timeout: '6s',
    });

    expect(failed).toMatchObject({ result: 'failure', exit: 1, post: { exit: 0, log: '' } });
    expect(failed.reason).toMatch(/not ready after 6s: .*blocked on pod shop-\S+ container shop/);
    expect(failed.reason).toContain('undone: revision 4 brings back revision 1');
    expect(failed.outputs).toMatchObject({ revision: '4', 'previous-revision': '2', status: 'deployed' });
    expect(await shop.imageOf('Deployment')).toBe(v1.pinned);
    expect(await shop.history()).toMatchObject([
      { revision: 1, status: 'superseded' },
      { revision: 2, status: 'superseded' },
      { revision: 3, status: 'failed', description: expect.stringContaining('not ready after 6s') },
      { revision: 4, status: 'deployed', description: 'Rollback to 1' },
    ]);
    expect(failed.record).toMatchObject({
      state: 'rolled-back',
      revision: 3,
      undo: { part: 'deploy-helm', toRevision: 1, outcome: 'success' },
      verdicts: [{ name: 'deploy-helm', outcome: 'fail' }],
    });
    expect(failed.summary).toContain('undone');
    const statuses = shop.github.recorded.filter(({ operation }) => operation?.endsWith('deployment-status'));
    expect(statuses.at(-1)?.body).toMatchObject({ state: 'failure' });

    await shop.helm('upgrade', 'shop', shop.chart, '--reuse-values', '--set', 'revision=by-hand');
    expect((await shop.statuses()).slice(-2)).toEqual(['4 superseded', '5 deployed']);
  },
);

test.concurrent.each(majors)(
  'on-failure: leave leaves it, and Helm says what runs and what failed (%s)',
  async (helm) => {
    await using shop = await release({ helm, with: { 'on-failure': 'leave' } });
    const v2 = await serviceImage('v2');
    await shop.deploy();

    const failed = await shop.deploy({ ...(await image('v2')), values: neverReady, timeout: '6s' });

    expect(failed).toMatchObject({ result: 'failure', outputs: { revision: '2', status: 'failed' } });
    expect(failed.reason).toContain('left: on-failure: leave');
    expect(failed.record).toMatchObject({ state: 'rejected', revision: 2 });
    expect(await shop.imageOf('Deployment')).toBe(v2.pinned);
    expect(await shop.statuses()).toEqual(['1 deployed', '2 failed']);
    const labels = (await shop.namespace.get('v1 Secret', 'sh.helm.release.v1.shop.v1'))?.metadata.labels;
    expect(labels).toMatchObject({ status: 'deployed' });

    await shop.helm('upgrade', 'shop', shop.chart, '--reuse-values', '--set', 'faults=null');
    expect(await shop.statuses()).toEqual(['1 superseded', '2 failed', '3 deployed']);
  },
);

test.concurrent.each(majors)('a target that ran before Slipway came is gone back to (%s)', async (helm) => {
  await using shop = await release({ helm });
  const v1 = await serviceImage('v1');
  const running = { ...shop.defaultValues, image: { registry: '', repository: v1.pinned, tag: '' } };
  const flags = Object.entries(running).flatMap(([k, v]) => ['--set-json', `${k}=${JSON.stringify(v)}`]);
  await shop.helm('install', 'shop', shop.chart, ...flags);
  await shop.namespace.until('apps/v1 Deployment', 'shop', isAvailable);

  const failed = await shop.deploy({
    ...(await image('v2')),
    values: { ...neverReady, rollout: { progressDeadlineSeconds: 3 } },
    timeout: '90s',
  });

  // Called by what Kubernetes itself reports, long before the timeout.
  expect(failed).toMatchObject(failedFor('no progress for 3s'));
  expect(failed.report.data).toMatchObject({
    verdict: {
      findings: expect.arrayContaining([
        expect.objectContaining({ rule: 'ProgressDeadlineExceeded', severity: 'terminal' }),
      ]),
    },
  });
  expect(failed.durationMs).toBeLessThan(60_000);
  expect(await shop.imageOf('Deployment')).toBe(v1.pinned);
  expect(await shop.statuses()).toEqual(['1 superseded', '2 failed', '3 deployed']);
  expect(await shop.records()).toEqual(['#1 verified', '#2 rolled-back']);
  expect(failed.record).toMatchObject({ seq: 2, from: { revision: 1 } });
});

test.concurrent('a first release that fails is left as evidence, and the next one succeeds', async () => {
  await using shop = await release();

  const failed = await shop.deploy({ values: neverReady, timeout: '6s' });

  expect(failed).toMatchObject({ result: 'failure', outputs: { revision: '1', status: 'failed' } });
  expect(failed.reason).toContain('left: nothing verified to go back to');
  expect((await shop.namespace.list('v1 Pod')).length).toBe(1);
  expect(await shop.statuses()).toEqual(['1 failed']);

  expect(await shop.deploy()).toMatchObject({ ...shipped, outputs: { revision: '2' } });
  expect(await shop.statuses()).toEqual(['1 superseded', '2 deployed']);
});

test.concurrent('on-first-failure: uninstall takes a first release away, its record stays', async () => {
  await using shop = await release({ with: { 'on-first-failure': 'uninstall' } });
  const failed = await shop.deploy({ values: neverReady, timeout: '6s' });

  expect(failed).toMatchObject(failedFor('uninstalled'));
  await expect(shop.history()).rejects.toThrow('release: not found');
  expect(await shop.namespace.list('apps/v1 Deployment')).toEqual([]);
  expect(await shop.records()).toEqual(['#1 rolled-back']);
});

test.concurrent('a failed Job is called at once', async () => {
  await using jobs = await release({ chart: 'kinds' });
  const failed = await jobs.deploy({ values: { job: { enabled: true, exit: 3, say: 'no such table' } } });

  expect(failed).toMatchObject(failedFor(/Job .*\/shop-job-1/));
  expect(failed.durationMs).toBeLessThan(45_000);
});

test.concurrent('the chart’s own tests decide as well', async () => {
  const testPods = { apiGroups: [''], resources: ['pods'], verbs: ['create', 'patch', 'delete'] };
  await using shop = await release({ with: { tests: true }, rules: [testPods] });
  expect(await shop.deploy({ values: { test: { enabled: true } } })).toMatchObject(shipped);

  const failed = await shop.deploy({
    ...(await image('v2')),
    values: { test: { enabled: true, contains: 'no version says this', tries: 2 } },
  });

  expect(failed).toMatchObject(failedFor('helm test failed'));
  expect(await shop.statuses()).toEqual(['1 superseded', '2 failed', '3 deployed']);
});

const isAvailable = ({ status }: { readonly status?: unknown }): boolean =>
  ((status as { readonly availableReplicas?: number } | undefined)?.availableReplicas ?? 0) > 0;
