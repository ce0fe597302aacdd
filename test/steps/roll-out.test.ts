import { expect, test } from '@jest/globals';
import { CancelledError, TargetError } from '../../lib/domain/errors.ts';
import type { Watcher } from '../../lib/ports/rollout.ts';
import { rollOut } from '../../lib/steps/roll-out.ts';
import type { RollOut } from '../../lib/steps/roll-out.ts';
import { memoryWatcher, stoppedClock } from './memory.ts';

const order = (apply: RollOut['apply']): RollOut => ({
  gated: [],
  advisory: [],
  apply,
  within: 1_000,
  onProgress: () => {},
});

const unsynced = (error: Error): Watcher => ({
  follow: (gated, options) => ({
    ...memoryWatcher('pass').follow(gated, options),
    synced: () => Promise.reject(error),
  }),
});

test('nothing is applied that could not be watched', async () => {
  let applied = false;
  const watcher = unsynced(new TargetError('overloaded', { subject: 'API', remedy: 'later' }));
  const rolled = await rollOut(
    order(async () => void (applied = true)),
    { watcher, clock: stoppedClock },
  );
  expect(rolled.verdict).toMatchObject({ outcome: 'inconclusive', reason: 'overloaded' });
  expect(applied).toBe(false);
});

test('a cancel is no verdict', async () => {
  const ports = { watcher: unsynced(new CancelledError()), clock: stoppedClock };
  await expect(
    rollOut(
      order(async () => {}),
      ports,
    ),
  ).rejects.toThrow('cancelled');
});

test('what apply throws ends it, unless the watcher had called it before', async () => {
  const helmFailed = new Error('helm failed');
  const plain = { watcher: memoryWatcher('pass'), clock: stoppedClock };
  await expect(
    rollOut(
      order(() => Promise.reject(helmFailed)),
      plain,
    ),
  ).rejects.toBe(helmFailed);

  const called = rollOut(
    order(({ onApplied, signal }) => {
      onApplied();
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(helmFailed)));
    }),
    { watcher: memoryWatcher('fail'), clock: stoppedClock },
  );
  await expect(called).resolves.toMatchObject({ verdict: { outcome: 'fail' } });
});
