import { expect, test } from '@jest/globals';
import type { Fault } from '../../../lib/domain/errors.ts';
import { parseKeep } from '../../../lib/domain/database/parse-keep.ts';
import { decideRetention } from '../../../lib/domain/database/retention.ts';
import type { Keep, StoredBackup } from '../../../lib/domain/database/retention.ts';
import { random } from '../../support/random.ts';

const hour = 3_600_000;
const now = Date.parse('2026-11-26T12:00:00Z'); // a Thursday
const keepOf = (rest: Partial<Keep>): Keep => ({ last: 0, daily: 0, weekly: 0, days: 0, floor: 1, ...rest });
const taken = (id: string, hoursAgo: number, rest: Partial<StoredBackup> = {}): StoredBackup => ({
  id,
  takenAt: now - hoursAgo * hour,
  verified: true,
  ours: true,
  ...rest,
});
const kept = (backups: StoredBackup[], keep: Partial<Keep>): string[] =>
  decideRetention(backups, keepOf(keep), now)
    .filter(({ fate }) => fate === 'kept')
    .map(({ id }) => id);

const nightly = Array.from({ length: 30 }, (_, at) => taken(`d${at}`, 24 * at + 1));
const bad = { verified: false };

test.each<[string, StoredBackup[], Partial<Keep>, string[]]>([
  ['the last three', nightly, { last: 3 }, ['d0', 'd1', 'd2']],
  ['one a day', [taken('a', 1), taken('b', 2), taken('c', 25), taken('d', 26)], { daily: 2 }, ['a', 'c']],
  ['days without one do not use up the count', [taken('a', 1), taken('b', 24 * 9)], { daily: 2 }, ['a', 'b']],
  // Thursday 26th; the week before ends on Sunday 22nd, the one before that on the 15th.
  ['one a week', nightly, { weekly: 3 }, ['d0', 'd4', 'd11']],
  ['younger than two days', nightly, { days: 2 }, ['d0', 'd1']],
  ['rules add up', nightly, { last: 1, weekly: 2, days: 2 }, ['d0', 'd1', 'd4']],
  ['the floor holds when everything is old', [taken('a', 9_999), taken('b', 10_000)], { days: 1 }, ['a']],
  ['a higher floor', nightly, { last: 1, floor: 4 }, ['d0', 'd1', 'd2', 'd3']],
  [
    'a week of broken ones pushes out nothing',
    [
      ...Array.from({ length: 7 }, (_, at) => taken(`x${at}`, at + 1, bad)),
      taken('good', 200),
      taken('old', 300),
    ],
    { last: 1 },
    ['x0', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'good'],
  ],
  ['broken ones go when a good one is newer', [taken('a', 1), taken('x', 2, bad)], { last: 5 }, ['a']],
  [
    'what others wrote stays',
    [taken('a', 1), taken('theirs', 999, { ours: false })],
    { last: 1 },
    ['a', 'theirs'],
  ],
  ['and does not count', [taken('theirs', 1, { ours: false }), taken('a', 2)], { last: 1 }, ['theirs', 'a']],
  [
    'one from the future stays and does not count',
    [taken('f', -9), taken('a', 2), taken('b', 3)],
    { last: 1 },
    ['f', 'a'],
  ],
  ['nothing', [], { last: 1 }, []],
])('%s', (_, backups, keep, expected) => {
  expect(kept(backups, keep)).toEqual(expected);
});

test('every decision says why', () => {
  const decisions = decideRetention(
    [
      taken('n', 0, { damage: 'cut' }),
      taken('a', 1),
      taken('y', 1.5),
      taken('x', 2, bad),
      taken('z', 2, { damage: 'its dump is gone' }),
      taken('b', 30),
      taken('t', 40, { ours: false }),
      taken('u', 40, { ours: false, damage: 'not JSON' }),
    ],
    keepOf({ last: 1, daily: 1, days: 1 }),
    now,
  );
  expect(decisions).toEqual([
    {
      id: 'n',
      fate: 'kept',
      why: 'damaged: cut, but too few newer verified ones are there',
      takesPlace: false,
    },
    {
      id: 'a',
      fate: 'kept',
      why: 'one of the last 1, newest of its day, not older than 1 day, one of the newest verified, which always stay',
      takesPlace: true,
    },
    { id: 'y', fate: 'kept', why: 'not older than 1 day', takesPlace: false },
    {
      id: 'z',
      fate: 'deleted',
      why: 'damaged: its dump is gone, and 2 newer verified ones are there',
      takesPlace: false,
    },
    {
      id: 'x',
      fate: 'deleted',
      why: 'not verified, and 2 newer verified ones are there',
      takesPlace: false,
    },
    { id: 'b', fate: 'deleted', why: 'verified, and no rule keeps it', takesPlace: false },
    { id: 'u', fate: 'kept', why: 'damaged or not ours, left alone: not JSON', takesPlace: false },
    { id: 't', fate: 'kept', why: 'not written by this backup', takesPlace: false },
  ]);
});

test('over random histories the newest verified backup survives every night', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const next = random(seed);
    const keep = keepOf({ last: next(4), daily: next(4), weekly: next(3), days: next(10), floor: next(4) });
    const share = next(11); // of verified ones, in tenths
    let stored: StoredBackup[] = [];
    let at = now;
    for (let night = 0; night < 60; night++) {
      at += (1 + next(60)) * hour;
      stored.push({ id: `n${night}`, takenAt: at, verified: next(10) < share, ours: next(12) > 0 });
      const decisions = decideRetention(stored, keep, at);
      const survives = new Set(decisions.filter(({ fate }) => fate === 'kept').map(({ id }) => id));
      const good = stored.filter(({ ours, verified }) => ours && verified);

      const newest = good.at(-1)?.takenAt ?? -1;
      const mustSurvive = [
        ...good.slice(-Math.max(1, keep.floor)),
        ...stored.filter(({ ours }) => !ours),
        ...stored.filter(({ verified, takenAt }) => !verified && takenAt > newest),
      ];
      expect(decisions).toHaveLength(stored.length);
      expect(mustSurvive.filter(({ id }) => !survives.has(id))).toEqual([]);
      stored = stored.filter(({ id }) => survives.has(id));
      // Deciding again changes nothing: what a broken-off run left undone, the next one does.
      expect(decideRetention(stored, keep, at).every(({ fate }) => fate === 'kept')).toBe(true);
    }
  }
});

test.each<[string, Keep | undefined, RegExp?]>([
  ['last: 5', keepOf({ last: 5 })],
  ['{ daily: 7, weekly: 4, floor: 2 }', keepOf({ daily: 7, weekly: 4, floor: 2 })],
  ['last: 0', undefined, /keep at least one/],
  ['{}', undefined, /keep at least one/],
  ['{ last: 5, floor: 0 }', undefined, /from 1 to/],
  ['last: -1', undefined, /from 0 to/],
  ['dayly: 3', undefined, /did you mean daily/],
  ['5', undefined, /must be a map/],
  ['last: [', undefined, /cannot be read/],
])('keep: %s', (...[text, keep, problem]) => {
  const faults: Fault[] = [];
  const read = parseKeep(text, 'keep', faults);
  if (keep !== undefined) expect([read, faults]).toEqual([keep, []]);
  else expect(faults[0]?.problem).toMatch(problem ?? /./);
});
