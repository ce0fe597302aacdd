/** The README of deploy-helm says which input needs which Helm: as `version.ts` has it. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { has, needed, oldest, parseVersion } from '../../../lib/adapters/helm/version.ts';
import type { Feature } from '../../../lib/adapters/helm/version.ts';

const readme = readFileSync(new URL('../../../actions/deploy-helm/README.md', import.meta.url), 'utf8');
const section = readme.split('\n## ').find((each) => each.startsWith('Helm 3 and Helm 4')) ?? '';
const rows = new Map(
  section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, input = '', three = '', four = '']) => [input.replaceAll('`', ''), { three, four }] as const),
);

test.each<[Feature, string]>([
  ['take-ownership', 'take-ownership'],
  ['force-conflicts', 'force-conflicts'],
  ['chart by digest', 'chart: oci://…@sha256:…'],
])('%s', (feature, input) => {
  const row = rows.get(input);
  const wanted = needed(feature);
  expect(row?.three).toContain(wanted === 'Helm 4' ? 'refused' : wanted.replace('Helm ', ''));
  expect(row?.four).toBe('yes');
  const newest4 = parseVersion('v4.0.0');
  expect(newest4 !== undefined && has(newest4, feature)).toBe(true);
});

test('nothing else needs a newer one, and the oldest is named', () => {
  expect(rows.size).toBe(3);
  expect(section).toContain(`(${oldest} or newer)`);
});
