/** How the lock is got, and who goes first: the waits of minutes that a real server would make us wait. */
import { expect, test } from '@jest/globals';
import { kubeLocks } from '../../../lib/adapters/kubernetes/lock.ts';
import type { LockPorts } from '../../../lib/adapters/kubernetes/lock.ts';
import type { Holder, Lock, LockOptions } from '../../../lib/ports/records.ts';
import { actor } from '../../domain/record/samples.ts';
import { DrivenClock } from './driven-clock.ts';
import { MemoryLeases } from './leases.ts';

const holder = (run: string): Holder => ({
  actor: { ...actor, run },
  nonce: `n${run}`,
  pid: 1,
  runner: 'r1',
});

/** One Lease, and everybody who wants it. */
class Lane {
  readonly leases = new MemoryLeases();
  readonly clock = new DrivenClock();
  readonly said: string[] = [];

  acquire(
    run: string,
    purpose: LockOptions['purpose'],
    options: Partial<LockOptions> = {},
    ports: Partial<LockPorts> = {},
  ): Promise<Lock> {
    const { clock, leases } = this;
    return kubeLocks({
      kube: leases.kube,
      clock,
      monotonic: clock.now,
      processAlive: () => true,
      debug: () => {},
      ...ports,
    }).acquire({ name: 'shop', namespace: 'prod' }, holder(run), {
      purpose,
      timeout: 600_000,
      takeover: 'proven',
      onWaiting: (who, _, does) => this.said.push(`${run}: ${who} ${does}`),
      ...options,
    });
  }

  get next(): string | undefined {
    return this.leases.now?.metadata.annotations?.['slipway.dev/next'];
  }
}

const finished: LockPorts['jobs'] = { finished: async () => 'finished' };

test('who gets it knows how', async () => {
  const lane = new Lane();
  const first = await lane.acquire('1', 'deploy');
  expect(first.got).toEqual({ kind: 'free' });
  first.leave();
  const post = await lane.acquire('1', 'finish');
  expect(post.got).toEqual({ kind: 'ours' });
  post.leave();
  const left = lane.clock.now();

  const next = await lane.clock.until(lane.acquire('2', 'deploy', {}, { jobs: finished }), 120_000);

  expect(next.got).toMatchObject({
    kind: 'taken-over',
    holder: { run: '1', job: '7' },
    why: 'its job has finished and left it to expire',
  });
  expect(lane.clock.now() - left).toBeGreaterThan(60_000);
  expect(lane.said[0]).toBe('2: acme/shop run 1 attempt 1 job 7 holds it');
  next.leave();
});

test('a rollback goes before a deploy that has waited longer, and leaves nothing behind', async () => {
  const lane = new Lane();
  const { clock } = lane;
  const first = await lane.acquire('1', 'deploy');
  const order: string[] = [];
  const take = async (run: string, purpose: LockOptions['purpose']): Promise<void> => {
    const lock = await lane.acquire(run, purpose);
    order.push(`${run} ${purpose}`);
    await clock.sleep(5_000);
    await lock.release();
  };
  const deploy = take('2', 'deploy');
  await clock.pass(5_000);
  const rollback = take('3', 'rollback');
  await clock.pass(700);
  expect(lane.next).toMatch(/^rollback acme\/shop\/3\/1\/7\/n3 /);
  await first.release();
  expect(lane.leases.now?.spec).toEqual({ leaseTransitions: 0 });

  await clock.until(Promise.all([deploy, rollback]));

  expect(order).toEqual(['3 rollback', '2 deploy']);
  expect(lane.said).toContain('2: acme/shop run 1 attempt 1 job 7 holds it');
  expect(lane.leases.now).toBeUndefined();
});

test('a deploy that comes while nobody holds it lets the rollback go first, by name', async () => {
  const lane = new Lane();
  const { clock } = lane;
  const first = await lane.acquire('1', 'deploy');
  const rollback = lane.acquire('3', 'rollback');
  await clock.pass(700);
  await first.release();

  const deploy = lane.acquire('2', 'deploy');
  await clock.pass(100);
  expect(lane.said.at(-1)).toBe('2: the rollback of acme/shop run 3 attempt 1 job 7 goes first');

  await (await clock.until(rollback)).release();
  await (await clock.until(deploy)).release();
  expect(lane.leases.now).toBeUndefined();
});

