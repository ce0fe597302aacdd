import { describe, expect, test } from '@jest/globals';
import { judgeLatency, percentileOf } from '../../../lib/domain/checks/judge-latency.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

describe('nearest rank', () => {
  test.each<[percentile: number, of: number, value: number]>([
    [50, 1, 1],
    [50, 2, 1],
    [50, 3, 2],
    [95, 20, 19],
    [95, 100, 95],
    [95, 101, 96],
    [99, 100, 99],
    [99.9, 1_000, 999],
    [99.9, 100, 100],
    [100, 10, 10],
    [0.1, 10, 1],
    // In binary some of these are a little more than whole.
    [1.1, 3_000, 33],
    [2.2, 1_500, 33],
    [55, 100, 55],
    [7, 100, 7],
    [29, 100, 29],
  ])('p%s of 1 to %s is %s', (percentile, count, value) => {
    expect(percentileOf(upTo(count).reverse(), percentile)).toBe(value);
  });
});

const check = { requests: 20, rate: 10, percentile: 95, below: 300 };
const ok = (latency: number) => ({ latency, ok: true });
const failed = (latency: number) => ({ latency, ok: false });
const fast = (count: number) => Array.from({ length: count }, () => ok(100));

test.each<[title: string, samples: ReturnType<typeof ok>[], reason: string | undefined]>([
  ['all fast', fast(20), undefined],
  ['just so fast', [...fast(18), ok(300), ok(300)], undefined],
  ['one in twenty is slow', [...fast(19), ok(9_000)], undefined],
  ['two in twenty are slow', [...fast(18), ok(301), ok(9_000)], 'p95 is 301 ms, the limit is 300 ms'],
  ['one in twenty failed', [...fast(19), failed(1)], undefined],
  [
    'two that failed fast are endlessly slow',
    [...fast(18), failed(1), failed(1)],
    'p95 is no answer as expected, the limit is 300 ms, 2 of 20 failed',
  ],
  [
    'slow, and one failed',
    [...fast(18), ok(400), failed(1)],
    'p95 is 400 ms, the limit is 300 ms, 1 of 20 failed',
  ],
  [
    'fast, as far as it came',
    fast(7),
    'p95 is 100 ms, the limit is 300 ms; only 7 of 20 requests fitted before the deadline',
  ],
])('%s', (_, samples, reason) => {
  expect(judgeLatency(samples, check).miss?.reason).toBe(reason);
});

test('figures count what failed as endless', () => {
  expect(
    judgeLatency([ok(10), ok(20), ok(30), failed(5)], { ...check, requests: 4, percentile: 75 }),
  ).toEqual({
    figures: { requests: 4, failed: 1, p50: 20, p95: Infinity, max: Infinity, measured: 30 },
  });
});
