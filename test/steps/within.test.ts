import { expect, test } from '@jest/globals';
import { CancelledError, TargetError } from '../../lib/domain/errors.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { within } from '../../lib/steps/within.ts';

const bound = (timeout: number) => ({ timeout, subject: 'the restore' });
const untilAborted = (signal: AbortSignal, error?: Error): Promise<never> =>
  new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(error ?? (signal.reason as Error))),
  );
const ports = (signal = new AbortController().signal) => ({ clock: systemClock, signal });

test('what is done in time is handed on, an error too, and no timer is left', async () => {
  const sleeping: AbortSignal[] = [];
  const clock: typeof systemClock = {
    ...systemClock,
    sleep: (ms, signal) => {
      if (signal !== undefined) sleeping.push(signal);
      return systemClock.sleep(ms, signal);
    },
  };
  const { signal } = new AbortController();
  expect(await within(bound(60_000), { clock, signal }, async () => 5)).toBe(5);
  const broken = new Error('broken');
  await expect(within(bound(60_000), { clock, signal }, () => Promise.reject(broken))).rejects.toBe(broken);
  expect(sleeping.map(({ aborted }) => aborted)).toEqual([true, true]);
});

test('out of time: the work is told, and its complaint is the cause', async () => {
  const complaint = new Error('pg_restore was ended');
  const late = await within(bound(20), ports(), (signal) => untilAborted(signal, complaint)).catch(
    (error: unknown) => error,
  );
  expect(late).toBeInstanceOf(TargetError);
  expect(late).toMatchObject({
    message: expect.stringMatching(/^it was not done within .* \(timeout\)$/),
    subject: 'the restore',
    cause: complaint,
  });
});

test('work that throws the reason of its signal makes no circle', async () => {
  const late = await within(bound(20), ports(), (signal) => untilAborted(signal)).catch(
    (error: unknown) => error,
  );
  expect(late).toBeInstanceOf(TargetError);
  expect((late as Error).cause).toBeUndefined();
});

test('a cancel keeps its own error', async () => {
  const cancel = new AbortController();
  const cancelled = new CancelledError();
  const work = within(bound(60_000), ports(cancel.signal), (signal) => untilAborted(signal));
  cancel.abort(cancelled);
  await expect(work).rejects.toBe(cancelled);
});
