import { expect, test } from '@jest/globals';
import { finds } from '../../../lib/adapters/probes/finds.ts';
import { failureOf } from './servers.ts';

const longest = 64 * 1024;

test.each<[pattern: RegExp, text: string, found: boolean]>([
  [/up/, 'it is up', true],
  [/^up$/i, 'UP', true],
  [/up/, 'down', false],
  [/(\d+) of \1/, '7 of 7', true],
  [/"status":\s*"up".*"db":\s*"up"/s, `${'x'.repeat(longest - 60)}"status": "up", "db": "up"`, true],
])('%s', (pattern, text, found) => {
  expect(finds(pattern, text)).toBe(found);
});

test.each<[pattern: RegExp, text: string]>([
  [/^(a+)+$/, `${'a'.repeat(40)}!`],
  [/(\w+\s?)*:/, 'word '.repeat(20)],
  [/.*a.*b.*c.*d/, 'abc'.repeat(longest / 3)],
])('%s would hang the step; it is ended in time', async (pattern, text) => {
  const began = performance.now();
  expect(await failureOf(Promise.resolve().then(() => finds(pattern, text)))).toMatch(
    /^hopeless, body: the regular expression is too slow for this text; make it simpler/,
  );
  expect(performance.now() - began).toBeLessThan(2_000);
  // And the next is none the worse for it.
  expect(finds(/up/, 'up')).toBe(true);
});
