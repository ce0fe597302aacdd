import { expect, test } from '@jest/globals';
import { CancelledError, TargetError, UnreachableError } from '../../../lib/domain/errors.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import { record } from '../../domain/record/samples.ts';
import { Target } from './memory.ts';

const last = (target: Target): ReleaseRecord => target.records.all.at(-1) as ReleaseRecord;

/** Revision 1 runs ready; the run is cancelled at the verdict whose turn it is. */
function cancelledAt(turn: 'way back' | 'roll-out' | 'undo', ...after: ('pass' | 'fail')[]): Target {
  const cancel = (): 'pass' => {
    target.cancel.abort();
    return 'pass';
  };
  const before = { 'way back': [], 'roll-out': ['pass'], undo: ['pass', 'fail'] } as const;
  const target: Target = new Target(...before[turn], cancel, ...after);
  target.helm.add('deployed');
  return target;
}

test('cancelled before anything was written: post gives the lock back', async () => {
  const target = cancelledAt('way back');
  await expect(target.deploy()).rejects.toThrow('cancelled');
  expect(target.locks.state).toBe('left');
  await expect(target.post()).resolves.toMatchObject({ good: true });
  expect(target.locks.state).toBe('free');
  expect(target.helm.statuses).toEqual(['1 deployed']);
});

test('cancelled in the roll-out: post takes it back', async () => {
  const target = cancelledAt('roll-out', 'pass');
  await expect(target.deploy()).rejects.toThrow('cancelled');
  expect(last(target)).toMatchObject({ state: 'applied' });
  await expect(target.post()).resolves.toMatchObject({ good: true });
  expect(last(target)).toMatchObject({ state: 'rolled-back', undo: { part: 'deploy-helm post' } });
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
  expect(target.locks.state).toBe('free');
});

test('too little time is left to watch: the undo is applied, and said to be unproven', async () => {
  const target = cancelledAt('roll-out');
  await expect(target.deploy()).rejects.toThrow('cancelled');

  await expect(target.post({ after: 260_000 })).resolves.toMatchObject({
    good: false,
    reason: expect.stringContaining('not proven: revision 1 was applied again'),
  });

  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
  expect(last(target)).toMatchObject({
    state: 'rejected',
    undo: { part: 'deploy-helm post', toRevision: 1, outcome: 'inconclusive' },
    steps: expect.arrayContaining([
      expect.objectContaining({ name: 'undo to revision 1', outcome: 'inconclusive' }),
    ]),
  });
  expect(target.locks.state).toBe('free');
});

test.each<['pass' | 'fail', string]>([
  ['pass', 'undone'],
  ['fail', 'left'],
])('after an unproven undo the next release looks whether it runs: %s', async (runsReady, kind) => {
  const target = cancelledAt('roll-out', runsReady, 'fail', 'pass');
  await expect(target.deploy()).rejects.toThrow('cancelled');
  await target.post({ after: 260_000 });
  // What the first one went back to is no longer in Helm's history: only what runs is left to go back to.
  target.helm.revisions.splice(0, 1);
  target.records.all.splice(0, 1);
  target.cancel = new AbortController();
  target.ports = { ...target.ports, signal: target.cancel.signal };

  const next = await target.deploy();

  expect(next).toMatchObject({ result: 'failure', done: { takenBack: { kind } } });
  if (runsReady === 'pass') expect(next).toMatchObject({ done: { takenBack: { to: 3 } } });
});

test('cancelled in the undo: post finishes it, and the first reason stays', async () => {
  const target = cancelledAt('undo', 'pass');
  await expect(target.deploy()).rejects.toThrow('cancelled');
  const { watcher } = target.ports;
  const late: (boolean | undefined)[] = [];
  const follow: typeof watcher.follow = (gated, options) => (
    late.push(options.joinsLate),
    watcher.follow(gated, options)
  );
  target.ports = { ...target.ports, watcher: { follow } };
  await expect(target.post()).resolves.toMatchObject({ good: true });
  expect(late).toEqual([true]);
  expect(last(target)).toMatchObject({ state: 'rolled-back', reason: 'it is a fail' });
  // Helm had gone back already: it is only proven.
  expect(target.helm.calls).toEqual(['upgrade, wait: none', 'rollback to 1']);
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
});

test('cancelled in the undo by post, too: the lock is given back, for nobody comes after', async () => {
  const target = cancelledAt('roll-out');
  await expect(target.deploy()).rejects.toThrow('cancelled');
  target.helm.onRollback = () => {
    throw new CancelledError();
  };
  await expect(target.post()).rejects.toThrow('cancelled');
  expect(target.locks.state).toBe('free');
});

test('cancelled in a first release: it is left, and that is no good end', async () => {
  const target: Target = new Target(() => {
    target.cancel.abort();
    return 'pass';
  });
  await expect(target.deploy()).rejects.toThrow('cancelled');
  await expect(target.post()).resolves.toMatchObject({ good: false });
  expect(target.helm.statuses).toEqual(['1 failed']);
});

/** Main breaks down in its last words to GitHub, after the verdict. */
function breakingDown(target: Target): Target {
  target.ports = {
    ...target.ports,
    github: {
      begin: async () => 7,
      report: async (_, state) => {
        if (state !== 'in_progress') throw new Error('a defect');
      },
    },
  };
  return target;
}

