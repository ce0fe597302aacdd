import { expect, test } from '@jest/globals';
import { assertKey, below, keyProblem } from '../../../lib/domain/storage/key.ts';

test.each(['a', 'shop/2026-11-26T02:00:00Z/dump.zst.age', 'ä b+c', '...', 'a/.b'])('%j is a key', (key) => {
  expect(keyProblem(key)).toBeUndefined();
});

test.each([
  ['', /is empty/],
  ['..', /\. or \.\./],
  ['a/../../etc/passwd', /\. or \.\./],
  ['a/./b', /\. or \.\./],
  ['/a', /begins or ends/],
  ['a/', /begins or ends/],
  ['a//b', /\/\//],
  ['a\\b', /backslash/],
  ['a\nb', /control character/],
  ['a\0b', /control character/],
  ['ä'.repeat(101), /more than 200 bytes/],
  [Array.from({ length: 12 }, () => 'a'.repeat(100)).join('/'), /longer than 1024/],
])('%j is none', (key, problem) => {
  expect(keyProblem(key)).toMatch(problem);
  expect(() => assertKey(key)).toThrow(expect.objectContaining({ name: 'ConfigurationError' }));
});

test('keys lie below a prefix, where there is one', () => {
  expect([below('', 'a'), below('shop', 'a')]).toEqual(['a', 'shop/a']);
});
