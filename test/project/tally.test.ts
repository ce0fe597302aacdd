import { expect, test } from '@jest/globals';
import { lastLine, sum, tallyOf, tallyOfJest } from '../../scripts/tally.ts';

const jest = (passed: number, failed: number, broken = 0): string =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numRuntimeErrorTestSuites: broken });

test.each([
  ['all pass', jest(5, 0), true, '5 passed, 0 failed'],
  ['some fail', jest(5, 2), false, '5 passed, 2 failed'],
  ['a file cannot be run', jest(5, 0, 1), false, '5 passed, 1 failed'],
  ['it hangs after the last test', jest(5, 0), false, '5 passed, 1 failed'],
  ['it finds no tests', jest(0, 0), true, '0 passed, 1 failed'],
  ['it crashes', undefined, false, '0 passed, 1 failed'],
  ['it writes nothing', undefined, true, '0 passed, 1 failed'],
])('jest: %s', (_, json, ok, expected) => {
  expect(lastLine(tallyOfJest(json, ok))).toBe(expected);
});

test('other gates count as one test', () => {
  expect(lastLine(sum(tallyOf(true), tallyOf(false)))).toBe('1 passed, 1 failed');
});
