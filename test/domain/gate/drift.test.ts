import { expect, test } from '@jest/globals';
import { driftSince } from '../../../lib/domain/gate/drift.ts';
import { standingOf } from '../../../lib/domain/record/standing.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import { record } from '../record/samples.ts';
import { proposal } from './cases.ts';

const release = { name: 'shop', namespace: 'shop-production' };
const of = (seq: number, more: Partial<ReleaseRecord> = {}): ReleaseRecord =>
  record(seq, {
    id: `shop-production/shop#${seq}`,
    namespace: release.namespace,
    deploymentId: seq,
    ...more,
  });
const unwritten = (record: ReleaseRecord): ReleaseRecord => {
  const { revision: _, ...rest } = record;
  return rest;
};
const held = (records: readonly ReleaseRecord[], newest = 41) => ({
  records: records.toReversed(),
  revisions: [{ revision: newest, status: 'deployed' }],
});
const rejected = (seq: number, after: number): ReleaseRecord =>
  unwritten(of(seq, { state: 'rejected', after }));

test.each<[string, readonly ReleaseRecord[], number, number | undefined]>([
  ['nothing was shipped', [], 0, undefined],
  ['the newest', [of(40), of(41)], 41, 41],
  [
    'a rollback is what runs',
    [of(40), of(41, { state: 'rolled-back' }), of(42, { kind: 'rollback' })],
    42,
    42,
  ],
  [
    'what it was to go to was given up',
    [of(41, { state: 'rejected' }), of(42, { state: 'abandoned' })],
    41,
    41,
  ],
  ['rejected before helm wrote anything', [of(41), rejected(42, 41)], 41, 41],
  ['rejected, and helm had begun to write it', [of(41), rejected(42, 41)], 42, 42],
  [
    'rejected before helm wrote anything, and the next one was taken back',
    [of(41), rejected(42, 41), of(43, { state: 'rolled-back', after: 41, revision: 42 })],
    43,
    41,
  ],
  ['nobody knows whether helm wrote it', [of(41), unwritten(of(42, { state: 'planned' }))], 41, 42],
])('what stands: %s', (_, records, newest, seq) => {
  expect(standingOf(held(records, newest))?.seq).toBe(seq);
});

test('a baseline that was written since tells of what ran before', () => {
  const { runningNow: _, ...overNothing } = proposal;
  const since = { createdAt: '2026-11-26T09:30:00Z', revision: 1 };
  const baseline = of(1, { ...since, kind: 'baseline', state: 'verified' });
  const shipped = of(2, { ...since, state: 'rolled-back' });
  expect(driftSince(overNothing, release, held([baseline, shipped]))).toBeUndefined();
  expect(driftSince(overNothing, release, held([baseline, { ...shipped, state: 'ready' }]))).toMatchObject({
    approved: 'nothing that we know of',
    now: 'shop-production/shop#2 (ready)',
  });
});

test('all of it is gone', () => {
  expect(driftSince(proposal, release, held([of(41, { state: 'rolled-back' })]))).toMatchObject({
    approved: 'shop-production/shop#41',
    now: 'nothing that a record tells of',
    untold: false,
  });
});
