import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { rules } from '../../../lib/domain/verdict/rules/rules.ts';
import { podKinds } from '../../../lib/domain/workloads/newest-pods.ts';
import { kinds } from '../../../lib/domain/workloads/kinds.ts';
import { fill, kindsTable, rulesTable } from '../../../scripts/readme-tables.ts';

const page = readFileSync(new URL('../../../docs/readiness.md', import.meta.url), 'utf8');

test('docs/readiness.md says of each kind what the code says', () => {
  expect(fill(page, 'kinds', kindsTable(kinds))).toBe(page);
});

test('docs/readiness.md lists the rules that there are', () => {
  expect(fill(page, 'rules', rulesTable(rules))).toBe(page);
});

test('a rule’s row has each grace that it gives', () => {
  const rule = { name: 'Doomed', severity: 'likely', when: 'w', trap: 't', detect: () => undefined } as const;
  const rowOf = (more: object): string | undefined =>
    rulesTable([{ ...rule, kinds: ['/Pod'], ...more }])
      .split('\n')
      .at(2);
  expect(rowOf({ graces: { '': { strict: 0, balanced: 90_000 } } })).toBe(
    '| Doomed | likely | 0s / 90s | Pod | w | t |',
  );
  expect(
    rowOf({
      kinds: ['/PersistentVolumeClaim', ...podKinds.slice(1)],
      graces: { often: { strict: 0 }, seldom: { strict: 15_000, balanced: 60_000 } },
    }),
  ).toBe(
    '| Doomed | likely | 0s / never: often<br>15s / 60s: seldom | PersistentVolumeClaim, every kind with pods but apps/Deployment | w | t |',
  );
});

test('what is likely says how long it waits, by a grace for each preset or none', () => {
  for (const { name, severity, graces, kinds: about } of rules) {
    expect({ name, hasGraces: graces !== undefined }).toEqual({ name, hasGraces: severity === 'likely' });
    expect({ name, kinds: about.length }).not.toEqual({ name, kinds: 0 });
  }
});
