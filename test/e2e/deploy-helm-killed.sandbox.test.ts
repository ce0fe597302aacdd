/** A run that was killed outright, without a post, and the next one. */
import { expect, test } from '@jest/globals';
import type { JobSeed } from '../../sandbox/github/seed.ts';
import { failedFor, shipped } from './support/expected.ts';
import { release, serviceImage } from './support/release.ts';
import type { Release } from './support/release.ts';
import { majors } from './support/tools.ts';

const githubSays = (shop: Release, run: number, state: Pick<JobSeed, 'status' | 'conclusion'>): void =>
  shop.github.plant({
    repositories: [
      { name: 'octo/shop', runs: [{ id: run, ...state, jobs: [{ id: 7001, name: 'deploy', ...state }] }] },
    ],
  });

/** What is true some minutes later: nobody has renewed the lock, and GitHub says that the job is over. */
async function minutesLater(shop: Release): Promise<void> {
  const [, run = ''] = /^octo\/shop\/(\d+)\//.exec((await shop.lease())?.holderIdentity ?? '') ?? [];
  githubSays(shop, Number(run), { status: 'completed', conclusion: 'failure' });
  const renewTime = new Date(Date.now() - 600_000).toISOString().replace('Z', '000Z');
  await shop.namespace.patch('coordination.k8s.io/v1 Lease', 'slipway-shop', { spec: { renewTime } });
}

/** The same chart, over and over, with a hook before that takes a while. */
const hooked = (seconds: number): object => ({ before: { for: `${seconds}s` }, after: { enabled: false } });

test.concurrent.each(majors)(
  'node alone: the helm that lives on is waited for, and the next deploy ships (%s)',
  async (helm) => {
    await using shop = await release({ helm, chart: 'hooks' });
    await shop.deploy({ values: hooked(0) });
    const deploy = await shop.start({ values: { ...hooked(10), replicas: 2 } });
    await deploy.says('hook shop-before | before: step 1');
    await using _ = await deploy.kill('node');
    expect(await shop.statuses()).toEqual(['1 deployed', '2 pending-upgrade']);
    expect(await shop.records()).toEqual(['#1 ready', '#2 planned']);
    await minutesLater(shop);

    const next = await shop.deploy({ values: hooked(0) });

    expect(next).toMatchObject({ ...shipped, outputs: { revision: '3', 'previous-revision': '1' } });
    expect(next.log).toContain('octo/shop run 1002 attempt 1 job 7001 did not finish its work');
    expect(next.log).toContain('waiting for 15s without a change');
    expect(next.log).toContain('moved: Secret');
    expect(await shop.history()).toMatchObject([
      { revision: 1, status: 'superseded' },
      { revision: 2, status: 'failed', description: expect.stringContaining('octo/shop run 1002') },
      { revision: 3, status: 'deployed', description: `slipway ${next.outputs['record']}` },
    ]);
    expect(await shop.records()).toEqual(['#1 ready', '#2 rejected', '#3 ready']);
    expect(await shop.lease()).toBeUndefined();
  },
);

test.concurrent.each(majors)(
  'the whole tree, helm half-way: no rollout for it, and the next deploy ships (%s)',
  async (helm) => {
    await using shop = await release({ helm, chart: 'hooks' });
    await shop.deploy({ values: hooked(0) });
    const deploy = await shop.start({ values: { ...hooked(60), replicas: 2 } });
    await deploy.says('hook shop-before | before: step 1');
    await using _ = await deploy.kill('tree');
    await minutesLater(shop);

    const next = await shop.deploy({ values: hooked(0) });

    expect(next).toMatchObject({ ...shipped, outputs: { revision: '3', 'previous-revision': '1' } });
    expect(await shop.statuses()).toEqual(['1 superseded', '2 failed', '3 deployed']);
    expect(await shop.records()).toEqual(['#1 ready', '#2 rejected', '#3 ready']);
    expect(await shop.lease()).toBeUndefined();
  },
);

test.concurrent('the whole tree, while it watched: what Helm calls deployed was never proven, and the next one fails', async () => {
  await using shop = await release();
  const v1 = await serviceImage('v1');
  await shop.deploy();
  const never = { faults: { FAULT_NEVER_READY: 'true' } };
  const deploy = await shop.start({ values: never });
  await deploy.says('blocked on pod');
  await using _ = await deploy.kill('tree');
  expect(await shop.statuses()).toEqual(['1 superseded', '2 deployed']);
  await minutesLater(shop);

  const next = await shop.deploy({ values: never, timeout: '5s' });

  expect(next).toMatchObject({ ...failedFor('not ready after 5s'), outputs: { revision: '4' } });
  expect(await shop.statuses()).toEqual(['1 superseded', '2 failed', '3 failed', '4 deployed']);
  expect(await shop.records()).toEqual(['#1 ready', '#2 rejected', '#3 rolled-back']);
  expect(await shop.imageOf('Deployment')).toBe(v1.pinned);
  expect(await shop.lease()).toBeUndefined();
});