const refused = (): never => {
  throw new TargetError('helm says no', { subject: 'release', remedy: 'mend it' });
};

const finishing = { environment: 'prod' };

test.each<[string, () => Target, Record<string, string>, string, string]>([
  [
    'helm had refused before it wrote anything',
    () => {
      const target = new Target('pass');
      target.helm.add('deployed');
      target.helm.beforeUpgrade = refused;
      return target;
    },
    {},
    'rejected',
    'nothing had been applied',
  ],
  [
    'the first release was uninstalled',
    () => new Target('fail'),
    { 'on-first-failure': 'uninstall' },
    'rolled-back',
    'nothing to finish',
  ],
  ['nobody could tell', () => new Target('inconclusive'), {}, 'applied', 'nothing to finish'],
  ['it is ready', () => new Target('pass'), {}, 'ready', 'nothing to finish'],
])('broken down when %s: there is nothing to undo', async (_, make, given, state, reason) => {
  const target = breakingDown(make());
  await expect(target.deploy({ ...given, ...finishing })).rejects.toThrow('a defect');
  const before = target.helm.calls.length;
  target.ports = { ...target.ports, github: { begin: async () => 7, report: async () => {} } };
  await expect(target.post()).resolves.toMatchObject({ good: true, reason: expect.stringContaining(reason) });
  expect(last(target).state).toBe(state);
  expect(target.helm.calls).toHaveLength(before);
  expect(target.locks.state).toBe('free');
});

test('another run that has shipped since is not undone', async () => {
  const target = cancelledAt('roll-out', 'pass');
  await expect(target.deploy()).rejects.toThrow('cancelled');
  const ours = last(target).seq;
  target.records.all.push(record(ours + 1, { state: 'ready', revision: 3 }));
  target.helm.add('deployed');
  await expect(target.post()).resolves.toMatchObject({ reason: expect.stringContaining('another run') });
  expect(target.records.at(ours).state).toBe('abandoned');
  expect(target.helm.calls).toEqual(['upgrade, wait: none']);
});

test('cancelled in the middle of helm rollback: post goes back from the release, not from the half of an undo', async () => {
  const target = new Target('pass', 'fail', 'pass');
  target.helm.add('deployed');
  target.helm.onRollback = () => {
    target.cancel.abort();
    throw new CancelledError('helm rollback was cancelled');
  };
  await expect(target.deploy()).rejects.toThrow('cancelled');
  expect(target.helm.statuses).toEqual(['1 deployed', '2 failed', '3 pending-rollback']);
  target.helm.onRollback = undefined;

  await expect(target.post()).resolves.toMatchObject({ good: true });

  expect(target.helm.comparedWith).toEqual([1, 2, 2]);
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
  expect(last(target)).toMatchObject({ state: 'rolled-back', undo: { revision: 3 } });
});

test('its GitHub Deployment is known to the record at once, and closed also where nothing was applied', async () => {
  const target = new Target('pass');
  target.helm.add('deployed');
  target.helm.beforeUpgrade = () => {
    target.cancel.abort();
    throw new CancelledError();
  };
  await expect(target.deploy({ environment: 'production' })).rejects.toThrow('cancelled');
  expect(last(target)).toMatchObject({ state: 'planned', deploymentId: 7 });
  await target.post();
  expect(target.told).toEqual([
    '7 in_progress prod/shop#2 planned',
    '7 failure prod/shop#2 abandoned: cancelled, nothing had been applied',
  ]);
});

test.each([
  ['why it was not ready is kept before the undo', 0, ['evidence.md']],
  ['too little time is left: the undo goes first', 160_000, []],
])('%s', async (_, after, expected) => {
  const target = cancelledAt('roll-out', 'fail', 'pass');
  const kept: string[] = [];
  const keep = (name: string): string => `${kept.push(name)}`;
  target.ports = { ...target.ports, files: { ...target.ports.files, keep } };
  await expect(target.deploy()).rejects.toThrow('cancelled');
  await target.post({ after });
  expect(kept).toEqual(expected);
});

test('what can no longer be seen stops no undo', async () => {
  const lost = (): never => {
    throw new Error('the API is gone');
  };
  const target = new Target('pass', () => (target.cancel.abort(), 'pass'), lost, 'pass');
  target.helm.add('deployed');
  await expect(target.deploy()).rejects.toThrow('cancelled');
  await expect(target.post()).resolves.toMatchObject({ good: true });
  expect(last(target).state).toBe('rolled-back');
});

test('the API was lost: post is red, undoes nothing, and leaves no Deployment in progress', async () => {
  const target = new Target('pass');
  target.helm.add('deployed');
  target.helm.onUpgrade = () => {
    target.helm.onList = () => {
      throw new UnreachableError('the API is gone');
    };
    throw new UnreachableError('the API is gone');
  };
  await expect(target.deploy({ environment: 'production' })).rejects.toThrow('the API is gone');
  target.helm.onList = undefined;
  await expect(target.post()).resolves.toMatchObject({
    good: false,
    reason: expect.stringMatching(/^the API was lost, .*: record #2 is planned, and nothing is undone$/),
  });
  expect(target.told.at(-1)).toBe('7 error prod/shop#2 planned: the API was lost');
  expect(target.helm.calls).toEqual(['upgrade, wait: none']);
  expect(target.locks.state).toBe('free');
});
