import { expect, test } from '@jest/globals';
import { bytesTable, goalsOf, heavyTable, wallTable, windowTable } from '../../bench/images/figures.ts';
import type { CountedTurn, TimedTurn } from '../../bench/images/round.ts';
import { goalLine } from '../../bench/table.ts';
import { moveOf } from '../../bench/images/ways.ts';
import type { WayId } from '../../bench/images/ways.ts';

const timed = (
  lane: TimedTurn['lane'],
  round: number,
  wallSeconds: number,
  rest: Partial<TimedTurn> = {},
): TimedTurn => ({
  way: 'retag',
  lane,
  round,
  image: 'shop',
  wallSeconds,
  peakMegabytes: 60,
  sameDigest: true,
  ...rest,
});
const counted = (way: WayId, blobBytes: number, rest: Partial<CountedTurn> = {}): CountedTurn => ({
  way,
  lane: 'ours',
  requests: 7,
  blobBytes,
  allBytes: blobBytes + 2_100,
  sameDigest: true,
  ...rest,
});
const heavy = { way: 'cross-registry', image: 'heavy' } as const;

// The machine was busy in the second round, for all alike.
const turns = [
  timed('ours', 0, 0.1),
  timed('docker', 0, 1),
  timed('crane', 0, 0.1),
  timed('ours', 1, 0.4),
  timed('docker', 1, 4),
  timed('crane', 1, 0.4),
  timed('ours', 0, 8, { ...heavy, peakMegabytes: 90 }),
  timed('ours', 1, 8, { ...heavy, peakMegabytes: 110 }),
  timed('crane', 0, 7, { ...heavy, peakMegabytes: 14 }),
];

const measured = (all: readonly TimedTurn[], counts: readonly CountedTurn[]) =>
  Object.fromEntries(
    goalsOf(all, counts, [0.02]).map(({ id, measured: value }) => [id.replace('images/', ''), value]),
  );

test('ours is held against the others of the same round', () => {
  expect(measured(turns, [])).toMatchObject({
    'retag/docker': expect.closeTo(0.1, 5),
    'retag/crane': expect.closeTo(1, 5),
    'cross-registry/docker': Number.NaN,
  });
});

test('memory is the worst of the rounds with a layer of a gigabyte', () => {
  expect(measured(turns, [])).toMatchObject({ rss: 110 });
});

test('one digest that changed is a goal missed, wherever it was seen', () => {
  expect(measured(turns, [counted('retag', 400)])).toMatchObject({ digest: 0 });
  const changed = [...turns, timed('ours', 2, 1, { sameDigest: false })];
  expect(measured(changed, [counted('retag', 400, { sameDigest: false })])).toMatchObject({ digest: 2 });
  expect(measured([...turns, timed('docker', 2, 1, { sameDigest: false })], [])).toMatchObject({ digest: 0 });
});

test('within a registry not a layer may travel; a config that is read for its labels is none', () => {
  const within = [counted('retag', 400), counted('cross-repository', 400)];
  expect(measured(turns, [...within, counted('cross-registry', 2e8)])).toMatchObject({ 'moved-within': 0 });
  expect(measured(turns, [...within, counted('cross-repository', 2e7)])).toMatchObject({
    'moved-within': 20,
  });
  expect(measured(turns, [])).toMatchObject({ 'moved-within': Number.NaN });
});

test('a goal that falls short says what cannot be saved', () => {
  const lines = goalsOf([timed('ours', 0, 0.2), timed('docker', 0, 1)], [], [0.02, 0.04]).map(goalLine);
  expect(lines[0]).toBe(
    'goal images/retag/docker: 0.2 × pull/tag/push (≤ 0.15 × pull/tag/push) falls short: ' +
      'node takes 0.03 s for an empty script, a tag is read back 0.05 s after its write or later; they take 1 s for all',
  );
});

test('the tables', () => {
  const plain = (table: string): string => table.replaceAll(/ +/g, ' ');
  expect(plain(wallTable(turns))).toContain(
    '| retag: promote, the whole step | 2 | 0.250 | 0.385 | 0.1 | 1 | NaN | 60 | yes |',
  );
  expect(plain(bytesTable([counted('cross-registry', 209_800_000)]))).toContain(
    '| cross-registry: promote, the whole step | 7 | 209.8 | 2.1 | yes |',
  );
  const windows = [2, 4, 9].map((windowMs, round) => timed('ours', round, 1, { windowMs }));
  expect(plain(windowTable([...windows, timed('crane', 0, 1)]))).toContain('| promote | 3 | 4 | 8.5 | 9 |');
  expect(plain(heavyTable(turns))).toContain('| promote, the whole step | 2 | 8.00 | 1.14 | 110 |');
});

test('each turn goes where nothing of the image is', () => {
  const image = { repository: 'staging/shop', digest: 'sha256:a', bytes: 1 };
  const ends = { here: 'a.test', there: 'b.test' };
  const target = (way: WayId, mark: string) => moveOf(way, image, ends, mark).target;
  expect(target('retag', 'x')).toEqual({ registry: 'a.test', repository: 'staging/shop' });
  expect(target('cross-repository', 'x')).toEqual({ registry: 'a.test', repository: 'prod/x' });
  expect(target('cross-registry', 'x')).toEqual({ registry: 'b.test', repository: 'prod/x' });
  expect(target('cross-registry', 'y')).not.toEqual(target('cross-registry', 'x'));
});
