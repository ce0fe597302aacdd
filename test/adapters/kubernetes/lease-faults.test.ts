/** The lock while the API is out of reach: what was lost on the way must not cost the step its lock. */
import { expect, test } from '@jest/globals';
import { kubeLocks } from '../../../lib/adapters/kubernetes/lock.ts';
import { KubeUncertain } from '../../../lib/adapters/kubernetes/refused.ts';
import { UnreachableError } from '../../../lib/domain/errors.ts';
import type { Kube } from '../../../lib/ports/kube.ts';
import type { Lock } from '../../../lib/ports/records.ts';
import { actor } from '../../domain/record/samples.ts';
import { DrivenClock } from './driven-clock.ts';
import { MemoryLeases } from './leases.ts';

/** A lock whose renewals fail as told, `after` they arrived or not, and that was renewed 40 s ago. */
async function heldThrough(...failures: readonly { readonly error: Error; readonly arrives: boolean }[]) {
  const leases = new MemoryLeases();
  const left = [...failures];
  const replace: Kube['replace'] = async (resource, namespace, object) => {
    const failure = left.shift();
    if (failure?.arrives !== false) await leases.kube.replace(resource, namespace, object);
    if (failure !== undefined) throw failure.error;
    return leases.now ?? object;
  };
  let ahead = 0;
  const clock = new DrivenClock();
  const lock = await kubeLocks({
    kube: { ...leases.kube, replace },
    clock,
    monotonic: () => clock.now() + ahead,
    processAlive: () => true,
    debug: () => {},
  }).acquire(
    { name: 'shop', namespace: 'prod' },
    { actor, nonce: 'n', pid: 1, runner: 'r1' },
    { purpose: 'deploy', timeout: 1_000, takeover: 'proven' },
  );
  ahead = 40_000;
  return { lock, leases };
}

const lost = { error: new UnreachableError('no answer in time'), arrives: false };

/** The second check meets the renewal that the first has begun. */
const twice = (lock: Lock) => Promise.allSettled([lock.check(), lock.check()]);

test('a renewal that was under way and is lost proves nothing: it is asked once more', async () => {
  const { lock } = await heldThrough(lost);
  const [first, second] = await twice(lock);
  expect(first).toMatchObject({ status: 'rejected', reason: lost.error });
  expect(second).toMatchObject({ status: 'fulfilled' });
  lock.leave();
});

test('out of reach both times: nobody knows', async () => {
  const { lock } = await heldThrough(lost, lost);
  expect((await twice(lock))[1]).toMatchObject({ status: 'rejected', reason: lost.error });
  lock.leave();
});

test('a renewal that arrived although its answer was lost is found to be ours', async () => {
  const conflict = { status: 409, reason: 'Conflict', message: 'modified' };
  const { lock } = await heldThrough({ error: new KubeUncertain('PUT lease', conflict), arrives: true });
  await lock.check();
  await lock.release();
});