test.concurrent.each(majors)(
  'the whole tree, while it watched: nothing that only the dead release brought stays in the next one (%s)',
  async (helm) => {
    await using shop = await release({ helm });
    await shop.deploy();
    const deploy = await shop.start({
      environment: 'production',
      values: { faults: { FAULT_NEVER_READY: 'true' } },
    });
    await deploy.says('blocked on pod');
    await using _ = await deploy.kill('tree');
    await minutesLater(shop);

    expect(await shop.deploy({ environment: 'production' })).toMatchObject(shipped);

    const deployment = await shop.namespace.get('apps/v1 Deployment', 'shop');
    expect(JSON.stringify(deployment?.spec)).not.toContain('FAULT_NEVER_READY');
    expect(await shop.statuses()).toEqual(['1 superseded', '2 failed', '3 deployed']);
    // The dead run's Deployment is no longer in progress.
    const { body } =
      shop.github.recorded.find(
        ({ operation, body: told }) =>
          operation === 'repos/create-deployment-status' &&
          JSON.stringify(told).includes('ended before the release was proven'),
      ) ?? {};
    expect(body).toMatchObject({ state: 'failure', environment: 'production' });
  },
);

test.concurrent('a first install that was killed is upgraded over', async () => {
  await using shop = await release();
  const deploy = await shop.start({ values: { faults: { FAULT_NEVER_READY: 'true' } } });
  await deploy.says('blocked on pod');
  await using _ = await deploy.kill('tree');
  await minutesLater(shop);
  expect(await shop.deploy()).toMatchObject(shipped);
  // Marked failed, and superseded by Helm itself as what it upgraded over.
  expect(await shop.statuses()).toEqual(['1 superseded', '2 deployed']);
  expect(await shop.records()).toEqual(['#1 rejected', '#2 ready']);
});

test.concurrent('a rollback takes over from a dead deploy, and goes back to what was verified', async () => {
  await using shop = await release();
  const [v1, v2] = await Promise.all([serviceImage('v1'), serviceImage('v2')]);
  await shop.deploy();
  const never = { faults: { FAULT_NEVER_READY: 'true' } };
  const deploy = await shop.start({ images: `image=${v2.pinned}`, values: never });
  await deploy.says('blocked on pod');
  await using _ = await deploy.kill('tree');
  await minutesLater(shop);

  const back = await shop.rollBack({ from: 'running' });

  expect(back).toMatchObject({ result: 'success', exit: 0 });
  expect(await shop.imageOf('Deployment')).toBe(v1.pinned);
  expect(await shop.statuses()).toEqual(['1 superseded', '2 failed', '3 deployed']);
  expect(await shop.records()).toEqual(['#1 ready', '#2 rolled-back', '#3 verified']);
  expect(await shop.lease()).toBeUndefined();
});

test.concurrent('a dead holder of which GitHub says that it runs is waited for, and nothing is touched', async () => {
  await using shop = await release();
  await shop.deploy();
  const deploy = await shop.start({ values: { faults: { FAULT_NEVER_READY: 'true' } } });
  await deploy.says('blocked on pod');
  await using _ = await deploy.kill('tree');
  await minutesLater(shop);
  githubSays(shop, 1002, { status: 'in_progress' });

  const refused = await shop.deploy({ 'lock-timeout': '3s' });

  expect(refused).toMatchObject(failedFor('locked by octo/shop run 1002 attempt 1 job 7001'));
  expect(await shop.statuses()).toEqual(['1 superseded', '2 deployed']);
  expect(await shop.records()).toEqual(['#1 ready', '#2 applied']);
});

test.concurrent('a helm by hand that was killed is refused with the way out, records or not', async () => {
  await using shop = await release({ chart: 'hooks' });
  await shop.deploy({ values: hooked(0) });
  const slow = ['--reuse-values', '--set', 'before.for=30s'];
  const upgrading = await shop.startHelm('upgrade', 'shop', shop.chart, ...slow);
  await shop.namespace.until('v1 Secret', 'sh.helm.release.v1.shop.v2');
  await upgrading.kill();

  const refused = await shop.deploy({ values: hooked(0) });

  expect(refused).toMatchObject(failedFor(/^revision 2 is pending-upgrade/));
  expect(refused.log).toContain('helm rollback shop -n');
  expect(await shop.statuses()).toEqual(['1 deployed', '2 pending-upgrade']);
  expect(await shop.records()).toEqual(['#1 ready']);
  expect(await shop.lease()).toBeUndefined();
});

test.concurrent.each([
  ['finish', ['1 superseded', '2 deployed'], ['#1 ready', '#2 ready']],
  ['leave', ['1 deployed', '2 failed'], ['#1 ready', '#2 rejected']],
])('on-cancel: %s', async (onCancel, statuses, records) => {
  await using shop = await release();
  await shop.deploy();
  const deploy = await shop.start({
    'on-cancel': onCancel,
    values: { faults: { FAULT_SLOW_BOOT: '8s' } },
  });
  await deploy.says('blocked on pod');

  const cancelled = await deploy.cancel();

  const good = onCancel === 'finish';
  expect(cancelled).toMatchObject({ result: 'cancelled', post: { exit: good ? 0 : 1 } });
  expect(cancelled.post.log).toContain(good ? 'watched to its end by post' : 'on-cancel: leave');
  expect(await shop.statuses()).toEqual(statuses);
  expect(await shop.records()).toEqual(records);
  expect(await shop.lease()).toBeUndefined();
  expect(await shop.deploy()).toMatchObject(shipped);
});
