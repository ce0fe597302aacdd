import { expect, test } from '@jest/globals';
import { pauseOf } from '../../bench/kit/beat.ts';
import type { CostRound } from '../../bench/smoke/cost.ts';
import type { DelayRound } from '../../bench/smoke/delay.ts';
import { costTable, delayTable, goalsOf } from '../../bench/smoke/figures.ts';
import { Health } from '../../bench/smoke/health.ts';
import { checksAt, urlsOf } from '../../bench/smoke/lanes.ts';
import { parseChecks } from '../../lib/domain/checks/parse.ts';

const cost = (lane: string, round: number, cpuSeconds: number): CostRound => ({
  lane,
  round,
  cpuSeconds,
  wallSeconds: cpuSeconds / 2,
  peakMegabytes: 80,
  connections: lane === 'ours' ? 200 : 8,
  ...(lane === 'ours' ? { postCpuSeconds: 0.07 } : {}),
});
/** Milliseconds from when the service was healthy. */
const delay = (interval: number, asked: number, verdict: number, exit: number): DelayRound => ({
  interval,
  round: 0,
  healthyAt: 5_000,
  answeredAt: 5_000 + asked,
  verdictAt: 5_000 + verdict,
  endedAt: 5_000 + exit,
  attempts: 3,
});

// The machine was busy in the second round, for both alike, and in the third for ours alone.
const costs = [
  cost('ours', 0, 0.22),
  cost('fetch', 0, 0.2),
  cost('ours', 1, 0.44),
  cost('fetch', 1, 0.4),
  cost('ours', 2, 0.4),
  cost('fetch', 2, 0.2),
];
const delays = [delay(200, 190, 191, 204), delay(1_000, 999, 1_040, 1_051)];

test('CPU is held against plain fetch round by round, and each interval against itself', () => {
  expect(goalsOf(costs, delays)).toEqual([
    { id: 'smoke/cpu', measured: expect.closeTo(1.1, 5), bound: 1.2, unit: '× fetch' },
    { id: 'smoke/verdict/200ms', measured: 191, bound: 250, unit: 'ms' },
    { id: 'smoke/exit/200ms', measured: 204, bound: 250, unit: 'ms' },
    { id: 'smoke/verdict/1000ms', measured: 1_040, bound: 1_050, unit: 'ms' },
    { id: 'smoke/exit/1000ms', measured: 1_051, bound: 1_050, unit: 'ms' },
  ]);
});

test('a round without its fetch is no figure', () => {
  expect(goalsOf([cost('ours', 0, 0.2)], [])).toEqual([expect.objectContaining({ measured: Number.NaN })]);
});

test('the tables tell connections, post and every stage of a delay', () => {
  const plain = (table: string): string => table.replaceAll(/ +/g, ' ');
  const table = plain(costTable(costs));
  expect(table).toContain('| smoke-test | 3 | 0.40 / 0.44 | 1.1 | 0.20 / 0.22 | 80 / 80 | 200 |');
  expect(table).toContain('| smoke-test, its post at the end of the job | 3 | 0.07 / 0.07 |');
  expect(table).toContain('| plain fetch | 3 | 0.20 / 0.38 | 1 | 0.10 / 0.19 | 80 / 80 | 8 |');
  expect(plain(delayTable(delays))).toContain(
    '| every 200 ms | 1 | 190 / 190 / 190 | 191 / 191 / 191 | 204 / 204 / 204 |',
  );
});

test('the service is unhealthy for so long from when it is first asked, to the millisecond', () => {
  const health = new Health(300);
  expect([1_000, 1_299, 1_300, 1_500].map((now) => health.asked(now))).toEqual([false, false, true, true]);
  expect([health.healthyAt, health.answeredAt]).toEqual([1_300, 1_300]);
  const slow = new Health(300);
  expect([1_000, 1_400].map((now) => slow.asked(now))).toEqual([false, true]);
  expect([slow.healthyAt, slow.answeredAt]).toEqual([1_300, 1_400]);
});

test('the moments at which it turns healthy leave no part of an interval out, the worst least of all', () => {
  const moments = Array.from({ length: 20 }, (_, round) => pauseOf(round, 200)).sort((a, b) => a - b);
  const gaps = moments.map((moment, at) => (moments[at + 1] ?? 200) - moment);
  expect(moments[0]).toBe(0);
  expect(Math.max(...gaps)).toBeLessThan(25);
});

test('all ask the same: a status and a JSON value, at 200 addresses', () => {
  const { value, faults } = parseChecks(checksAt(urlsOf('http://127.0.0.1:8080')), 'checks', {
    namespace: '',
  });
  expect(faults).toEqual([]);
  expect(value).toHaveLength(200);
  expect(value[7]).toMatchObject({
    kind: 'http',
    request: { url: 'http://127.0.0.1:8080/checks/7' },
    expect: { status: [[200, 200]], json: [{ path: '$.status', equals: 'ok' }] },
  });
});
