import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { kubeLocks } from '../../../lib/adapters/kubernetes/lock.ts';
import type { LockPorts } from '../../../lib/adapters/kubernetes/lock.ts';
import type { Kube } from '../../../lib/ports/kube.ts';
import type { Holder, Lock, LockOptions } from '../../../lib/ports/records.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { actor } from '../../domain/record/samples.ts';
import { TestCluster, typeOf } from './cluster.ts';

const leases = typeOf('coordination.k8s.io/v1', 'Lease');

const holder = (run: string, nonce = run, more: Partial<Holder['actor']> = {}): Holder => ({
  actor: { ...actor, run, ...more },
  nonce,
  pid: 1,
  runner: 'r1',
});

const setup = async () => {
  const cluster = await TestCluster.open();
  const release = { name: 'shop', namespace: cluster.namespace };
  const acquire = (
    who: Holder,
    options: Partial<LockOptions> = {},
    ports: Partial<LockPorts> = {},
  ): Promise<Lock> =>
    kubeLocks({
      kube: cluster.kube,
      clock: systemClock,
      monotonic: () => performance.now(),
      processAlive: () => true,
      debug: () => {},
      ...ports,
    }).acquire(release, who, { purpose: 'deploy', timeout: 20_000, takeover: 'proven', ...options });
  const held = async (): Promise<string | undefined> => {
    const lease = await cluster.kube.get(leases, cluster.namespace, 'slipway-shop');
    return (lease?.spec as { holderIdentity?: string } | undefined)?.holderIdentity;
  };
  return { cluster, release, acquire, held };
};

/** The system's clock, so much ahead: to it, what was renewed just now is long ago. */
const ahead = (ms: number): Pick<LockPorts, 'clock'> => ({
  clock: { ...systemClock, now: () => Date.now() + ms },
});

test('the second waits for the first, by name, and has it once it is given back', async () => {
  const { cluster, acquire, held } = await setup();
  await using _ = cluster;
  const first = await acquire(holder('1'));
  expect(await held()).toBe('acme/shop/1/1/7/1');

  const words: string[] = [];
  let released = false;
  const second = acquire(holder('2'), {
    onWaiting: (name) => {
      words.push(name);
      released = true;
      void first.release();
    },
  });
  await (await second).check();
  expect(released).toBe(true);
  expect(words).toEqual(['acme/shop run 1 attempt 1 job 7']);
  expect(await held()).toBe('acme/shop/2/1/7/2');
  await (await second).release();
  expect(await held()).toBeUndefined();
});

test('a rollback that waits goes before a deploy that waits, and no Lease stays behind', async () => {
  const { cluster, acquire, held } = await setup();
  await using _ = cluster;
  const first = await acquire(holder('1'));
  const order: string[] = [];
  const take = async (run: string, purpose: LockOptions['purpose']): Promise<void> => {
    const lock = await acquire(holder(run), { purpose });
    order.push(purpose);
    await lock.release();
  };
  const deploy = take('2', 'deploy');
  await pause(100);
  const rollback = take('3', 'rollback');
  await pause(2_000);
  await first.release();
  expect(await held()).toBeUndefined();
  await Promise.all([deploy, rollback]);
  expect(order).toEqual(['rollback', 'deploy']);
  expect(await cluster.kube.get(leases, cluster.namespace, 'slipway-shop')).toBeUndefined();
});

test('of many at once only one holds it at any time', async () => {
  const { cluster, acquire } = await setup();
  await using _ = cluster;
  let inside = 0;
  const most: number[] = [];
  await Promise.all(
    ['1', '2', '3', '4'].map(async (run) => {
      const lock = await acquire(holder(run));
      most.push(++inside);
      await pause(20);
      inside -= 1;
      await lock.release();
    }),
  );
  expect(most).toEqual([1, 1, 1, 1]);
});

test('waiting ends with an error that names the holder, and at once when cancelled', async () => {
  const { cluster, acquire } = await setup();
  await using _ = cluster;
  const first = await acquire(holder('1'));
  await expect(acquire(holder('2'), { timeout: 0 })).rejects.toMatchObject({
    message: 'release shop is locked by acme/shop run 1 attempt 1 job 7',
    remedy: expect.stringContaining('lock-takeover'),
  });
  const cancel = new AbortController();
  const onWaiting = (): void => cancel.abort(new Error('cancelled'));
  await expect(acquire(holder('2'), { signal: cancel.signal, onWaiting })).rejects.toThrow('cancelled');
  await first.release();
});

