import { expect, test } from '@jest/globals';
import { ofInstallation } from '../../../lib/domain/record/installation.ts';
import { toPrune } from '../../../lib/domain/record/retention.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import { record } from './samples.ts';

const seqs = (records: readonly ReleaseRecord[]): number[] => records.map(({ seq }) => seq);
const many = (count: number, state: ReleaseRecord['state'], from = 1): ReleaseRecord[] =>
  Array.from({ length: count }, (_, index) => record(from + index, { state }));

test.each<[string, readonly ReleaseRecord[], readonly number[]]>([
  ['twenty all stay', many(20, 'rejected'), []],
  ['the oldest goes', many(21, 'rejected'), [1]],
  ['the last two verified stay', [...many(3, 'verified'), ...many(25, 'rejected', 4)], [8, 7, 6, 5, 4, 1]],
  [
    'the one that runs stays, unproven as it is',
    [record(1, { expects: ['smoke'] }), ...many(21, 'rolled-back', 2)],
    [2],
  ],
])('retention: %s', (_, records, pruned) => {
  expect(seqs(toPrune(records))).toEqual(pruned);
});

test('what was recorded before an uninstall names other revisions', () => {
  const [before, now] = ['2025-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'];
  const records = [record(1, { installedAt: before }), record(2, { installedAt: now }), record(3)];
  expect(ofInstallation(records, now).map(({ seq }) => seq)).toEqual([2]);
  expect(ofInstallation(records, undefined)).toEqual([]);
});
