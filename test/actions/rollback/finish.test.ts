import { expect, test } from '@jest/globals';
import { finishLeft } from '../../../actions/rollback/finish.ts';
import { CancelledError, UnreachableError } from '../../../lib/domain/errors.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import { memoryWatcher } from '../../steps/memory.ts';
import { fastClock, Target, verify } from './memory.ts';

type Outcome = Parameters<typeof memoryWatcher>[0];

/** Cancelled while the old version is waited for; these are the verdicts after it. */
function cancelled(...after: Outcome[]): Target {
  const target = new Target();
  const cancel = (): 'pass' => {
    target.cancel.abort();
    return 'pass';
  };
  target.ports = { ...target.ports, watcher: memoryWatcher(cancel, ...after) };
  return target;
}

test('nothing left is the normal case', async () => {
  await expect(finishLeft(undefined)).resolves.toBeUndefined();
});

test('cancelled while it waits: post brings it to its end', async () => {
  const target = cancelled('pass');
  await expect(target.rollBack({ environment: 'production' })).rejects.toThrow('cancelled');
  expect(target.states).toEqual(['#1 verified', '#2 rejected', '#3 planned']);

  await expect(target.post()).resolves.toEqual({
    result: 'success',
    reason: 'main ended before the rollback did; revision 3 brings back revision 1, it is a pass',
  });

  expect(target.states).toEqual(['#1 verified', '#2 rolled-back', '#3 verified']);
  // Helm had done its part: it is only proven.
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
  expect(target.records.at(2).undo).toMatchObject({ part: 'rollback post', outcome: 'success' });
  expect(target.told.at(-1)).toBe('7 success');
  expect(target.locks.state).toBe('free');
});

test('a helm that was killed half-way: what it had begun is taken out of the history, and made anew', async () => {
  const target = cancelled('pass');
  target.helm.onRollback = () => {
    target.cancel.abort();
    target.cancel.signal.throwIfAborted();
  };
  await expect(target.rollBack()).rejects.toThrow();
  expect(target.helm.statuses.at(-1)).toBe('3 pending-rollback');
  target.helm.onRollback = undefined;
  target.ports = { ...target.ports, watcher: memoryWatcher('pass') };
  await expect(target.post()).resolves.toMatchObject({ result: 'success' });
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
});

test('killed before helm began: the revision that is left is called failed all the same', async () => {
  const target = new Target('pass');
  target.ports = { ...target.ports, watcher: memoryWatcher('pass') };
  const writeBack = target.helm.writeBack.bind(target.helm);
  target.helm.writeBack = async () => {
    throw new UnreachableError('gone');
  };
  const change = target.records.change.bind(target.records);
  let writes = 0;
  target.records.change = async (...order) => {
    // The claim is the last that could be written.
    if ((writes += 1) > 2) throw new UnreachableError('gone');
    return change(...order);
  };
  await expect(target.rollBack()).rejects.toThrow('gone');
  expect(target.locks.state).toBe('left');
  target.helm.writeBack = writeBack;
  target.records.change = change;
  await expect(target.post()).resolves.toMatchObject({ result: 'success' });
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
});

test('too little time is left to watch: applied, red, and nobody says that it runs', async () => {
  const target = cancelled();
  await expect(target.rollBack()).rejects.toThrow('cancelled');
  await expect(target.post({ after: 260_000 })).resolves.toMatchObject({
    result: 'failure',
    reason: expect.stringContaining('no time was left to see whether it runs'),
  });
  expect(target.states).toEqual(['#1 verified', '#2 rejected', '#3 applied']);
  expect(target.records.at(2).undo).toMatchObject({ outcome: 'inconclusive' });
});

test('it does not come back: red', async () => {
  const target = cancelled('fail');
  await expect(target.rollBack({ environment: 'production' })).rejects.toThrow('cancelled');
  await expect(target.post()).resolves.toMatchObject({ result: 'failure' });
  expect(target.states).toEqual(['#1 verified', '#2 rejected', '#3 abandoned']);
  expect(target.told.at(-1)).toBe('7 failure');
});