test('a mark is renewed while its rollback waits; renewals of the holder and the mark do not hinder each other', async () => {
  const lane = new Lane();
  const { clock } = lane;
  const first = await lane.acquire('1', 'deploy');
  const rollback = lane.acquire('3', 'rollback');
  await clock.pass(1_000);
  const before = lane.next;
  await clock.pass(40_000);
  expect(lane.next).not.toBe(before);
  await first.check();
  expect(lane.next).toMatch(/^rollback/);
  expect(lane.leases.now?.spec).toMatchObject({ renewTime: expect.stringMatching(/17:21/) });
  await first.release();
  await (await clock.until(rollback)).release();
  expect(lane.leases.now).toBeUndefined();
});

test('the holder is as dead as it was, whoever marks its Lease meanwhile', async () => {
  const lane = new Lane();
  (await lane.acquire('1', 'deploy')).leave();
  const began = lane.clock.now();
  // By our clock it renews in an hour: only what is seen with our own eyes tells.
  const clock = { now: () => lane.clock.now() - 3_600_000, sleep: lane.clock.sleep };

  const rollback = lane.acquire('3', 'rollback', {}, { clock, jobs: finished });
  const lock = await lane.clock.until(rollback, 120_000);

  expect(lock.got).toMatchObject({ kind: 'taken-over', holder: { run: '1' } });
  expect(lane.clock.now() - began).toBeLessThan(70_000);
  lock.leave();
});

test('a rollback that died while it waited holds nobody up for longer than its mark lasts', async () => {
  const lane = new Lane();
  const { clock } = lane;
  const first = await lane.acquire('1', 'deploy');
  const dying = new DrivenClock();
  void lane.acquire('3', 'rollback', {}, { clock: dying });
  const deploy = lane.acquire('2', 'deploy');
  await clock.pass(3_000);
  expect(lane.next).toMatch(/^rollback/);
  await first.release();
  const given = clock.now();

  const lock = await clock.until(deploy);

  expect(lock.got).toEqual({ kind: 'free' });
  expect(clock.now() - given).toBeGreaterThan(20_000);
  expect(clock.now() - given).toBeLessThan(35_000);
  await lock.release();
  expect(lane.leases.now).toBeUndefined();
});

test.each(['held', 'given back'])('a rollback that gives up takes its mark with it: %s', async (how) => {
  const lane = new Lane();
  const first = await lane.acquire('1', 'deploy');
  const cancel = new AbortController();
  const rollback = lane.acquire('3', 'rollback', { signal: cancel.signal });
  await lane.clock.pass(1_000);
  expect(lane.next).toBeDefined();
  if (how === 'given back') await first.release();
  cancel.abort(new Error('cancelled'));

  await expect(rollback).rejects.toThrow('cancelled');

  expect(lane.next).toBeUndefined();
  if (how === 'held') await first.release();
  expect(lane.leases.now).toBeUndefined();
});

test('two rollbacks that wait: one asks, and the other is not forgotten', async () => {
  const lane = new Lane();
  const { clock } = lane;
  const first = await lane.acquire('1', 'deploy');
  const rollbacks = ['3', '4'].map((run) => lane.acquire(run, 'rollback'));
  await clock.pass(700);
  expect(lane.next).toContain('/n3 ');
  const deploy = lane.acquire('2', 'deploy');
  await clock.pass(700);
  await first.release();
  const winner = await clock.until(Promise.race(rollbacks));
  await clock.pass(2_000);
  expect(lane.next).toMatch(/\/n[34] /);
  await winner.release();
  await clock.until(Promise.all(rollbacks)).then((locks) => Promise.all(locks.map((lock) => lock.release())));
  await (await clock.until(deploy)).release();
  expect(lane.leases.now).toBeUndefined();
});
