import { expect, test } from '@jest/globals';
import {
  databaseName,
  folderName,
  isExpired,
  markInName,
  markText,
  readMark,
} from '../../../lib/domain/database/scratch-mark.ts';
import { scratchRoom } from '../../../lib/domain/database/scratch-place.ts';

const created = Date.parse('2026-11-26T04:15:00Z');
const mark = { created, lifetime: 3_600_000 };

test('a mark is read as it was written, in labels and in names', () => {
  expect(markText(mark)).toBe('20261126t041500z-3600s');
  expect(readMark(markText(mark))).toEqual(mark);
  expect(databaseName(mark, '1a2b3c4d')).toBe('slipway_scratch_20261126t041500z_3600s_1a2b3c4d');
  expect(folderName(mark, '1a2b3c4d')).toBe('slipway-scratch-20261126t041500z-3600s-1a2b3c4d');
  for (const name of [databaseName(mark, '0f'), folderName(mark, '0f')])
    expect(markInName(name)).toBe(markText(mark));
});

test('a label’s value is one that Kubernetes takes, a database’s name one that every server takes', () => {
  const longest = { created, lifetime: 999_999_999_000 };
  expect(markText(longest)).toMatch(/^[a-z0-9]([a-z0-9._-]{0,61})[a-z0-9]$/);
  expect(databaseName(longest, '1a2b3c4d').length).toBeLessThanOrEqual(63);
});

test.each([
  ['20261126t041500z-3600s', created + 3_600_000, false],
  ['20261126t041500z-3600s', created + 3_600_001, true],
  ['20261126t041500z-3600s', created - 1, false],
  ['mine', created, false],
  ['', created, false],
  ['20261399t041500z-3600s', created, false],
])('%s at %d is over: %s', (text, now, over) => {
  expect(isExpired(text, now)).toBe(over);
});

test.each([
  'slipway-scratch-mine',
  'slipway_scratch_mine',
  'shop',
  'slipway-backup-db-AbCd',
  'slipway_scratch_20261126t041500z_3600s',
])('%s is not ours', (name) => expect(markInName(name)).toBeUndefined());

test('room is more than the database takes, and never nothing', () => {
  expect(scratchRoom(0)).toBeGreaterThan(500_000_000);
  expect(scratchRoom(100e9)).toBeGreaterThan(120e9);
});
