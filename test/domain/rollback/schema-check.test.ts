import { expect, test } from '@jest/globals';
import {
  checkOf,
  recordsOfContent,
  schemaLine,
  schemaRefusal,
} from '../../../lib/domain/rollback/schema-check.ts';
import type { SchemaCheck } from '../../../lib/domain/rollback/schema-check.ts';
import type { SchemaChange } from '../../../lib/domain/database/compare-schemas.ts';
import { copy, live, rec, rev } from './past.ts';

test('a rollback ran the same content: its record speaks for it, too, newest first', () => {
  const records = [
    rec(1),
    rec(2, { state: 'rolled-back' }),
    rec(3, { kind: 'rollback', to: { ...rec(1).to, revision: 1 } }),
    rec(4),
  ];
  const facts = { records, revisions: [rev(1), rev(2), copy(3, 1), live(4)] };
  const seqs = (revision: number): number[] => recordsOfContent(facts, revision).map(({ seq }) => seq);
  expect(seqs(1)).toEqual([3, 1]);
  expect(seqs(3)).toEqual([3, 1]);
  expect(seqs(4)).toEqual([4]);
});

const additive: SchemaChange = { kind: 'additive', subject: 'public.orders.note', what: 'new column' };
const dropped: SchemaChange = {
  kind: 'breaking',
  subject: 'public.orders.total',
  what: 'column was dropped',
};
const since = 'prod/shop#1';

/** Whether `force` goes on in spite of it. */
const fate = (check: SchemaCheck): string => {
  const refusal = schemaRefusal(check);
  if (refusal === undefined) return 'goes on';
  return refusal.forceable ? 'refused unless forced' : 'refused';
};

test.each<[string, SchemaCheck, string, RegExp]>([
  [
    'no database',
    { kind: 'not compared' },
    'goes on',
    /^the schema was not compared: no database was given$/,
  ],
  [
    'the same',
    checkOf({ kind: 'same' }, since),
    'goes on',
    /^the schema is as it was when prod\/shop#1 was verified$/,
  ],
  [
    'grown',
    checkOf({ kind: 'additive', changes: Array.from({ length: 5 }, () => additive) }, since),
    'goes on',
    /only grown since prod\/shop#1 was verified: (public\.orders\.note new column; ){3}and 2 more$/,
  ],
  [
    'broken',
    checkOf({ kind: 'breaking', changes: [dropped, additive] }, since),
    'refused',
    /since prod\/shop#1 was verified: public\.orders\.total column was dropped; public\.orders\.note new column$/,
  ],
  [
    'unreadable',
    checkOf({ kind: 'unreadable', why: 'public.f routine does something else', changes: [] }, since),
    'refused unless forced',
    /is not known: public\.f routine does something else$/,
  ],
])('%s', (_, check, expected, line) => {
  expect(fate(check)).toBe(expected);
  expect(schemaLine(check)).toMatch(line);
  if (expected !== 'goes on') expect(schemaRefusal(check)?.reason).toBe(schemaLine(check));
});
