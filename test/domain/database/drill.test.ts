import { expect, test } from '@jest/globals';
import { judge, missed, totalSeconds } from '../../../lib/domain/database/drill.ts';
import { recoveryPoints, withoutBackup } from '../../../lib/domain/database/drill-recovery.ts';
import type { SurvivingData } from '../../../lib/domain/database/drill-recovery.ts';
import { parsePastDrill, trendChart } from '../../../lib/domain/database/drill-trend.ts';

const now = Date.parse('2026-11-26T04:00:00.000Z');
const takenAt = '2026-11-26T02:00:00.000Z';
type Archive = SurvivingData['archive'];

const pointsOf = (
  archive: Archive,
  { replicas = [], baseBackup = true }: { replicas?: SurvivingData['replicas']; baseBackup?: boolean } = {},
) =>
  recoveryPoints({ takenAt, now, live: { now: '2026-11-26T14:00:00.000Z', archive, replicas }, baseBackup });

test.each<[string, Archive, string, number, RegExp | undefined]>([
  ['off', { kind: 'off' }, 'backup', 7_200, /archives nothing/],
  ['unreadable', { kind: 'unreadable', why: 'permission denied' }, 'backup', 7_200, /permission denied/],
  ['on, and nothing came yet', { kind: 'on', failed: 0 }, 'backup', 7_200, /no piece yet/],
  [
    'failing',
    { kind: 'on', newestAt: '2026-11-26T13:59:59.000Z', failed: 3 },
    'backup',
    7_200,
    /3 pieces failed/,
  ],
  // By the server's own clock, which need not be ours.
  ['on', { kind: 'on', newestAt: '2026-11-26T13:58:30.000Z', failed: 0 }, 'archive', 90, undefined],
  [
    'older than the backup',
    { kind: 'on', newestAt: '2026-11-26T10:00:00.000Z', failed: 0 },
    'backup',
    7_200,
    undefined,
  ],
  [
    'ahead of its clock',
    { kind: 'on', newestAt: '2026-11-26T14:00:09.000Z', failed: 0 },
    'archive',
    0,
    undefined,
  ],
])('an archive that is %s', (_, archive, from, ageSeconds, unknown) => {
  const { points, unknown: said } = pointsOf(archive);
  expect(points[0]).toMatchObject({ from, ageSeconds });
  expect(points.some((point) => point.from === 'backup')).toBe(true);
  if (unknown === undefined) expect(said).toEqual([]);
  else expect(said).toEqual([expect.stringMatching(unknown)]);
});

test('what the drill did not restore is never told as proven', () => {
  const { points } = pointsOf(
    { kind: 'on', newestAt: '2026-11-26T13:59:00.000Z', failed: 0 },
    { replicas: [{ name: 'a', lagSeconds: 0.4 }] },
  );
  for (const { from, detail } of points) expect(/as the server says/.test(detail)).toBe(from !== 'backup');
});

test('an archive continues a base backup and never a dump: without one it is told, and does not count', () => {
  const on: Archive = { kind: 'on', newestAt: '2026-11-26T13:59:00.000Z', failed: 0 };
  const { points, unknown } = pointsOf(on, { baseBackup: false });
  expect(points.map(({ from }) => from)).toEqual(['backup']);
  expect(unknown).toEqual([
    'the archive’s newest piece is of 2026-11-26T13:59:00.000Z (1m00s old); it needs a base backup of the server, which this drill has not seen, so it does not count',
  ]);
  expect(pointsOf(on).points[0]?.detail).toMatch(/base backup that the workflow vouches for/);
});

test('a binary log is lost with the server that it lies on', () => {
  const { points, unknown } = pointsOf({ kind: 'beside the data' });
  expect(points.map(({ from }) => from)).toEqual(['backup']);
  expect(unknown).toEqual([expect.stringMatching(/^the binary log is on, .* lost with the server/)]);
});

test('a backup that did not restore counts for nothing, nor does an archive', () => {
  const replicas = [{ name: 'a', lagSeconds: 4 }];
  const before = pointsOf({ kind: 'on', newestAt: '2026-11-26T13:59:00.000Z', failed: 0 }, { replicas });
  const { points, unknown } = withoutBackup(before);
  expect(points.map(({ from }) => from)).toEqual(['replica']);
  expect(unknown).toEqual([expect.stringMatching('did not restore')]);
});

test('objectives: met to the second, missed beyond it, and not judged where there are none', () => {
  const seconds = { prepare: 1, restore: 2.05, compare: 0.1 };
  expect(totalSeconds(seconds)).toBe(3.2);
  expect([judge(60, 60_000), judge(60.1, 60_000), judge(1, undefined), judge(undefined, 1_000)]).toEqual([
    { objectiveSeconds: 60, met: true },
    { objectiveSeconds: 60, met: false },
    {},
    { objectiveSeconds: 1 },
  ]);
  const recovery = recoveryPoints({ takenAt, now, live: 'not asked', baseBackup: false });
  expect(missed(seconds, recovery, { rto: 4_000, rpo: 7_200_000 })).toEqual([]);
  expect(missed(seconds, recovery, { rto: 3_000, rpo: 7_199_000 })).toEqual([
    'it took 3.2s, and rto is 3s',
    'the newest restorable data are 2h00m old (backup), and rpo is 1h59m',
  ]);
});

const past = (day: number, seconds?: number) => ({
  at: `2026-11-${String(day).padStart(2, '0')}T04:00:00.000Z`,
  outcome: seconds === undefined ? ('failed' as const) : ('passed' as const),
  backup: 'x',
  ...(seconds === undefined ? {} : { rtoSeconds: seconds }),
});

test('the chart: oldest first, from nothing, the objective as a line; failed ones have no bar', () => {
  const chart = trendChart([past(1, 10), past(2), past(3, 20)], 15);
  expect(chart.split('\n')).toEqual([
    '```mermaid',
    'xychart-beta',
    '  title "Seconds to restore and compare"',
    '  x-axis ["11-01", "11-03"]',
    '  y-axis "seconds" 0 --> 22',
    '  bar [10, 20]',
    '  line [15, 15]',
    '```',
  ]);
  expect(trendChart([past(1, 10), past(1, 11)])).toContain('"11-01 04:00:00"');
  expect([trendChart([past(1, 10)]), trendChart([])]).toEqual(['', '']);
});

test.each([
  ['not JSON', '{'],
  ['null', 'null'],
  ['another schema', '{"schema":"x","at":"2026-11-26","outcome":"passed"}'],
  ['no time', '{"schema":"slipway/restore-drill/v1","outcome":"passed"}'],
  ['no outcome', '{"schema":"slipway/restore-drill/v1","at":"2026-11-26"}'],
])('stored evidence that is none: %s', (_, text) => {
  expect(parsePastDrill(text)).toBeUndefined();
});

test('numbers that are none are left out, whoever wrote them', () => {
  const text = JSON.stringify({
    schema: 'slipway/restore-drill/v1',
    at: '2026-11-26T04:00:00.000Z',
    outcome: 'passed',
    rto: { seconds: '7] evil' },
    rpo: { seconds: -1 },
  });
  expect(parsePastDrill(text)).toEqual({ at: '2026-11-26T04:00:00.000Z', outcome: 'passed', backup: '' });
});
