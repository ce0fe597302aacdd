import { expect, test } from '@jest/globals';
import {
  comparisonOf,
  fingerprintDifferences,
  heldIn,
  isEmpty,
  largeObjects,
} from '../../../lib/domain/database/fingerprint.ts';
import type { Fingerprint } from '../../../lib/domain/database/fingerprint.ts';

const rows = (...tables: [name: string, rows: number, hash: string][]): Fingerprint => ({
  kind: 'rows',
  tables: tables.map(([name, rows, hash]) => ({ name, rows, hash })),
});

test.each<[string, Fingerprint, Fingerprint, string[]]>([
  ['the same in another order', rows(['a', 1, '7'], ['b', 0, '0']), rows(['b', 0, '0'], ['a', 1, '7']), []],
  ['a row less', rows(['a', 2, '7']), rows(['a', 1, '3']), ['a: 1 row instead of 2']],
  ['other rows', rows(['a', 2, '7']), rows(['a', 2, '8']), ['a: 2 rows, but not the same ones']],
  ['a table less', rows(['a', 2, '7']), rows(), ['a: is not there, it had 2 rows']],
  ['a table more', rows(), rows(['a', 2, '7']), ['a: was not in the dump, has 2 rows']],
  ['an empty table less is told too', rows(['a', 0, '0']), rows(), ['a: is not there, it had 0 rows']],
  ['counts alone', { kind: 'counts', tables: [{ name: 'a', rows: 2 }] }, rows(['a', 2, '8']), []],
  [
    'other counts',
    { kind: 'counts', tables: [{ name: 'a', rows: 3 }] },
    rows(['a', 2, '8']),
    ['a: 2 rows instead of 3'],
  ],
])('%s', (_, dumped, restored, differences) => {
  expect(fingerprintDifferences(dumped, restored)).toEqual(differences);
});

test('hashes of two ways are not held against each other, numbers of rows are', () => {
  const now: Fingerprint = {
    kind: 'rows',
    method: 'columns by name',
    tables: [{ name: 'a', rows: 2, hash: '8' }],
  };
  expect(fingerprintDifferences(rows(['a', 2, '7']), now)).toEqual([]);
  expect(fingerprintDifferences(rows(['a', 3, '7']), now)).toEqual(['a: 2 rows instead of 3']);
  expect(fingerprintDifferences({ ...now, tables: [{ name: 'a', rows: 2, hash: '7' }] }, now)).toEqual([
    'a: 2 rows, but not the same ones',
  ]);
});

test('what can be compared: rows where they were hashed as they are today', () => {
  const named: Fingerprint = { kind: 'rows', method: 'columns by name', tables: [] };
  expect([
    comparisonOf('postgresql', named),
    comparisonOf('mariadb', rows()),
    comparisonOf('postgresql', { kind: 'counts', tables: [] }),
  ]).toEqual([{ kind: 'rows' }, { kind: 'rows' }, { kind: 'counts' }]);
  for (const [engine, fingerprint] of [
    ['postgresql', rows()],
    ['mysql', named],
  ] as const)
    expect(comparisonOf(engine, fingerprint)).toEqual({ kind: 'counts', why: expect.any(String) });
});

test('empty means no row in any table', () => {
  expect([rows(), rows(['a', 0, '0']), rows(['a', 0, '0'], ['b', 1, '1'])].map(isEmpty)).toEqual([
    true,
    true,
    false,
  ]);
});

test('large objects are held, and are no table', () => {
  const found = heldIn(rows(['public.a', 2, '7'], ['public.b', 3, '1'], [largeObjects, 4, '9']));
  expect(found).toEqual({ tables: 2, rows: 5, largeObjects: 4 });
  expect(heldIn(rows(['a', 2, '7']))).toEqual({ tables: 1, rows: 2, largeObjects: 0 });
});
