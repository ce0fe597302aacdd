import { expect, test } from '@jest/globals';
import { parseTagPattern, patternOf, usualImmutable } from '../../../lib/domain/tags/patterns.ts';
import type { TagPattern } from '../../../lib/domain/tags/patterns.ts';

function pattern(text: string): TagPattern {
  const parsed = parseTagPattern(text);
  if (parsed.kind === 'problem') throw new Error(parsed.problem);
  return parsed.pattern;
}

test.each([
  ['v*', 'v1.4.2 v v1', 'latest 1.4.2 xv1'],
  ['sha-*', 'sha-5f3c sha-', 'sha dev-sha-1'],
  ['{env}-{run_id}', 'dev-7 homolog-17534122901 pre-prod-7', 'dev-x latest-dev dev- -7 7'],
  ['dev-{run_id}-{run_attempt}', 'dev-7-2', 'dev-7 prod-7-2'],
  ['{major}.{minor}', '1.4 10.20', '1 1.4.2 1x4'],
  ['v{version}', 'v1.4.2 v1.4.2-rc.1 v1.4.2_7', 'v1.4 1.4.2'],
  ['sha-{sha}', `sha-${'a'.repeat(40)} sha-${'a'.repeat(64)}`, 'sha-abc1234'],
  ['1.4', '1.4', '1x4 1.40'],
  ['*', 'anything v1', ''],
])('%s', (text, fitting, others) => {
  const { matches } = pattern(text);
  for (const tag of fitting.split(' ')) expect({ tag, fits: matches(tag) }).toEqual({ tag, fits: true });
  for (const tag of others.split(' ').filter((each) => each !== ''))
    expect({ tag, fits: matches(tag) }).toEqual({ tag, fits: false });
});

test.each([
  ['', 'is empty'],
  ['v?', 'only * and places'],
  ['!v1', 'only * and places'],
  ['v[0-9]', 'only * and places'],
  ['<env>-<run_id>', 'with braces: {env}'],
  ['{environment}-*', '{environment} is no field'],
  ['v1+*', 'as Helm does'],
  ['shop/v*', 'is more than a tag'],
])('%j is refused', (text, problem) => {
  expect(parseTagPattern(text)).toMatchObject({ kind: 'problem', problem: expect.stringContaining(problem) });
});

test.each([
  ['v1.4.2', 'v*'],
  [`sha-${'a'.repeat(40)}`, 'sha-*'],
  ['prod-17534122901', '{env}-{run_id}'],
  ['latest-dev', undefined],
  ['latest', undefined],
  ['1.4', undefined],
])('usually, %s is kept by %s', (tag, by) => {
  expect(patternOf(tag, usualImmutable.map(pattern))).toBe(by);
});
