import { expect, test } from '@jest/globals';
import { clockSkew, newObjects } from '../../../lib/domain/storage/new-objects.ts';

const since = 1_000_000_000;
const at = (key: string, modified: number, bytes = 1) => ({ key, bytes, modified });

test.each([
  ['nothing came', [at('a', 5)], [at('a', 5)], [], []],
  ['one came', [at('a', 5)], [at('a', 5), at('b', since + 1)], ['b'], []],
  ['one was replaced by one of the same size', [at('a', 5)], [at('a', since + 1)], ['a'], []],
  ['the storage’s clock is behind', [], [at('b', since - clockSkew)], ['b'], []],
  ['an old dump was copied', [], [at('b', since - clockSkew - 1)], [], ['b']],
  ['one went', [at('a', 5)], [], [], []],
  ['the largest comes first', [], [at('sum', since, 64), at('dump', since, 9_000)], ['dump', 'sum'], []],
])('%s', (_, before, after, written, copied) => {
  const found = newObjects(before, after, since);
  expect(found.written.map(({ key }) => key)).toEqual(written);
  expect(found.copied.map(({ key }) => key)).toEqual(copied);
});
