import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { kubeconfigThrough } from '../../sandbox/fault-proxy/kubeconfig.ts';
import { startFaultProxy } from '../../sandbox/fault-proxy/proxy.ts';
import { startJob } from '../support/runner.ts';
import { shipped } from './support/expected.ts';
import { release, serviceImage } from './support/release.ts';
import { complete, entryOf, root } from './support/step.ts';
import { majors } from './support/tools.ts';

const slow = { faults: { FAULT_NEVER_READY: 'true' } };

test.concurrent.each(majors)(
  'cancelled while it waits: post undoes and unlocks, the next one goes through (%s)',
  async (helm) => {
    await using shop = await release({ helm });
    const [v1, v2] = await Promise.all([serviceImage('v1'), serviceImage('v2')]);
    await shop.deploy();

    const deploy = await shop.start({
      images: `image=${v2.pinned}`,
      values: slow,
      environment: 'production',
    });
    await deploy.says('blocked on pod');
    const cancelled = await deploy.cancel(async () => {
      // What main leaves: the journal says how far it came, and the lock is still held for post.
      expect(await shop.records()).toEqual(['#1 ready', '#2 applied']);
      expect(await shop.lease()).toMatchObject({
        holderIdentity: expect.stringContaining('octo/shop/1002/1/'),
      });
    });

    expect(cancelled).toMatchObject({ result: 'cancelled', exit: 1, post: { exit: 0 } });
    expect(cancelled.durationMs).toBeLessThan(60_000);
    expect(cancelled.post.log).toContain('undone');
    // Nobody had judged it: what was seen of it is shown before it goes.
    expect(cancelled.post.log).toContain('Evidence: Deployment');
    expect(await shop.imageOf('Deployment')).toBe(v1.pinned);
    expect(await shop.statuses()).toEqual(['1 superseded', '2 failed', '3 deployed']);
    expect(await shop.records()).toEqual(['#1 ready', '#2 rolled-back']);
    expect(await shop.lease()).toBeUndefined();
    expect(shop.github.recorded.at(-1)).toMatchObject({
      operation: 'repos/create-deployment-status',
      body: { state: 'failure', description: expect.stringContaining('cancelled') },
    });

    expect(await shop.deploy({ images: `image=${v2.pinned}` })).toMatchObject(shipped);
  },
);

test.concurrent.each(majors)(
  'cancelled while helm applies: helm ends, nothing stays pending (%s)',
  async (helm) => {
    await using shop = await release({ helm, chart: 'hooks' });
    await shop.deploy();

    const deploy = await shop.start({ values: { replicas: 2, before: { for: '90s' } } });
    await deploy.says('hook shop-before | before: step 1');
    const cancelled = await deploy.cancel(async () => {
      expect(await shop.lease()).toBeDefined();
    });

    expect(cancelled).toMatchObject({ result: 'cancelled', exit: 1, post: { exit: 0 } });
    expect(await shop.statuses()).toEqual(['1 superseded', '2 failed', '3 deployed']);
    expect(await shop.records()).toEqual(['#1 ready', '#2 rolled-back']);
    expect(await shop.lease()).toBeUndefined();
    expect(await shop.deploy({ values: { replicas: 2 } })).toMatchObject(shipped);
  },
);

test.concurrent('two at once: one waits and names the other, then both have shipped', async () => {
  await using shop = await release();
  const [v1, v2] = await Promise.all([serviceImage('v1'), serviceImage('v2')]);
  // Slow enough to be met on its way.
  const first = await shop.start({
    images: `image=${v1.pinned}`,
    values: { faults: { FAULT_SLOW_BOOT: '12s' } },
  });
  await first.says('blocked on pod');
  const second = await shop.start({ images: `image=${v2.pinned}` });
  await second.says('octo/shop run 1001 attempt 1');

  expect(await first.ended).toMatchObject({ ...shipped, outputs: { revision: '1' } });
  expect(await second.ended).toMatchObject({
    ...shipped,
    outputs: { revision: '2', 'previous-revision': '1' },
  });
  expect(await shop.imageOf('Deployment')).toBe(v2.pinned);
  expect(await shop.records()).toEqual(['#1 ready', '#2 ready']);
  expect((await second.ended).record).toMatchObject({ from: { revision: 1 } });
});

