import { expect, test } from '@jest/globals';
import { chooseReturn } from '../../../lib/domain/rollback/return.ts';
import type { ReturnFacts } from '../../../lib/domain/rollback/return.ts';
import { content, record, verdict } from '../record/samples.ts';

const installedAt = '2026-01-01T00:00:00.000Z';
const of = (seq: number, more: Parameters<typeof record>[1] = {}) => record(seq, { installedAt, ...more });
const revision = (number: number, status = 'superseded') => ({ revision: number, status });

const failed = of(9, { state: 'rejected' });
const rejected = of(8, { state: 'rejected' });
const unproven = of(7, { expects: ['smoke'] });
const doubted = of(6, { verdicts: [verdict('monitor', 'fail')] });
const verified = of(5);
const older = of(4, { state: 'verified' });
const { revision: _, ...planned } = verified;
const all = [older, failed, verified, rejected, unproven, doubted];
const revisions = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => revision(number));
/** A rollback to revision 5 that came back, and did not answer. */
const again = of(10, {
  kind: 'rollback',
  revision: 10,
  to: { ...content, revision: 5 },
  expects: ['verify'],
  verdicts: [verdict('verify', 'fail')],
  state: 'rejected',
});

test.each<[string, Partial<ReturnFacts>, object]>([
  ['the newest verified one', {}, { kind: 'record', revision: 5 }],
  ['not the failed one itself, even if it counted', { failed: 5 }, { kind: 'record', revision: 4 }],
  [
    'not one that Helm has pruned',
    { revisions: [4, 7, 8].map((number) => revision(number)) },
    { kind: 'record', revision: 4 },
  ],
  [
    'not one that a rollback to it found wrong since',
    { records: [...all, again], revisions: [...revisions, revision(10)] },
    { kind: 'record', revision: 4 },
  ],
  [
    'not one that never ran',
    { revisions: [revision(4), revision(5, 'failed')] },
    { kind: 'record', revision: 4 },
  ],
  ['none left: what ran ready', { revisions: [revision(8)], baseline: 8 }, { kind: 'baseline', revision: 8 }],
  ['a verified one before what ran ready', { baseline: 8 }, { kind: 'record', revision: 5 }],
  [
    'none left, and what ran is pruned too',
    { revisions: [revision(1)], baseline: 8 },
    { kind: 'first-release' },
  ],
  ['nothing verified, nothing ran', { records: [failed] }, { kind: 'first-release' }],
  ['a record without a revision leads nowhere', { records: [planned] }, { kind: 'first-release' }],
])('goes back to %s', (_, facts, expected) => {
  expect(chooseReturn({ records: all, failed: 9, revisions, ...facts })).toMatchObject(expected);
});
