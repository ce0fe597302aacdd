/** docs/recipes: from what a team has today to what Slipway does, row by row, without a promise that is not kept. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { actionFileOf } from '../../scripts/action-file.ts';
import { parseSlipwayFile } from '../../lib/domain/environments/parse-file.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = globSync('docs/recipes/*.md', { cwd: root });

/** Each system, with the number of its rows. */
const systems: readonly (readonly [page: string, letter: string, rows: number])[] = [
  ['helm-awx-and-zalando', 'V', 17],
  ['four-environments', 'S', 14],
  ['three-regions', 'W', 12],
  ['one-host', 'R', 12],
  ['a-container-per-module', 'N', 15],
];
const pathOf = (page: string): string => `docs/recipes/${page}.md`;

interface Row {
  readonly id: string;
  readonly now: string;
  /** What is still to come, after *later*. */
  readonly later: string;
}

const rowsOf = (text: string): Row[] =>
  [...text.matchAll(/^\| ([A-Z]\d+) \| (?:[^|]|\\\|)+ \| (.+) \|$/gm)].map(([, id = '', answer = '']) => {
    const [now = '', later = ''] = answer.split(/\*[Ll]ater\*/);
    return { id, now, later };
  });

/** Actions are named in code; what has a dash or is one of these is one. */
const actionsIn = (text: string): string[] =>
  [...text.matchAll(/`((?:[a-z]+-)+[a-z]+|promote|release|rollback|tend|notify|prune)`/g)]
    .map(([, name = '']) => name)
    .filter((name) => !/^(depends-on|scan-command)$/.test(name));
const exists = (action: string): boolean => existsSync(join(root, actionFileOf(action)));

test.each(systems)('%s: every row %s1 … %i, once', (page, letter, rows) => {
  const ids = rowsOf(read(pathOf(page))).map(({ id }) => id);
  expect(ids).toEqual(Array.from({ length: rows }, (_, at) => `${letter}${at + 1}`));
});

test.each(systems)('%s: what is said to be here is here, and what is said to come is not', (page) => {
  const rows = rowsOf(read(pathOf(page)));
  expect(rows.flatMap(({ now }) => actionsIn(now)).filter((action) => !exists(action))).toEqual([]);
  for (const { id, now, later } of rows) {
    expect({ id, said: now.trim() !== '' || later.trim() !== '' }).toEqual({ id, said: true });
    // S7 waits for more in an action that is there.
    const coming = actionsIn(later);
    if (later !== '')
      expect({ id, coming: coming.some((action) => !exists(action)) }).toEqual({ id, coming: true });
  }
});

test.each(pages)('%s: every link leads somewhere', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
  for (const [, path = '', heading] of links) {
    const target = path === '' ? page : posix.join(posix.dirname(page), path);
    expect({ target, there: existsSync(join(root, target)) }).toEqual({ target, there: true });
    if (heading === undefined) continue;
    const headings = [...read(target).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) =>
      text
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(headings).toContain(heading);
  }
});

const files = [...pages, ...globSync('actions/*/README.md', { cwd: root })].flatMap((page) =>
  [...read(page).matchAll(/^```yaml\n(# \.github\/slipway\.yml\n[\s\S]*?)^```/gm)].map(
    ([, text = '']) => [page, text] as const,
  ),
);

test('files are shown', () => {
  expect(files.length).toBeGreaterThan(3);
});

test.each(files)('%s: a file that it shows is one', (_page, text) => {
  expect(parseSlipwayFile(text, '.github/slipway.yml').faults).toEqual([]);
});