test.concurrent('a lock that somebody else holds is waited for, then named', async () => {
  await using shop = await release();
  const held = {
    holderIdentity: 'octo/shop/77/1/9001/a-nonce',
    leaseDurationSeconds: 60,
    renewTime: new Date().toISOString().replace('Z', '000Z'),
  };
  await shop.namespace.create('coordination.k8s.io/v1 Lease', 'slipway-shop', { spec: held });
  const before = await shop.namespace.footprint();

  const refused = await shop.deploy({ 'lock-timeout': '2s' });

  expect(refused).toMatchObject({ result: 'failure', exit: 1, record: undefined });
  expect(refused.reason).toContain('locked by octo/shop run 77 attempt 1 job 9001');
  expect(refused.log).toContain('lock-takeover');
  expect(await shop.namespace.footprint()).toEqual(before);

  const waiting = await shop.start();
  await waiting.says('octo/shop run 77');
  const cancelled = await waiting.cancel();

  expect(cancelled).toMatchObject({ result: 'cancelled', post: { exit: 0 } });
  expect(await shop.namespace.footprint()).toEqual(before);
});

test.concurrent('cancelled as node starts: post has nothing to finish, and ships nothing', async () => {
  await using shop = await release();
  const before = await shop.namespace.footprint();
  await using job = await startJob({ PATH: `${join(shop.folder, 'bin')}:${process.env['PATH']}` });
  const { name, namespace, identity, chart, image } = shop;
  const where = { release: name, namespace: namespace.name, kubeconfig: identity.kubeconfig };
  const inputs = await complete('deploy-helm', { ...where, chart, images: `image=${image.pinned}` });
  const main = await job.start({ entry: entryOf('deploy-helm'), cwd: root, inputs }).cancel();
  // Nothing listened yet, and nothing was left for post to know itself by.
  expect(main).toMatchObject({ exit: 'SIGINT', state: {} });
  expect(await main.post()).toMatchObject({ exit: 0 });
  expect(await shop.namespace.footprint()).toEqual(before);
});

test.concurrent.each(majors)(
  'cancelled in the middle of helm rollback: nothing of the release stays behind what is called undone (%s)',
  async (helm) => {
    await using shop = await release({ helm });
    const { sandbox, name } = shop.namespace;
    await using proxy = await startFaultProxy({ url: sandbox.apiUrl, ca: sandbox.ca });
    await shop.deploy();
    const deploy = await shop.start({
      kubeconfig: kubeconfigThrough(proxy, name, { token: shop.identity.token }),
      values: { faults: { FAULT_CRASH_AT_START: '1' } },
      'fail-fast': 'strict',
    });
    await deploy.says('going back to revision');
    // Helm writes its revision first, then waits long enough for anybody to cancel.
    const held = { kind: 'slow', milliseconds: 30_000 } as const;
    proxy.fail({ path: '/apis/apps/v1/namespaces/*/deployments/shop', fault: held, times: 0 });
    await shop.namespace.until('v1 Secret', 'sh.helm.release.v1.shop.v3');

    const cancelled = await deploy.cancel(async () => proxy.heal());

    expect(cancelled).toMatchObject({ result: 'cancelled', post: { exit: 0 } });
    const deployment = await shop.namespace.get('apps/v1 Deployment', 'shop');
    expect(JSON.stringify(deployment?.spec)).not.toContain('FAULT_CRASH_AT_START');
    expect((await shop.statuses()).join()).not.toContain('pending');
    expect(await shop.deploy()).toMatchObject(shipped);
  },
);
