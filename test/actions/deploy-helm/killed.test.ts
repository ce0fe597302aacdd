/** A run that was killed outright, and the next one: what it finds, puts right, and then does. */
import { expect, test } from '@jest/globals';
import { CancelledError } from '../../../lib/domain/errors.ts';
import { killedIn, never, next, states } from './killed.ts';
import { Target } from './memory.ts';

const ended = 'acme/shop run 42 attempt 1 job 7 ended';

test('killed with its helm: the truth is written, nothing is rolled out for it, and the next one ships', async () => {
  const target = await killedIn('upgrade', 'pass');
  expect(target.helm.statuses).toEqual(['1 deployed', '2 pending-upgrade']);
  expect(states(target)).toEqual(['#1 verified', '#2 planned']);
  const clock = next(target);
  const began = clock.now();

  const result = await target.deploy();

  expect(result).toMatchObject({ result: 'success', plan: { previous: { revision: 1 }, newest: 2 } });
  expect(clock.now() - began).toBe(15_000);
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
  expect(target.helm.calls).toEqual(['upgrade, wait: none', 'upgrade, wait: none']);
  expect(states(target)).toEqual(['#1 verified', '#2 rejected', '#3 ready']);
  const reason = `${ended} before the release was proven`;
  expect(target.records.at(2)).toMatchObject({ reason, revision: 2, installedAt: target.helm.installedAt });
  expect(target.said.join('\n')).toMatch(
    /^revision 2 is pending-upgrade: a run is at work, or was killed; the plan is made when the lock is ours\nacme\/shop run 42 attempt 1 job 7 did not finish its work \(its job has finished\): what it left is put right first\nwaiting for 15s without a change/m,
  );
  expect(target.said).toContain(
    'revision 2 is marked failed, revision 1 deployed again; nothing was rolled out',
  );
  expect(target.locks.state).toBe('free');
});

test('killed alone: its helm is waited for, and what it then says is not believed', async () => {
  const target = await killedIn('upgrade', 'pass');
  const clock = next(target);
  const began = clock.now();
  clock.onSleep = (now) => {
    if (now - began !== 9_000) return;
    target.helm.set(1, 'superseded');
    target.helm.set(2, 'deployed');
    const { id } = target.records.at(2);
    target.helm.revisions[1] = { ...target.helm.revisions[1], description: `slipway ${id}` } as never;
  };

  const result = await target.deploy();

  expect(result).toMatchObject({ result: 'success', plan: { previous: { revision: 1 } } });
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
  expect(target.records.at(2)).toMatchObject({ state: 'rejected', revision: 2 });
});

test('killed while it watched: the plan that was made from its word is made again', async () => {
  const target = await killedIn('roll-out', 'pass');
  expect(target.helm.statuses).toEqual(['1 superseded', '2 deployed']);
  next(target);
  const result = await target.deploy();
  expect(result).toMatchObject({ result: 'success', plan: { previous: { revision: 1 } } });
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
  expect(target.said).toContain('the release changed while this run waited for the lock: planning again');
});

test('killed in its undo: the claim is closed, and what it went back to is looked at before it counts', async () => {
  const target = await killedIn('undo', 'pass', 'pass');
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
  next(target);
  await expect(target.deploy()).resolves.toMatchObject({ result: 'success' });
  expect(target.records.at(2)).toMatchObject({
    state: 'rejected',
    reason: 'it is a fail',
    undo: { outcome: 'inconclusive', revision: 3, detail: `${ended} before its undo did` },
  });
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 superseded', '4 deployed']);
});

test('the next one fails: it goes back past what the dead run left', async () => {
  const target = await killedIn('roll-out', 'fail', 'pass');
  next(target);
  const result = await target.deploy();
  expect(result).toMatchObject({ result: 'failure', done: { takenBack: { kind: 'undone', to: 1 } } });
});

test('the lock was free: GitHub is asked whether that run has ended', async () => {
  const target = await killedIn('upgrade', 'pass');
  next(target, 'free');
  await expect(target.deploy()).rejects.toMatchObject({
    message: expect.stringContaining('acme/shop run 42 attempt 1 job 7 was at it'),
    remedy: expect.stringContaining('actions: read'),
  });
  expect(target.helm.statuses).toEqual(['1 deployed', '2 pending-upgrade']);
  expect(target.locks.state).toBe('free');

  target.job = 'finished';
  await expect(target.deploy()).resolves.toMatchObject({ result: 'success' });
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
});

