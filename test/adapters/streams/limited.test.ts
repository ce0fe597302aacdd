import { expect, test } from '@jest/globals';
import { limited } from '../../../lib/adapters/streams/limited.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import { from } from '../../support/bytes.ts';

/** A clock that moves only when somebody sleeps, always a little too long, or when it is pushed. */
class DrivenClock implements Clock {
  time = 1_000;
  sleeps: number[] = [];
  late = 0;
  now = (): number => this.time;
  sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    this.sleeps.push(ms);
    this.time += ms + this.late;
  };
}

interface Passed {
  readonly at: number;
  readonly bytes: number;
}

async function pass(
  source: AsyncIterable<Uint8Array>,
  bytesPerSecond: number,
  clock: DrivenClock,
): Promise<Passed[]> {
  const passed: Passed[] = [];
  for await (const piece of limited(source, { bytesPerSecond, clock }))
    passed.push({ at: clock.time, bytes: piece.length });
  return passed;
}

async function* chunks(count: number, size: number): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(size);
  for (let nth = 0; nth < count; nth++) yield chunk;
}

const total = (passed: readonly Passed[]): number => passed.reduce((sum, { bytes }) => sum + bytes, 0);
function mostInASecond(passed: readonly Passed[]): number {
  let [most, sum, first] = [0, 0, 0];
  for (const { at, bytes } of passed) {
    sum += bytes;
    for (; (passed[first]?.at ?? at) <= at - 1_000; first++) sum -= passed[first]?.bytes ?? 0;
    most = Math.max(most, sum);
  }
  return most;
}

test.each([
  [1_000_000, 65_536, 0],
  [1_000_000, 65_536, 7],
  [1_000_000, 5_000_000, 3],
  [20_000_000, 65_536, 1],
  [500_000_000, 65_536, 2],
  [100_000, 65_536, 15],
])('%i bytes a second in chunks of %i, with timers %i ms late', async (rate, size, late) => {
  const clock = new DrivenClock();
  clock.late = late;
  const begun = clock.time;
  const count = Math.ceil((rate * 10) / size);
  const passed = await pass(chunks(count, size), rate, clock);
  expect(total(passed)).toBe(count * size);
  const seconds = (clock.time - begun) / 1_000;
  const expected = (count * size) / rate;
  expect(seconds).toBeGreaterThan(expected - 0.4);
  expect(seconds).toBeLessThan(expected + 0.4);
  expect(mostInASecond(passed)).toBeLessThanOrEqual(rate * 1.36);
  expect(clock.sleeps.length).toBeLessThan(seconds * 55); // no timer for each piece
});

test('a source that was slow for a while does not burst afterwards', async () => {
  const clock = new DrivenClock();
  const rate = 1_000_000;
  async function* stalling(): AsyncGenerator<Uint8Array> {
    yield* chunks(10, 65_536);
    clock.time += 60_000;
    yield* chunks(40, 65_536);
  }
  const passed = await pass(stalling(), rate, clock);
  expect(mostInASecond(passed)).toBeLessThanOrEqual(rate * 1.36);
});

test('a source that is slower than the limit is not held back', async () => {
  const clock = new DrivenClock();
  async function* slow(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks(20, 50_000)) {
      clock.time += 100;
      yield chunk;
    }
  }
  await pass(slow(), 1_000_000, clock);
  expect(clock.sleeps).toEqual([]);
});

test('bytes are the same, in order, and no copy', async () => {
  const source = Buffer.from(Array.from({ length: 1_000 }, (_each, at) => at % 251));
  const pieces: Uint8Array[] = [];
  for await (const piece of limited(from(source), { bytesPerSecond: 1_500, clock: new DrivenClock() }))
    pieces.push(piece);
  expect(Buffer.concat(pieces).equals(source)).toBe(true);
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.every((piece) => piece.buffer === source.buffer)).toBe(true);
});

test('a cancel ends the wait, and the source is closed', async () => {
  let isClosed = false;
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks(100, 65_536);
    } finally {
      isClosed = true;
    }
  }
  const cancel = new AbortController();
  const clock = new DrivenClock();
  const reading = (async () => {
    for await (const _ of limited(watched(), { bytesPerSecond: 100_000, clock, signal: cancel.signal }))
      cancel.abort(new Error('the run was cancelled'));
  })();
  await expect(reading).rejects.toThrow('the run was cancelled');
  expect(isClosed).toBe(true);
});

test('what the source throws comes out', async () => {
  const failing = from(new Uint8Array(10), new Error('pg_dump was killed'));
  await expect(pass(failing, 100_000, new DrivenClock())).rejects.toThrow('pg_dump was killed');
});
