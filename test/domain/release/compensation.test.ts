import { expect, test } from '@jest/globals';
import { compensationOf } from '../../../lib/domain/release/compensation.ts';
import type { ReleaseRecord, UndoClaim } from '../../../lib/domain/record/types.ts';
import { actor, content, record, verdict } from '../record/samples.ts';

const undo = (outcome: NonNullable<UndoClaim['outcome']>): UndoClaim => ({
  by: actor,
  at: '',
  part: 'deploy-helm',
  toRevision: 1,
  outcome,
});
const { revision: _, ...unapplied } = record(2, { from: content });

const table: [name: string, record: ReleaseRecord, kind: string][] = [
  ['verified', record(2, { state: 'verified', from: content }), 'nothing'],
  ['ready, and nothing more is expected', record(2, { from: content }), 'nothing'],
  ['ready, and never asked', record(2, { from: content, expects: ['smoke-test'] }), 'deploy first'],
  [
    'ready, and it answered wrongly',
    record(2, { from: content, expects: ['smoke-test'], verdicts: [verdict('smoke-test', 'fail')] }),
    'deploy first',
  ],
  ['undone by deploy-helm', record(2, { state: 'rolled-back', undo: undo('success') }), 'migration'],
  ['never applied', { ...unapplied, state: 'rejected' }, 'migration'],
  ['given up before it was applied', { ...unapplied, state: 'abandoned' }, 'migration'],
  ['its undo failed', record(2, { state: 'rejected', from: content, undo: undo('failure') }), 'stays'],
  [
    'its undo stopped before the schema',
    record(2, { state: 'rejected', from: content, undoable: 'manual' }),
    'migration first',
  ],
  ['the first release', record(2, { state: 'rejected', undoable: 'manual' }), 'stays'],
  ['nobody knows', record(2, { state: 'applied', from: content }), 'nothing'],
];

test.each(table)('%s', (_name, of, kind) => {
  expect(compensationOf(of).kind).toBe(kind);
});
