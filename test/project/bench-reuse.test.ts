import { expect, test } from '@jest/globals';
import { goalsOf, reuseTable } from '../../bench/reuse/figures.ts';
import type { CountedTurn, TimedTurn } from '../../bench/reuse/round.ts';

const timed = (lane: TimedTurn['lane'], round: number, wallSeconds: number, digest = 'a'): TimedTurn => ({
  lane,
  round,
  wallSeconds,
  digest,
});
const counted = (lane: CountedTurn['lane'], pushedBytes: number, digest = 'a'): CountedTurn => ({
  lane,
  requests: 17,
  pushedBytes,
  digest,
});

// The machine was busy in the second round, for all alike.
const turns = [
  timed('ours', 0, 0.5),
  timed('cold', 0, 5, 'b'),
  timed('ours', 1, 2.5),
  timed('cold', 1, 25, 'c'),
];

const measured = (all: readonly TimedTurn[], counts: readonly CountedTurn[]) =>
  Object.fromEntries(
    goalsOf(all, counts).map(({ id, measured: value }) => [id.replace('reuse/', ''), value]),
  );

test('a hit is held against the cold rebuild of the same round', () => {
  expect(measured(turns, [])).toMatchObject({ cold: expect.closeTo(0.1, 5) });
  expect(measured([timed('ours', 0, 0.5)], [])).toMatchObject({ cold: Number.NaN });
});

test('every hit is the same image, also the one that was counted', () => {
  expect(measured(turns, [counted('ours', 0)])).toMatchObject({ images: 1, pushed: 0 });
  expect(measured(turns, [counted('ours', 512, 'd')])).toMatchObject({ images: 2, pushed: 512 });
  expect(measured([], [])).toMatchObject({ images: Number.NaN, pushed: Number.NaN });
});

test('the table says how many images one source became', () => {
  const table = reuseTable(turns, [counted('ours', 0), counted('cold', 20e6)]).replaceAll(/ +/g, ' ');
  expect(table).toContain('| build-push, reuse: same-source | 2 | 1.50 | 2.40 | 1 | 0.0 | 17 | 1 |');
  expect(table).toContain(
    '| buildx build --push, new builder, no cache | 2 | 15.00 | 24.00 | 0.10 | 20.0 | 17 | 2 |',
  );
  expect(table).toContain('| buildx build --push, all layers cached | 0 | NaN |');
});
