import { expect, test } from '@jest/globals';
import { caseTable, goalsOf, lineOf, sumTable } from '../../bench/backup-faults/figures.ts';
import { cases, fewCases } from '../../bench/backup-faults/cases.ts';
import { leavesFalse, outcomeOf } from '../../bench/backup-faults/score.ts';
import type { Round, Seen } from '../../bench/backup-faults/score.ts';

const nothing: Seen = { isThere: false, isWhole: false };
const half: Seen = { isThere: true, isWhole: false };
const whole: Seen = { isThere: true, isWhole: true };

test.each([
  ['it failed and there is nothing', 1, nothing, 'detected', false],
  ['it failed and left half a file', 1, half, 'detected', true],
  ['it failed and left a whole one, which nobody vouches for', 1, whole, 'detected', true],
  ['it said success and there is nothing', 0, nothing, 'silent', false],
  ['it said success and there is half', 0, half, 'silent', false],
  ['it said success and all is there', 0, whole, 'survived', false],
  ['it was killed', 'SIGKILL', nothing, 'detected', false],
  ['it never ended', 'hung', half, 'hung', true],
] as const)('%s', (_, exit, seen, outcome, isFalse) => {
  expect(outcomeOf({}, { exit }, seen)).toBe(outcome);
  expect(leavesFalse({ exit }, seen)).toBe(isFalse);
});

test('a whole backup of nothing is none', () => {
  expect(outcomeOf({ isWorthless: true }, { exit: 0 }, whole)).toBe('silent');
  expect(outcomeOf({ isWorthless: true }, { exit: 1 }, nothing)).toBe('detected');
});

const round = (id: string, rest: Partial<Round> = {}): Round => ({
  case: id,
  group: 'dump',
  way: 'ours',
  outcome: 'detected',
  exit: 1,
  seconds: 3,
  said: '',
  leftFalse: false,
  debris: [],
  nextIsClean: true,
  ...rest,
});
const process = { kind: 'process', what: 'pg_dump' } as const;
const [one = '', two = ''] = cases.map(({ id }) => id);
const rounds = [
  round(one),
  round(two, { debris: [process, process] }),
  round(one, { way: 'shell', outcome: 'silent', exit: 0 }),
  round(two, { way: 'shell', leftFalse: true, nextIsClean: false }),
];

test('the goals count ours alone, and name the cases', () => {
  const goals = goalsOf(rounds).map(({ id, measured, reason }) => [
    id.replace('backup-faults/', ''),
    measured,
    reason,
  ]);
  expect(goals).toEqual([
    ['silent', 0, ''],
    ['hung', 0, ''],
    ['debris', 1, two],
    ['next-run', 0, ''],
  ]);
  expect(goalsOf([]).every(({ measured }) => Number.isNaN(measured))).toBe(true);
});

test('what the bench stumbled over is no result', () => {
  const stumbled = round(one, { trouble: 'no disk', outcome: 'hung' });
  expect(goalsOf([stumbled, round(two)])[1]).toMatchObject({ measured: 0 });
  expect(lineOf(stumbled)).toContain('no disk');
  expect(caseTable([stumbled])).toContain('not measured');
});

test('the tables', () => {
  const plain = (table: string): string => table.replaceAll(/ +/g, ' ');
  expect(plain(sumTable(rounds))).toContain('| backup-db | 2 | 2 | 0 | 0 | 0 | 0 | 1 | 0 |');
  expect(plain(sumTable(rounds))).toContain('| set -e | 2 | 1 | 0 | 1 | 0 | 1 | 0 | 1 |');
  expect(plain(caseTable(rounds))).toContain(
    '| detected; left: process | detected; left: a false backup; next run fails | – |',
  );
  expect(lineOf(rounds[2] as Round)).toBe(`${one} shell: silent (exit 0, 3 s)`);
});

test('every case has a name of its own, and so do those of a quick look', () => {
  const ids = cases.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(ids.length);
  expect(fewCases.filter((id) => !ids.includes(id))).toEqual([]);
});
