/** What people paste is what we run: each third-party action by one full commit, with its tag. */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const root = resolve(import.meta.dirname, '../..');
const pages = globSync(
  ['README.md', 'docs/**/*.md', 'actions/*/README.md', '.github/workflows/*.yml', 'workflows-examples/*.yml'],
  { cwd: root },
);

const uses = pages.flatMap((page) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^\s*(?:- )?uses: (?!\.)(.+)$/gm)].map(
    ([, text = '']) => ({
      page,
      text,
    }),
  ),
);

test('pages with actions are found', () => {
  expect(new Set(uses.map(({ page }) => page)).size).toBeGreaterThan(3);
});

test('each by its full commit, with the tag as a comment', () => {
  const loose = uses.filter(({ text }) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(text));
  expect(loose).toEqual([]);
});

test('the same action is everywhere the same commit', () => {
  const pins = Map.groupBy(
    uses.map(({ text }) => text),
    (text) => text.split('@')[0],
  );
  const differing = [...pins.values()].filter((texts) => new Set(texts).size > 1);
  expect(differing).toEqual([]);
});