test.each<[string, Holder, Partial<LockOptions>, Partial<LockPorts>]>([
  ['by post, once the cancelled main is gone', holder('1', 'post'), {}, { processAlive: () => false }],
  ['by a later attempt, once it has expired', holder('1', 'again', { attempt: 2 }), {}, ahead(100_000)],
  ['by anybody who asked for it, once it has expired', holder('2'), { takeover: 'expired' }, ahead(100_000)],
  [
    'once GitHub says that its job has finished',
    holder('2'),
    {},
    { ...ahead(100_000), jobs: { finished: async () => 'finished' } },
  ],
])('taken over %s; the old holder writes no more', async (_, successor, options, ports) => {
  const { cluster, acquire, held } = await setup();
  await using _cluster = cluster;
  let monotonic = 0;
  const first = await acquire(holder('1'), {}, { monotonic: () => monotonic });
  first.leave();

  const second = await acquire(successor, options, ports);
  await second.check();
  expect(await held()).toContain(`/${successor.nonce}`);

  monotonic += 31_000;
  await expect(first.check()).rejects.toMatchObject({
    message: expect.stringContaining('the lock was lost'),
  });
  await first.release();
  expect(await held()).toContain(`/${successor.nonce}`);
  await second.release();
});

test.each<[string, Holder, Partial<LockOptions>, Partial<LockPorts>]>([
  ['a living step of the same job', holder('1', 'post'), {}, {}],
  [
    'an expired holder of which GitHub knows nothing',
    holder('2'),
    {},
    { ...ahead(100_000), jobs: { finished: async () => 'unknown' } },
  ],
  ['an expired holder, nobody to ask', holder('2'), {}, ahead(100_000)],
  ['a holder within the skew of the clocks', holder('2'), { takeover: 'expired' }, ahead(80_000)],
])('not taken from %s', async (_, successor, options, ports) => {
  const { cluster, acquire } = await setup();
  await using _cluster = cluster;
  const first = await acquire(holder('1'));
  await expect(acquire(successor, { timeout: 0, ...options }, ports)).rejects.toThrow(
    'is locked by acme/shop run 1',
  );
  await first.release();
});

test('a fresh lock is proven without a request, an older one by renewing it', async () => {
  const { cluster, acquire, held } = await setup();
  await using _ = cluster;
  let monotonic = 0;
  let renewals = 0;
  const kube: Kube = {
    ...cluster.kube,
    replace: (...given) => {
      renewals += 1;
      return cluster.kube.replace(...given);
    },
  };
  const lock = await acquire(holder('1'), {}, { kube, monotonic: () => monotonic });
  monotonic = 29_999;
  await lock.check();
  expect(renewals).toBe(0);
  monotonic = 30_000;
  await Promise.all([lock.check(), lock.check()]);
  expect(renewals).toBe(1);
  await lock.check();
  expect(renewals).toBe(1);

  // Somebody touched the Lease without taking it, or our answer was lost: still ours, at a second try.
  await cluster.kube.patch(leases, cluster.namespace, 'slipway-shop', {
    metadata: { labels: { touched: 'yes' } },
  });
  monotonic += 30_000;
  await lock.check();
  expect(renewals).toBe(3);
  await cluster.kube.patch(leases, cluster.namespace, 'slipway-shop', {
    metadata: { labels: { touched: 'again' } },
  });
  await lock.release();
  expect(await held()).toBeUndefined();
});

test('a lock that somebody deleted is lost', async () => {
  const { cluster, acquire } = await setup();
  await using _ = cluster;
  let monotonic = 0;
  const lock = await acquire(holder('1'), {}, { monotonic: () => monotonic });
  await cluster.kube.delete(leases, cluster.namespace, 'slipway-shop');
  monotonic += 30_000;
  await expect(lock.check()).rejects.toThrow('was deleted by somebody');
  await lock.release();
});
