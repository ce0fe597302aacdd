/** A rollback after a run that was killed outright: what that one left is put right, or gone on with. */
import { expect, test } from '@jest/globals';
import type { LockHolder } from '../../../lib/domain/lock/decide.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import { actor } from '../../domain/record/samples.ts';
import { ManualClock } from '../../steps/memory.ts';
import { Target } from './memory.ts';

const dead = { ...actor, run: '41', actor: 'bob' };
const holder: LockHolder = { ...dead, nonce: 'n', pid: 1, runner: 'r' };
const at = '2026-01-01T00:00:00.000Z';

/** Revisions 1 and 2 were verified, 3 is what a dead run had begun. */
function killed(status: string, more: Partial<ReleaseRecord> = {}): Target {
  const target = new Target('pass');
  const shipped = target.ship(status, { state: 'planned', by: dead, after: 2, ...more });
  if (!('revision' in more)) {
    const { revision: _, installedAt: __, ...planned } = shipped;
    target.records.all[2] = planned;
  }
  target.locks.got = { kind: 'taken-over', holder, why: 'its job has finished' };
  target.ports = { ...target.ports, clock: new ManualClock() };
  return target;
}

test.each([
  ['whatever runs', 'running', 'pending-upgrade'],
  ['its release', 'prod/shop#3', 'pending-upgrade'],
  ['its release, of which helm has finished', 'prod/shop#3', 'deployed'],
])('what a dead deploy left half-way is put right, and then left: %s', async (_, from, status) => {
  const target = killed(status);
  if (status === 'deployed') {
    target.helm.set(2, 'superseded');
    target.helm.revisions[2] = { ...target.helm.revisions[2], description: 'slipway prod/shop#3' } as never;
  }

  const result = await target.rollBack({ from });

  expect(result).toMatchObject({ result: 'success', done: { from: { revision: 3 }, to: { revision: 2 } } });
  expect(target.helm.calls).toEqual(['rollback to 2']);
  expect(target.helm.statuses).toEqual(['1 superseded', '2 superseded', '3 failed', '4 deployed']);
  expect(target.records.at(3)).toMatchObject({
    state: 'rolled-back',
    revision: 3,
    reason: 'acme/shop run 41 attempt 1 job 7 ended before the release was proven',
  });
  expect(target.warned.join('\n')).toContain('run 41 attempt 1 job 7 did not finish its work');
});

test('a dry run says where it would go: whether that run is at work, only the lock tells', async () => {
  const target = killed('pending-upgrade');
  await expect(target.rollBack({ 'dry-run': 'true' })).resolves.toMatchObject({
    result: 'success',
    reason: expect.stringContaining('from revision 3 back to revision 2'),
  });
  expect(target.helm.statuses.at(-1)).toBe('3 pending-upgrade');
});

test.each([
  ['that nobody recorded', { by: dead, revision: undefined, after: 5 }],
  ['of a run that may be alive', {}],
])('a pending revision %s is refused, and forced', async (_, more) => {
  const target = killed('pending-upgrade', more as Partial<ReleaseRecord>);
  target.locks.got = { kind: 'free' };
  const refused = await target.rollBack();
  expect(refused).toMatchObject({
    result: 'failure',
    reason: expect.stringContaining('revision 3 is pending-upgrade'),
  });
  expect(target.helm.statuses.at(-1)).toBe('3 pending-upgrade');

  await expect(target.rollBack({ force: 'true' })).resolves.toMatchObject({ result: 'success' });
  expect(target.helm.statuses).toEqual(['1 superseded', '2 superseded', '3 failed', '4 deployed']);
});

/** A dead rollback had claimed the undo of revision 3, and its helm broke off as revision 4. */
function brokenOff(): Target {
  const undo = { by: dead, at, part: 'rollback', toRevision: 2 };
  const target = killed('failed', { state: 'rejected', reason: 'it answers 500', revision: 3, undo });
  target.ship('pending-rollback', { kind: 'rollback', state: 'planned', by: dead, after: 3 });
  const { revision: _, ...own } = target.records.at(4);
  target.records.all[3] = own;
  target.helm.revisions[3] = { ...target.helm.revisions[3], description: 'Rollback to 2' } as never;
  return target;
}

test('the undo that a dead rollback had begun is gone on with, and its half is taken out of the history', async () => {
  const target = brokenOff();

  const result = await target.rollBack();

  expect(result).toMatchObject({ result: 'success', done: { to: { revision: 2 } } });
  expect(target.helm.statuses).toEqual(['1 superseded', '2 superseded', '3 failed', '4 deployed']);
  expect(target.states).toEqual([
    '#1 verified',
    '#2 verified',
    '#3 rolled-back',
    '#4 abandoned',
    '#5 verified',
  ]);
  expect(target.records.at(3)).toMatchObject({
    reason: 'it answers 500',
    undo: { by: actor, outcome: 'success', revision: 4 },
  });
});

/** The helm of the next one hangs as well: its revision has the number of the one that was taken out. */
async function brokenOffTwice(): Promise<Target> {
  const target = brokenOff();
  const rollback = target.helm.rollback.bind(target.helm);
  target.helm.rollback = async () => {
    target.helm.add('pending-rollback', { description: 'Rollback to 2' });
    return new Promise<never>(() => {});
  };
  void target.rollBack();
  await new Promise((resolve) => setTimeout(resolve, 20));
  target.helm.rollback = rollback;
  expect(target.helm.statuses.slice(-2)).toEqual(['3 failed', '4 pending-rollback']);
  return target;
}

test('killed in the same place once more: the next run knows whose half it is', async () => {
  const target = await brokenOffTwice();
  const gone = target.ports.holder;
  const by = { ...actor, run: '43' };
  target.ports = { ...target.ports, actor: by, holder: { ...gone, actor: by } };
  target.locks.got = { kind: 'taken-over', holder: { ...gone, ...gone.actor }, why: 'its job has finished' };

  await expect(target.rollBack()).resolves.toMatchObject({ result: 'success' });

  expect(target.helm.statuses).toEqual(['1 superseded', '2 superseded', '3 failed', '4 deployed']);
  expect(target.records.at(5)).toMatchObject({ kind: 'rollback', state: 'abandoned', after: 3 });
});

test('main is killed after it took the half out of the history: post knows that, too', async () => {
  const target = brokenOff();
  const rollback = target.helm.rollback.bind(target.helm);
  target.helm.rollback = () => new Promise<never>(() => {});
  void target.rollBack();
  await new Promise((resolve) => setTimeout(resolve, 20));
  target.helm.rollback = rollback;
  expect(target.helm.statuses.at(-1)).toBe('3 failed');

  await expect(target.post()).resolves.toMatchObject({ result: 'success' });

  expect(target.helm.statuses).toEqual(['1 superseded', '2 superseded', '3 failed', '4 deployed']);
});
