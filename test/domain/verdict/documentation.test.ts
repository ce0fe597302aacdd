import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { rules } from '../../../lib/domain/verdict/rules/rules.ts';
import { kinds } from '../../../lib/domain/workloads/kinds.ts';

const page = readFileSync(new URL('../../../docs/readiness.md', import.meta.url), 'utf8');

const section = (name: string): string =>
  new RegExp(`<!-- ${name} -->\n([^]*?)<!-- /${name} -->`).exec(page)?.[1] ?? 'no such section';

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('');

const core = (name: string): string => name.replace(/^\//, '');

test('docs/readiness.md says of each kind what the code says', () => {
  const rows = kinds.map(({ name, gates, ready, trap }) => [core(name), gates, ready, trap]);
  expect(section('kinds')).toBe(table(['Kind', 'Gates', 'Ready when', 'Trap'], rows));
});

test('docs/readiness.md lists the rules that there are', () => {
  const rows = rules.map(({ name, severity, kinds, when, trap }) => [
    name,
    severity,
    kinds.map(core).join(', '),
    when,
    trap,
  ]);
  expect(section('rules')).toBe(table(['Finding', 'Severity', 'Of', 'When', 'Trap that it avoids'], rows));
});
