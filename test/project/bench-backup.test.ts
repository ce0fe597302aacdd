import { expect, test } from '@jest/globals';
import { curveTable, goalsOf, wallTable } from '../../bench/backup/figures.ts';
import type { Turn } from '../../bench/backup/round.ts';
import { ways } from '../../bench/backup/ways.ts';

const turn = (way: Turn['way'], round: number, wallSeconds: number, rest: Partial<Turn> = {}): Turn => ({
  way,
  round,
  megabytes: 1_024,
  wallSeconds,
  cpuSeconds: wallSeconds,
  databaseCpuSeconds: 4,
  storeCpuSeconds: 0,
  scratchCpuSeconds: 0,
  peakMegabytes: 100,
  scratchMegabytes: 0,
  storedBytes: 431e6,
  ...rest,
});

// The machine was busy in the second round, for all alike.
const turns = [
  turn('gzip', 0, 40),
  turn('zstd', 0, 8),
  turn('counts', 0, 10),
  turn('rows', 0, 12),
  turn('restored', 0, 36),
  turn('gzip', 1, 80),
  turn('zstd', 1, 16),
  turn('counts', 1, 20),
  turn('rows', 1, 24),
  turn('restored', 1, 72),
];

const measured = (all: readonly Turn[], curve = false) =>
  Object.fromEntries(
    goalsOf(all, { megabytes: 1_024, curve }).map(({ id, measured: value }) => [
      id.replace('backup/', ''),
      value,
    ]),
  );

test('ours is held against the others of the same round', () => {
  expect(measured(turns)).toMatchObject({
    'counts/zstd': expect.closeTo(1.25, 5),
    'rows/zstd': expect.closeTo(1.5, 5),
    'rows/gzip': expect.closeTo(0.3, 5),
    'restored/gzip': expect.closeTo(0.9, 5),
  });
  expect(measured([])).toMatchObject({ 'counts/zstd': Number.NaN, memory: Number.NaN });
});

test('memory is the worst of all of ours, in MiB, and never that of the others', () => {
  const more = [...turns, turn('restored', 2, 40, { peakMegabytes: 209.7152 }), turn('zstd', 2, 8)];
  expect(measured([...more, turn('gzip', 2, 9, { peakMegabytes: 900 })])).toMatchObject({
    memory: expect.closeTo(200, 5),
  });
});

test('memory is flat when the largest takes no more than the smallest', () => {
  const sized = (megabytes: number, peakMegabytes: number): Turn =>
    turn('rows', 0, megabytes / 100, { megabytes, peakMegabytes });
  const sizes = [sized(4_096, 120), sized(64, 100), sized(1_024, 110)];
  expect(measured(sizes, true)).toMatchObject({ 'memory-flat': expect.closeTo(1.2, 5) });
  const table = curveTable(sizes).replaceAll(/ +/g, ' ');
  expect(table.split('\n').map((line) => line.split(' | ')[0])).toEqual([
    '| ours, every row hashed: MiB of dump',
    expect.any(String),
    '| 64',
    '| 1024',
    '| 4096',
  ]);
  expect(table).toContain('| 4096 | 1 | 41.0 | 100 | 114 |');
});

test('a goal that falls short says what both make the machine do', () => {
  const [goal] = goalsOf([turn('zstd', 0, 8), turn('counts', 0, 20)], { megabytes: 1_024, curve: false });
  expect(goal?.reason).toBe('it is 24 s of CPU with all servers, theirs 12 s');
});

test('the table has a line for each way that was played', () => {
  const table = wallTable(turns, 1_024).replaceAll(/ +/g, ' ');
  expect(table.split('\n')).toHaveLength(2 + 5);
  expect(table).toContain('| 2 | 18.00 | 23.40 | 1.5 | 0.3 | 18.0 | 4.0 | 0.0 | 0.0 | 95 | 431.0 |');
  expect(ways.every(({ name }) => !name.includes('|'))).toBe(true);
});
