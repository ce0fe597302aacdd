/** Every file that the documentation shows is one: it says so in its first line. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parseSlipwayFile, usualFile } from '../../../lib/domain/environments/parse-file.ts';

const pages = [
  'actions/plan-release/README.md',
  'docs/recipes/plan-a-release.md',
  'actions/approval-gate/README.md',
];
const shown = pages.flatMap((page) => {
  const text = readFileSync(new URL(`../../../${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/```yaml\n(# \.github\/slipway\.yml\n[\s\S]*?)```/g)].map(
    ([, file = ''], at) => [`${page}, file ${at + 1}`, file] as const,
  );
});

test('there are some', () => {
  expect(shown.length).toBeGreaterThanOrEqual(4);
});

test.each(shown)('%s', (_, file) => {
  expect(parseSlipwayFile(file, usualFile).faults).toEqual([]);
});