test('cancelled in its checks: it is back, but not verified, and post says what was not asked', async () => {
  const target = new Target('pass');
  target.answer = 500;
  const http: typeof target.ports.probes.http = async () => {
    target.cancel.abort();
    return { status: 500, headers: {}, body: '', truncated: false };
  };
  target.ports = { ...target.ports, probes: { ...target.ports.probes, http }, clock: fastClock };
  await expect(target.rollBack({ verify, environment: 'production' })).rejects.toThrow();
  await expect(target.post()).resolves.toMatchObject({
    result: 'success',
    reason: expect.stringMatching(/its checks were not asked$/),
  });
  expect(target.helm.calls).toEqual(['rollback to 1']);
  expect(target.states).toEqual(['#1 verified', '#2 rolled-back', '#3 ready']);
  expect(target.told.at(-1)).toBe('7 success');
});

test('killed between the undo and its own record: it is written down', async () => {
  const target = new Target('pass');
  const change = target.records.change.bind(target.records);
  target.records.change = async (record, edit) => {
    if (record.seq === 3) throw new UnreachableError('gone');
    return change(record, edit);
  };
  await expect(target.rollBack()).rejects.toThrow('gone');
  target.records.change = change;
  await expect(target.post()).resolves.toMatchObject({ result: 'success' });
  expect(target.helm.calls).toEqual(['rollback to 1']);
  expect(target.records.at(3)).toMatchObject({ state: 'verified', revision: 3 });
});

test.each<[string, (target: Target) => void, string]>([
  [
    'nothing had been changed',
    ({ records }) => void (records.all[1] = unclaimed(records.at(2))),
    'nothing had been changed yet',
  ],
  [
    'another run has shipped since',
    (target) => void target.ship('deployed'),
    'another run has shipped since',
  ],
])('post keeps away: %s', async (_, change, reason) => {
  const target = cancelled();
  await expect(target.rollBack()).rejects.toThrow('cancelled');
  change(target);
  await expect(target.post()).resolves.toEqual({
    result: 'success',
    reason: `main ended before the rollback did; ${reason}`,
  });
  expect(target.helm.calls).toEqual(['rollback to 1']);
  expect(target.records.at(3)).toMatchObject({ state: 'abandoned' });
});

function unclaimed(record: ReleaseRecord): ReleaseRecord {
  const { undo: _, ...others } = record;
  return others;
}

test('a release that nobody had recorded is finished too', async () => {
  const target = cancelled('pass');
  target.records.all.pop();
  await expect(target.rollBack()).rejects.toThrow('cancelled');
  await expect(target.post()).resolves.toMatchObject({ result: 'success' });
  expect(target.states).toEqual(['#1 verified', '#2 rolled-back', '#3 verified']);
});

test('cancelled before anything was written: post gives the lock back', async () => {
  const target = new Target();
  target.locks.onAcquire = () => {
    target.helm.onList = () => {
      throw new CancelledError();
    };
  };
  await expect(target.rollBack()).rejects.toThrow('cancelled');
  expect(target.locks.state).toBe('left');
  target.helm.onList = undefined;
  await expect(target.post()).resolves.toEqual({
    result: 'success',
    reason: 'the lock is given back; nothing had begun',
  });
  expect(target.states).toEqual(['#1 verified', '#2 verified']);
  expect(target.locks.state).toBe('free');
});

test('its GitHub Deployment is known to its record at once: whoever ends a killed one can end that, too', async () => {
  const target = cancelled();
  await expect(target.rollBack({ environment: 'production' })).rejects.toThrow('cancelled');
  expect(target.records.at(3)).toMatchObject({
    state: 'planned',
    deploymentId: 7,
    environment: 'production',
  });
});

test('cancelled before anything was changed: no Deployment stays in progress', async () => {
  const target = cancelled();
  const change = target.records.change.bind(target.records);
  target.records.change = async (record, how) =>
    change(record, (now) => {
      const next = how(now);
      // The claim is the first write that is broken off.
      if (next.undo !== undefined) throw new CancelledError();
      return next;
    });
  await expect(target.rollBack({ environment: 'production' })).rejects.toThrow('cancelled');
  target.records.change = change;
  await expect(target.post()).resolves.toMatchObject({ reason: expect.stringMatching(/nothing had been/) });
  expect(target.told).toEqual(['begin rollback', '7 in_progress', '7 failure']);
  expect(target.states.at(-1)).toBe('#3 abandoned');
});
