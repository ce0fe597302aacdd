/** One failure is undone once, and an undo that nobody saw is done again. */
import { expect, test } from '@jest/globals';
import { actor } from '../../domain/record/samples.ts';
import { Target } from './memory.ts';

/** Three verified versions, of which the third runs. */
function three(): Target {
  const target = new Target('pass');
  target.helm.set(2, 'superseded');
  target.ship('deployed');
  return target;
}

test.each<[string, Record<string, string>, string]>([
  ['by its record', { from: 'prod/shop#3' }, 'prod/shop#3 is undone already'],
  ['whatever runs', { from: 'running' }, 'revision 3 was left while this run waited for the lock'],
])('two at once never undo twice: %s', async (_, given, reason) => {
  const [target, other] = [three(), three()];
  other.ports = { ...other.ports, actor: { ...actor, run: '43' } };
  await other.rollBack(given);
  // What the other one did while this one waited for the lock.
  target.locks.onAcquire = () => {
    target.records.all.splice(0, 3, ...other.records.all);
    target.helm.revisions.splice(0, 3, ...other.helm.revisions);
  };

  const result = await target.rollBack(given);

  expect(result).toMatchObject({ result: 'skipped', reason: expect.stringContaining(reason) });
  expect(target.helm.calls).toEqual([]);
  expect(target).toMatchObject({ left: undefined, locks: { state: 'free' } });
});

test('a re-run of the same run does not go one state further back', async () => {
  const target = three();
  await target.rollBack();
  target.ports = { ...target.ports, actor: { ...actor, attempt: 2 } };
  const again = await target.rollBack();
  expect(again).toMatchObject({
    result: 'skipped',
    reason: 'this run went back to revision 2 already (prod/shop#4)',
  });
  expect(target.helm.calls).toEqual(['rollback to 2']);
});

test('a claim of a run that is gone is closed, and the undo done', async () => {
  const target = new Target('pass');
  const by = { ...actor, run: '40' };
  const undo = { by, at: '2026-01-01T00:00:00.000Z', part: 'rollback', toRevision: 1 };
  target.records.all[1] = { ...target.records.at(2), state: 'rejected', undo };
  const written: unknown[] = [];
  const change = target.records.change.bind(target.records);
  target.records.change = async (...order) => {
    const now = await change(...order);
    written.push(now.undo?.outcome);
    return now;
  };

  expect(await target.rollBack({ 'dry-run': 'true' })).toMatchObject({
    result: 'skipped',
    reason: 'rollback of run 40 is undoing prod/shop#2 since 2026-01-01T00:00:00.000Z',
  });
  expect(await target.rollBack()).toMatchObject({ result: 'success', done: { to: { revision: 1 } } });

  expect(written[0]).toBe('inconclusive');
  expect(target.records.at(2)).toMatchObject({ state: 'rolled-back', undo: { by: actor } });
});

test('not knowing is no failure, and no success: the same is done again', async () => {
  const target = new Target('inconclusive', 'pass');
  const unknown = await target.rollBack({ from: 'prod/shop#2' });
  expect(unknown).toMatchObject({ result: 'inconclusive' });
  expect(target.states).toEqual(['#1 verified', '#2 rejected', '#3 applied']);
  expect(target.told).toEqual([]);

  const again = await target.rollBack({ from: 'prod/shop#2' });
  expect(again).toMatchObject({ result: 'success', done: { to: { revision: 1 } } });
  expect(target.helm.calls).toEqual(['rollback to 1', 'rollback to 1']);
});
