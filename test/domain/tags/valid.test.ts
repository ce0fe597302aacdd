import { expect, test } from '@jest/globals';
import { isTag, tagPart, tagProblem, withoutPlus } from '../../../lib/domain/tags/valid.ts';

test.each(['v1.4.2', '_x', 'A', '0', 'a..b', 'a-', 'x'.repeat(128)])('%s is a tag', (text) => {
  expect({ tag: isTag(text), problem: tagProblem(text) }).toEqual({ tag: true, problem: undefined });
});

test.each([
  ['', 'is empty'],
  ['v1.4.2+7', 'write v1.4.2_7, as Helm does'],
  ['.x', 'begins with a dot or a dash'],
  ['-x', 'begins with a dot or a dash'],
  ['x'.repeat(129), 'has 129 characters'],
  ['shop/web:v1', 'so write v1'],
  ['shop/', 'so write the tag alone'],
  [' v1', 'white space around it'],
  ['v1\n', 'white space around it'],
  ['v 1', 'cannot hold " "'],
  ['vé', 'cannot hold "é"'],
  ['v💥', 'cannot hold "💥"'],
  ['v1@sha256', 'cannot hold "@"'],
])('%j is none', (text, problem) => {
  expect(isTag(text)).toBe(false);
  expect(tagProblem(text)).toContain(problem);
});

test('no two versions become one tag', () => {
  expect(withoutPlus('1.4.2+b.7')).toBe('1.4.2_b.7');
  expect(new Set(['1.4.2+b', '1.4.2-b', '1.4.2'].map(withoutPlus)).size).toBe(3);
});

test.each([
  ['feature/Cart', 'feature-Cart'],
  ['a//b', 'a-b'],
  ['/a/', 'a'],
  ['..a', 'a'],
  ['é', ''],
  ['dependabot/npm_and_yarn/x-1.2.3', 'dependabot-npm_and_yarn-x-1.2.3'],
])('%s in a tag is %s', (branch, part) => {
  expect(tagPart(branch)).toBe(part);
});
