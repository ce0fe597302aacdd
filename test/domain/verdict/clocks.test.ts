import { expect, test } from '@jest/globals';
import { Clocks } from '../../../lib/domain/verdict/clocks.ts';

/** `a+,b` stands at each time; what is told of it. `~`: nobody could look. */
const told = (lull: number, ...turns: [at: number, standing: string][]): string => {
  const clocks = new Clocks();
  return turns
    .map(([at, standing]) => {
      const hold = standing === '~';
      const causes = standing === '' || hold ? [] : standing.split(',');
      return [...clocks.turn('g', causes, at, { lull, hold })]
        .map(([cause, since]) => `${cause}${since}`)
        .join();
    })
    .join(' ');
};

test.each<[string, number, string, ...[number, string][]]>([
  ['it stands', 0, 'a1 a1', [1, 'a'], [5, 'a']],
  ['it clears, and comes back', 0, 'a1  a9', [1, 'a'], [5, ''], [9, 'a']],
  ['each has its own', 0, 'a1 a1,b5 b5', [1, 'a'], [5, 'a,b'], [9, 'b']],
  ['within the lull it was never away', 5, 'a1  a1', [1, 'a'], [5, ''], [9, 'a']],
  ['beyond it, it was', 5, 'a1  a11', [1, 'a'], [5, ''], [11, 'a']],
  ['the lull begins when it is first missed', 5, 'a1   a11', [1, 'a'], [5, ''], [8, ''], [11, 'a']],
  ['and anew after it was back', 5, 'a1  a1  a1', [1, 'a'], [5, ''], [8, 'a'], [12, ''], [16, 'a']],
  ['nobody could look', 0, 'a1  a1', [1, 'a'], [5, '~'], [99, 'a']],
  ['nobody could look, and it is over', 0, 'a1   a9', [1, 'a'], [5, '~'], [8, ''], [9, 'a']],
])('%s', (_what, lull, expected, ...turns) => {
  expect(told(lull, ...turns)).toBe(expected);
});

test('groups do not know of each other', () => {
  const clocks = new Clocks();
  clocks.turn('g', ['a'], 1);
  expect(clocks.turn('h', ['a'], 5).get('a')).toBe(5);
});