test('a run that is at work is waited for, although its helm keeps others out', async () => {
  const target = await killedIn('upgrade', 'pass');
  next(target, 'free');
  target.locks.onAcquire = () => {
    target.helm.set(1, 'superseded');
    target.helm.set(2, 'deployed');
    target.records.all[1] = { ...target.records.at(2), state: 'ready', revision: 2 };
  };
  await expect(target.deploy()).resolves.toMatchObject({
    result: 'success',
    plan: { previous: { revision: 2 } },
  });
  expect(target.helm.statuses).toEqual(['1 superseded', '2 superseded', '3 deployed']);
});

test('a dry run puts nothing right, and says so', async () => {
  const target = await killedIn('upgrade');
  await expect(target.deploy({ 'dry-run': 'true' })).rejects.toMatchObject({
    message: expect.stringContaining('revision 2 is pending-upgrade: a run is at work, or was killed'),
    remedy: expect.stringContaining('without dry-run'),
  });
  expect(states(target)).toEqual(['#1 verified', '#2 planned']);
});

test('a first install that was killed is upgraded over', async () => {
  const target = new Target('pass');
  target.helm.onUpgrade = () => never;
  void target.deploy();
  await new Promise((resolve) => setTimeout(resolve, 10));
  target.helm.onUpgrade = undefined;
  target.helm.set(1, 'pending-install');
  next(target);
  await expect(target.deploy()).resolves.toMatchObject({ result: 'success' });
  expect(target.helm.statuses).toEqual(['1 failed', '2 deployed']);
  expect(states(target)).toEqual(['#1 rejected', '#2 ready']);
});

test('cancelled while it waits for quiet: the lock is left to post, which gives it back', async () => {
  const target = await killedIn('upgrade');
  const clock = next(target);
  const cancel = new AbortController();
  target.ports = { ...target.ports, signal: cancel.signal };
  clock.onSleep = () => cancel.abort(new CancelledError());
  await expect(target.deploy()).rejects.toThrow('cancelled');
  expect(target.locks.state).toBe('left');
  await expect(target.post()).resolves.toMatchObject({
    reason: expect.stringContaining('nothing had begun'),
  });
  expect(target.locks.state).toBe('free');
  expect(target.helm.statuses).toEqual(['1 deployed', '2 pending-upgrade']);
});

test('what is left in place is not taken for what Helm calls deployed', async () => {
  const target = new Target('pass', 'fail', 'pass');
  await target.deploy();
  await target.deploy({ 'on-failure': 'leave' });
  expect(target.helm.statuses).toEqual(['1 deployed', '2 failed']);
  await expect(target.deploy({ 'if-unchanged': 'skip' })).resolves.toMatchObject({ result: 'success' });
});

test("the dead run's GitHub Deployment is closed with its record", async () => {
  const target = await killedIn('roll-out', 'pass');
  target.records.all[1] = { ...target.records.at(2), deploymentId: 5, environment: 'production' };
  next(target);
  await target.deploy();
  expect(target.told).toEqual([`5 failure prod/shop#2 rejected: ${ended} before the release was proven`]);
});

test("another repository's Deployment is left alone: the number means something there only", async () => {
  const target = await killedIn('roll-out', 'pass');
  target.records.all[1] = { ...target.records.at(2), deploymentId: 5, environment: 'production' };
  next(target);
  const by = { ...target.ports.actor, repository: 'acme/other' };
  target.ports = { ...target.ports, actor: by, holder: { ...target.ports.holder, actor: by } };
  await target.deploy();
  expect(target.told).toEqual([]);
});

test.each([
  ['ready', 'success'],
  ['rolled-back', 'failure'],
] as const)('killed when its record said %s: GitHub is told at least then', async (state, told) => {
  const target = await killedIn('roll-out', 'pass');
  const more = { state, revision: 2, deploymentId: 5, environment: 'production' } as const;
  target.records.all[1] = { ...target.records.at(2), ...more };
  next(target);
  await target.deploy();
  expect(target.told).toEqual([`5 ${told} prod/shop#2 ${state}`]);
});
