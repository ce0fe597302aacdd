/** What Helm compares the next upgrade with, where a release failed and stayed in place. */
import { expect, test } from '@jest/globals';
import { UnreachableError } from '../../../lib/domain/errors.ts';
import { actor } from '../../domain/record/samples.ts';
import { killedIn, never, next, states } from './killed.ts';
import { Target } from './memory.ts';

const values = { values: 'replicas: 2' };

test.each(['roll-out', 'upgrade'] as const)(
  'the next upgrade is compared with what is applied, not with what Helm calls deployed: killed in %s',
  async (where) => {
    const target = await killedIn(where, 'pass');
    next(target);
    await target.deploy(values);
    // Nothing is known to be applied of a helm that was killed as well.
    expect(target.helm.comparedWith.at(-1)).toBe(where === 'roll-out' ? 2 : 1);
    expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
  },
);

test.each([
  ['none are given', {}, 2],
  ['they are to be reused', { ...values, 'extra-args': '--reuse-values' }, 1],
  ['they are to be reset', { 'extra-args': '--reset-values' }, 2],
])('Helm takes values from what it compares with when it is told to: %s', async (_, given, comparedWith) => {
  const target = await killedIn('roll-out', 'pass');
  next(target);
  await target.deploy(given);
  expect(target.helm.comparedWith.at(-1)).toBe(comparedWith);
});

test('what is not called deployed for a moment is not pruned in it', async () => {
  const target = await killedIn('roll-out', 'pass', 'pass');
  next(target);
  const kept: (number | undefined)[] = [];
  const upgrade = target.helm.upgrade.bind(target.helm);
  target.helm.upgrade = (intent, how) => {
    kept.push(intent.historyMax);
    return upgrade(intent, how);
  };
  await target.deploy({ ...values, 'history-max': '2' });
  await target.deploy({ ...values, 'history-max': '2' });
  expect(kept).toEqual([0, 2]);
});

test('the API is lost in such an upgrade: one is called deployed all the same', async () => {
  const target = await killedIn('roll-out');
  next(target);
  target.helm.onUpgrade = () => {
    target.helm.set(3, 'failed');
    throw new UnreachableError('the API is gone');
  };
  await expect(target.deploy(values)).resolves.toMatchObject({ result: 'inconclusive' });
  expect(target.helm.statuses).toEqual(['1 deployed', '2 failed', '3 failed']);
});

test.each(['the next run', 'post'])(
  'killed before helm wrote a revision over one that failed: %s calls the older one deployed again',
  async (who) => {
    const target = await killedIn('roll-out', 'pass');
    next(target);
    const upgrade = target.helm.upgrade.bind(target.helm);
    target.helm.upgrade = () => never;
    void target.deploy(values);
    await new Promise((resolve) => setTimeout(resolve, 10));
    target.helm.upgrade = upgrade;
    expect(target.helm.statuses).toEqual(['1 superseded', '2 failed']);

    if (who === 'post') await target.post();
    else {
      const gone = target.ports.holder;
      const by = { ...actor, run: '44' };
      target.ports = { ...target.ports, actor: by, holder: { ...gone, actor: by } };
      target.locks.got = { kind: 'taken-over', holder: { ...gone, ...gone.actor }, why: 'it has finished' };
      target.helm.beforeUpgrade = () => {
        throw new Error('no such value');
      };
      const refused = { result: 'failure', plan: { previous: { revision: 1 } } };
      await expect(target.deploy(values)).resolves.toMatchObject(refused);
    }

    expect(target.helm.statuses).toEqual(['1 deployed', '2 failed']);
    expect(target.records.at(3)).toMatchObject({ state: 'abandoned' });
  },
);

test('helm refuses the next upgrade before it writes a revision: the one before is called deployed again', async () => {
  const target = await killedIn('roll-out');
  next(target);
  target.helm.beforeUpgrade = () => {
    throw new Error('no such value');
  };
  await expect(target.deploy(values)).resolves.toMatchObject({ result: 'failure' });
  expect(target.helm.statuses).toEqual(['1 deployed', '2 failed']);
});

test('killed in its undo, helm half-way: the rollback that never stood is no revision to compare with', async () => {
  const target = await killedIn('undo', 'pass');
  target.helm.set(1, 'deployed');
  target.helm.set(3, 'pending-rollback');
  next(target);
  await expect(target.deploy(values)).resolves.toMatchObject({ result: 'success' });
  expect(target.helm.comparedWith.at(-1)).toBe(2);
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
  expect(target.said).toContain("revision 3, a rollback that broke off, is taken out of Helm's history");
});

test('killed while helm itself waited: what it had applied is what the next one is compared with', async () => {
  const target = new Target('pass', 'pass');
  target.helm.add('deployed');
  target.helm.onUpgrade = (how) => {
    how?.onWaiting?.();
    return never;
  };
  void target.deploy();
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(states(target)).toEqual(['#1 verified', '#2 applied']);
  target.helm.onUpgrade = undefined;
  next(target);

  await target.deploy(values);

  expect(target.helm.comparedWith.at(-1)).toBe(2);
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
});
