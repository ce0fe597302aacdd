import { expect, test } from '@jest/globals';
import { despairOf, patienceLeft } from '../../../lib/domain/checks/give-up.ts';
import type { Despair } from '../../../lib/domain/checks/give-up.ts';
import { explainFailure } from '../../../lib/domain/checks/explain-failure.ts';

const miss = (hopeless?: string) => ({ reason: 'r', ...(hopeless === undefined ? {} : { hopeless }) });

/** After misses at these times. */
const after = (...misses: [cause: string | undefined, at: number][]): Despair | undefined =>
  misses.reduce<Despair | undefined>((so, [cause, at]) => despairOf(so, miss(cause), at), undefined);

test('what may pass is waited for to the deadline', () => {
  expect(patienceLeft(after([undefined, 0]), 1_000_000)).toBeUndefined();
});

test('the same hopeless cause is borne for ten seconds from when it was first seen', () => {
  const despair = after(['no such name', 1_000], ['no such name', 5_000]);
  expect(patienceLeft(despair, 5_000)).toBe(6_000);
  expect(patienceLeft(despair, 11_000)).toBe(0);
});

test.each<[title: string, misses: [string | undefined, number][]]>([
  [
    'another cause',
    [
      ['a', 0],
      ['b', 9_000],
    ],
  ],
  [
    'a passing one in between',
    [
      ['b', 0],
      [undefined, 8_000],
      ['b', 9_000],
    ],
  ],
])('%s begins anew', (_, misses) => {
  expect(patienceLeft(after(...misses), 9_000)).toBe(10_000);
});

test('pods of a Service may be on their way: 30 seconds', () => {
  const { hopeless } = explainFailure(
    { code: 'NO_ENDPOINTS', phase: 'connect', message: '' },
    'service/shop:80',
  );
  expect(patienceLeft(after([hopeless, 0]), 0)).toBe(30_000);
});
