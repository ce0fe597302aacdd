import { expect, test } from '@jest/globals';
import { chooseReturn, ofInstallation } from '../../../lib/domain/record/choose.ts';
import type { ReturnFacts } from '../../../lib/domain/record/choose.ts';
import { toPrune } from '../../../lib/domain/record/retention.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import { record, verdict } from './samples.ts';

const failed = record(9, { state: 'rejected' });
const rejected = record(8, { state: 'rejected' });
const unproven = record(7, { expects: ['smoke'] });
const doubted = record(6, { verdicts: [verdict('monitor', 'fail')] });
const verified = record(5);
const older = record(4, { state: 'verified' });
const { revision: _, ...planned } = verified;
const all = [older, failed, verified, rejected, unproven, doubted];
const revisions = [1, 2, 3, 4, 5, 6, 7, 8, 9];

test.each<[string, Partial<ReturnFacts>, object]>([
  ['the newest verified one', {}, { kind: 'record', revision: 5 }],
  ['not the failed one itself, even if it counted', { failed: 5 }, { kind: 'record', revision: 4 }],
  ['not one that Helm has pruned', { revisions: [4, 7, 8] }, { kind: 'record', revision: 4 }],
  ['none left: what ran ready', { revisions: [8], baseline: 8 }, { kind: 'baseline', revision: 8 }],
  ['a verified one before what ran ready', { baseline: 8 }, { kind: 'record', revision: 5 }],
  ['none left, and what ran is pruned too', { revisions: [1], baseline: 8 }, { kind: 'first-release' }],
  ['nothing verified, nothing ran', { records: [failed] }, { kind: 'first-release' }],
  ['a record without a revision leads nowhere', { records: [planned] }, { kind: 'first-release' }],
])('goes back to %s', (_, facts, expected) => {
  expect(chooseReturn({ records: all, failed: 9, revisions, ...facts })).toMatchObject(expected);
});

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
