import { expect, test } from '@jest/globals';
import { goalLine, markdownTable, median, percentile } from '../../bench/table.ts';

test.each([
  [[3], 50, 3],
  [[4, 1, 3, 2], 50, 2.5],
  [[1, 2, 3, 4, 5], 95, 4.8],
  [[1, 2], 100, 2],
  [[1, 2], 0, 1],
])('percentile of %j at %d', (values, percent, expected) => {
  expect(percentile(values, percent)).toBeCloseTo(expected, 10);
});

test('nothing measured is not a figure, and never holds', () => {
  expect(median([])).toBeNaN();
  expect(goalLine({ id: 'a', measured: median([]), bound: 1, unit: 's' })).toBe(
    'goal a: NaN s (≤ 1 s) falls short',
  );
});

test.each([
  [1, 'goal a/b: 1 s (≤ 1 s) holds'],
  [0.12345, 'goal a/b: 0.123 s (≤ 1 s) holds'],
  [1.0001, 'goal a/b: 1 s (≤ 1 s) falls short'],
])('a goal measured at %d', (measured, line) => {
  expect(goalLine({ id: 'a/b', measured, bound: 1, unit: 's' })).toBe(line);
});

test('a table, figures to the right', () => {
  expect(
    markdownTable(
      ['what', 'ms'],
      [
        ['a long name', '5'],
        ['b', '12.5'],
      ],
    ),
  ).toBe(
    [
      '| what        |   ms |',
      '| ----------- | ---: |',
      '| a long name |    5 |',
      '| b           | 12.5 |',
    ].join('\n'),
  );
});
