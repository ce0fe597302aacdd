import { expect, test } from '@jest/globals';
import { candidatesOf } from '../../../lib/domain/rollback/candidates.ts';
import { decide } from '../../../lib/domain/rollback/decide.ts';
import { candidateTable, legend, tableLines } from '../../../lib/domain/rollback/table.ts';
import type { Decision, PastFacts } from '../../../lib/domain/rollback/types.ts';
import { copy, failed, live, me, minute, rec, rev } from './past.ts';

function decided(facts: PastFacts, locked = false): Decision {
  const from = { kind: 'running' } as const;
  const decision = decide(facts, { from, to: { kind: 'last-verified' }, by: me, force: false, locked });
  if (decision.kind === 'ask') throw new Error('it has no registry to ask');
  return decision;
}

const facts: PastFacts = {
  records: [rec(1), rec(2, { state: 'rejected', reason: 'wrong prices' }), rec(4, { state: 'ready' })],
  revisions: [
    rev(1, { images: { a: `registry.test/acme/shop:v1@sha256:${'1'.repeat(64)}` } }),
    failed(2, { images: { a: `registry.test/acme/shop@sha256:${'2'.repeat(64)}`, b: 'web:7' } }),
    copy(3, 1, { images: { a: 'not a reference' } }),
    live(4, { chart: 'shop' }),
  ],
};

test('one line per revision, newest first: what it is, whether it is verified, why, how old, who', () => {
  const rows = candidateTable(candidatesOf(facts), decided(facts), Date.parse(minute(64)));
  expect(tableLines(rows)).toEqual([
    '   revision  images                           chart       verified  age    by   why',
    '×  4         shop@sha256:444444444444         shop 1.4.0  yes       1h00m  bob  verified 2026-01-01 00:04:00Z',
    '→  3 (= 1)   not a reference                  shop 1.3.0  yes       1h01m       verified 2026-01-01 00:01:00Z',
    '   2         shop@sha256:222222222222, web:7  shop 1.2.0  rejected  1h02m  bob  rejected: wrong prices',
    '   1         shop:v1@sha256:111111111111      shop 1.1.0  yes       1h03m  bob  verified 2026-01-01 00:01:00Z',
  ]);
  expect(legend(decided(facts))).toBe('→ where it goes, × what it leaves');
});

test('no mark where nothing is done', () => {
  const first: PastFacts = { records: [rec(1)], revisions: [live(1)] };
  const rows = candidateTable(candidatesOf(first), decided(first), Date.parse(minute(2)));
  expect(rows.map(({ mark }) => mark)).toEqual(['']);
  expect(legend(decided(first))).toBe('');
});
