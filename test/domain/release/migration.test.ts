import { expect, test } from '@jest/globals';
import { lingering, migrationUndo } from '../../../lib/domain/release/migration.ts';
import type { MigrationNote } from '../../../lib/domain/release/migration.ts';
import { record } from '../record/samples.ts';

const note = (more: Partial<MigrationNote> = {}): MigrationNote => ({
  undo: 'automatic',
  startedAt: '2026-01-01T00:00:00.000Z',
  before: 'a',
  outcome: 'success',
  after: 'b',
  ...more,
});
const { before: _, ...blind } = note();

test.each([
  ['migrated and to be undone', note(), 'b', 'run'],
  ['nothing was pending', note({ after: 'a' }), 'a', 'nothing'],
  ['killed in it, and it had begun', { ...note(), outcome: undefined }, 'c', 'run'],
  ['killed in it, before it changed anything', note({ outcome: 'cancelled' }), 'a', 'nothing'],
  ['undone already', note({ undone: { outcome: 'success', at: '', detail: '' } }), 'b', 'nothing'],
  ['its undo failed before', note({ undone: { outcome: 'failure', at: '', detail: '' } }), 'b', 'run'],
  ['the database is gone', note(), undefined, 'by hand'],
  ['nobody had looked before', blind, 'b', 'by hand'],
  ['by somebody', note({ undo: 'manual' }), 'b', 'by hand'],
  ['by nothing', note({ undo: 'none' }), 'b', 'by hand'],
  ['by nothing, and nothing changed', note({ undo: 'none' }), 'a', 'nothing'],
])('%s', (_name, asked, now, kind) => {
  expect(migrationUndo(asked as MigrationNote, now).kind).toBe(kind);
});

test('what gone runs have left, up to the newest release that stands', () => {
  const records = [
    record(1, { state: 'rejected', migration: note() }),
    record(2, { state: 'verified', migration: note() }),
    record(3, {
      state: 'rolled-back',
      migration: note({ undone: { outcome: 'success', at: '', detail: '' } }),
    }),
    record(4, { state: 'abandoned', migration: { undo: 'none', startedAt: '' } }),
    record(5, { state: 'rejected', migration: note({ after: 'a' }) }),
    record(6, { state: 'rejected', migration: note({ goneOnBy: 'prod/shop#7' }) }),
    record(7, { state: 'rejected', migration: note({ undone: { outcome: 'failure', at: '', detail: '' } }) }),
    record(8),
  ];
  expect(lingering(records, 8).map(({ seq }) => seq)).toEqual([7, 4]);
});
