import { describe, expect, test } from '@jest/globals';
import { CancelledError } from '../../../lib/domain/errors.ts';
import { openLoop } from '../../../lib/steps/checks/open-loop.ts';
import { ManualClock, World } from './world.ts';

const order = { requests: 5, rate: 10 };

/** Asks a server that takes so long for each; says when it was asked, and what was measured. */
async function measured(takes: (at: number) => number, { requests, rate } = order, within = Infinity) {
  const clock = new ManualClock();
  const began = clock.now();
  const starts: number[] = [];
  const ask = async (): Promise<boolean> => {
    const at = clock.now() - began;
    starts.push(at);
    await clock.sleep(takes(at));
    return true;
  };
  const samples = await clock.until(openLoop(ask, { requests, rate }, began + within, { clock }));
  return { starts, latencies: samples.map(({ latency }) => latency) };
}

test('requests start on schedule', async () => {
  expect(await measured(() => 20)).toEqual({
    starts: [0, 100, 200, 300, 400],
    latencies: [20, 20, 20, 20, 20],
  });
});

test('a server that stalls does not slow the schedule down', async () => {
  const { starts } = await measured(() => 10_000);
  expect(starts).toEqual([0, 100, 200, 300, 400]);
});

test('a stall is counted for each request that falls into it (coordinated omission)', async () => {
  // From 100 to 400 nothing is answered. Asked one after the other, one request would have been slow; here it is four.
  const stall = (at: number): number => (at >= 100 && at < 400 ? 400 - at + 20 : 20);
  expect((await measured(stall)).latencies).toEqual([20, 320, 220, 120, 20]);
});

test('who comes late is counted from when it should have started', async () => {
  const clock = new ManualClock();
  const began = clock.now();
  // A clock that oversleeps, as a machine under load does.
  const drowsy = { now: clock.now, sleep: (ms: number) => clock.sleep(ms + 50) };
  const samples = await clock.until(
    openLoop(async () => true, { requests: 3, rate: 10 }, began + 10_000, { clock: drowsy }),
  );
  expect(samples.map(({ latency }) => latency)).toEqual([0, 50, 50]);
});

test('none is started after the deadline, but the first', async () => {
  expect((await measured(() => 20, order, 250)).starts).toEqual([0, 100, 200]);
  expect((await measured(() => 20, order, -1)).starts).toEqual([0]);
});

test('a failure is a sample, a cancel is none', async () => {
  const clock = new ManualClock();
  const loop = (error: Error) =>
    clock.until(openLoop(() => Promise.reject(error), { requests: 2, rate: 1_000 }, Infinity, { clock }));
  expect(await loop(new Error('refused'))).toMatchObject([{ ok: false }, { ok: false }]);
  await expect(loop(new CancelledError())).rejects.toThrow(CancelledError);
});

describe('as a check', () => {
  const check = '- {http: "http://shop.test/", name: home, latency: {p75: 100ms, requests: 4, rate: 10/s}}';

  test('a warm answer first, then the loop, then the figures', async () => {
    const world = new World();
    world.reply = () => ({ after: 30 });
    expect(await world.run(check)).toMatchObject({
      outcome: 'pass',
      checks: [{ attempts: 1, latency: { requests: 4, failed: 0, p50: 30, p95: 30, max: 30, measured: 30 } }],
    });
    expect(world.asked.map(({ at }) => at)).toEqual([0, 30, 130, 230, 330]);
  });

  test('no loop begins while it does not answer as expected', async () => {
    const world = new World();
    world.reply = (_, at) => (at < 3_000 ? { status: 503 } : {});
    await world.run(check);
    expect(world.asked.map(({ at }) => at)).toEqual([0, 1_000, 2_000, 3_000, 3_000, 3_100, 3_200, 3_300]);
  });

  test('too slow: asked again as long as a whole loop fits; the last figures are kept', async () => {
    const world = new World();
    world.reply = () => ({ after: 150 });
    expect(await world.run(check, { timeout: 2_000 })).toMatchObject({
      outcome: 'fail',
      reason: 'home: p75 is 150 ms, the limit is 100 ms',
      checks: [{ attempts: 2, latency: { requests: 4, measured: 150 } }],
    });
    // A third one would begin at 1.6 s, and have 0.4 s: what figures it could still get would hide those of the second.
    expect(world.asked.map(({ at }) => at)).toEqual([
      0, 150, 250, 350, 450, 1_000, 1_150, 1_250, 1_350, 1_450,
    ]);
  });

  test('a loop that does not fit before the deadline is cut there, and proves nothing', async () => {
    const world = new World();
    const long =
      '- {http: "http://shop.test/", name: home, latency: {p75: 100ms, requests: 100, rate: 10/s}}';
    expect(await world.run(long, { timeout: 2_000 })).toMatchObject({
      outcome: 'fail',
      reason: 'home: p75 is 0 ms, the limit is 100 ms; only 21 of 100 requests fitted before the deadline',
    });
    expect(world.elapsed).toBe(2_000);
  });
});
