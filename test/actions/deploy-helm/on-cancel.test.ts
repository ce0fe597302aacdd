/** What post does with a release that was cancelled before its verdict, as its author wishes. */
import { expect, test } from '@jest/globals';
import { CancelledError } from '../../../lib/domain/errors.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import { Target } from './memory.ts';

const last = (target: Target): ReleaseRecord => target.records.all.at(-1) as ReleaseRecord;

/** Revision 1 runs ready; the run is cancelled while it watches revision 2. These are the verdicts after it. */
async function cancelled(onCancel: string, ...after: ('pass' | 'fail' | 'inconclusive')[]): Promise<Target> {
  const target: Target = new Target(
    'pass',
    () => {
      target.cancel.abort();
      return 'pass';
    },
    ...after,
  );
  target.helm.add('deployed');
  target.told.splice(0);
  await expect(target.deploy({ 'on-cancel': onCancel, environment: 'production' })).rejects.toThrow();
  return target;
}

test('leave: nothing is rolled back, and Helm and the record say what it is', async () => {
  const target = await cancelled('leave');

  const { good, reason } = await target.post();

  expect(good).toBe(false);
  expect(reason).toBe(
    'the run ended before the release was proven; on-cancel: leave: revision 2 stays in place, marked failed',
  );
  expect(target.helm.calls).toEqual(['upgrade, wait: none']);
  expect(target.helm.statuses).toEqual(['1 deployed', '2 failed']);
  expect(last(target)).toMatchObject({ state: 'rejected', revision: 2, reason });
  expect(last(target).undo).toBeUndefined();
  expect(target.told.at(-1)).toMatch(/^7 failure prod\/shop#2 rejected: cancelled, left/);
  expect(target.locks.state).toBe('free');
});

test('finish: post watches on, and what holds is as good as if main had seen it', async () => {
  const target = await cancelled('finish', 'pass');

  await expect(target.post()).resolves.toEqual({
    good: true,
    reason: 'watched to its end by post: it is a pass',
  });

  expect(target.helm.calls).toEqual(['upgrade, wait: none']);
  expect(target.helm.statuses).toEqual(['1 superseded', '2 deployed']);
  expect(last(target)).toMatchObject({
    state: 'ready',
    verdicts: [{ name: 'deploy-helm', outcome: 'pass' }],
    steps: expect.arrayContaining([
      expect.objectContaining({ name: 'roll-out, watched by post', outcome: 'success' }),
    ]),
  });
  expect(target.told.at(-1)).toBe('7 success prod/shop#2 ready');
  expect(target.said).toContain('on-cancel: finish: watching revision 2 for 3m30s more');
});

test('finish: what does not hold is undone', async () => {
  const target = await cancelled('finish', 'fail', 'pass');
  await expect(target.post()).resolves.toMatchObject({
    good: true,
    reason: expect.stringContaining('it is a fail; undone'),
  });
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
  expect(last(target)).toMatchObject({ state: 'rolled-back', reason: 'it is a fail' });
});

test('finish: not knowing is no reason to undo', async () => {
  const target = await cancelled('finish', 'inconclusive');
  await expect(target.post()).resolves.toMatchObject({ good: false });
  expect(target.helm.statuses).toEqual(['1 superseded', '2 deployed']);
  expect(last(target)).toMatchObject({ state: 'applied', verdicts: [{ outcome: 'inconclusive' }] });
  expect(target.told.at(-1)).toMatch(/^7 error/);
});

test('finish: with too little time left to watch and then undo, it is undone', async () => {
  const target = await cancelled('finish', 'pass');
  await expect(target.post({ after: 200_000 })).resolves.toMatchObject({
    reason: expect.stringContaining('undone'),
  });
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
});

test.each(['finish', 'undo'])('%s: what helm had not applied is undone', async (onCancel) => {
  const target = new Target('pass', 'pass');
  target.helm.add('deployed');
  target.helm.onUpgrade = () => {
    throw new CancelledError();
  };
  await expect(target.deploy({ 'on-cancel': onCancel })).rejects.toThrow('cancelled');
  expect(target.helm.statuses).toEqual(['1 deployed', '2 pending-upgrade']);
  await expect(target.post()).resolves.toMatchObject({ good: true });
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
});

test.each(['finish', 'leave'])('%s: an undo that has begun is brought to its end', async (onCancel) => {
  const target: Target = new Target(
    'pass',
    'fail',
    () => {
      target.cancel.abort();
      return 'pass';
    },
    'pass',
  );
  target.helm.add('deployed');
  await expect(target.deploy({ 'on-cancel': onCancel })).rejects.toThrow('cancelled');
  await expect(target.post()).resolves.toMatchObject({ good: true });
  expect(last(target).state).toBe('rolled-back');
});

test.each(['finish', 'undo'])(
  '%s: post hides what Secrets hold, those of hooks too: a pod that fails may say it',
  async (onCancel) => {
    const target = await cancelled(onCancel, 'pass', 'pass');
    const secret = (name: string, value: string): string =>
      JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: { value } });
    target.helm.revisions[1] = {
      ...target.helm.revisions[1],
      manifest: secret('app', 'of-the-release'),
      hooks: [secret('migration', 'of-its-hook')],
    } as never;
    const said: string[] = [];
    const { watcher } = target.ports;
    target.ports = {
      ...target.ports,
      watcher: {
        follow: (gated, options) => {
          said.push(options.hide?.('of-the-release and of-its-hook') ?? 'nothing is hidden');
          return watcher.follow(gated, options);
        },
      },
    };
    await target.post();
    expect(said[0]).toBe('*** and ***');
  },
);

test('finish: what runs already when post begins is of the release, and trusted no more than what comes', async () => {
  const target = await cancelled('finish', 'pass');
  const { watcher } = target.ports;
  const late: (boolean | undefined)[] = [];
  target.ports = {
    ...target.ports,
    watcher: {
      follow: (gated, options) => (late.push(options.joinsLate), watcher.follow(gated, options)),
    },
  };
  await target.post();
  expect(late).toEqual([true]);
});
