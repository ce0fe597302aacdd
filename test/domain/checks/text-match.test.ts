import { expect, test } from '@jest/globals';
import { matchesText, readMatch, sayMatch } from '../../../lib/domain/checks/text-match.ts';

const finds = (pattern: RegExp, text: string): boolean => pattern.test(text);

test.each<[written: unknown, text: string, matches: boolean, said: string]>([
  ['up', 'it is up', true, 'contain "up"'],
  ['up', 'it is UP', false, 'contain "up"'],
  [200, 'code 200', true, 'contain "200"'],
  ['/', 'a/b', true, 'contain "/"'],
  ['//', 'a//b', true, 'contain "//"'],
  ['/health', 'GET /health', true, 'contain "/health"'],
  ['/^up$/i', 'UP', true, 'match /^up$/i'],
  ['/^up$/m', 'a\nup\nb', true, 'match /^up$/m'],
  ['/a.b/', 'a\nb', false, 'match /a.b/'],
  ['/a.b/s', 'a\nb', true, 'match /a.b/s'],
  [{ equals: 'up' }, ' up\n', true, 'be "up"'],
  [{ equals: 'up' }, 'up up', false, 'be "up"'],
  [{ equals: '' }, '\n', true, 'be ""'],
])('%j, held against %j: %s', (written, text, matches, said) => {
  const match = readMatch(written);
  if (typeof match === 'string') throw new Error(match);
  expect(matchesText(text, match, finds)).toBe(matches);
  expect(sayMatch(match)).toBe(said);
});

test.each([
  ['/(/'],
  ['/a/ii'],
  ['/[z-a]/'],
  [''],
  [true],
  [null],
  [['up']],
  [{ contains: 'up' }],
  [{ equals: 7 }],
])('%j is no expectation', (written) => {
  expect(readMatch(written)).toEqual(expect.stringMatching(/^(must be|is) /));
});

test('a flag that remembers where it was is not taken: the second look must be as good as the first', () => {
  expect(readMatch('/up/g')).toEqual({ contains: '/up/g' });
});
