/** Ref and event → environment, tags, version, production, deploy: the tables of refs/, each row a run. */
import { expect, test } from '@jest/globals';
import { parse } from 'semver';
import { branches } from './refs/branches.cases.ts';
import { plan, readCases } from './refs/case.ts';
import type { Case } from './refs/case.ts';
import { events } from './refs/events.cases.ts';
import { files } from './refs/files.cases.ts';
import { tags } from './refs/tags.cases.ts';

const all = [branches, tags, events, files].flatMap(readCases);
const titleOf = (row: Case): string =>
  `${row.event} ${row.ref} ${row.with} → ${row.environment} ${row.version}`;

test('there are as many as were asked for, each once', () => {
  expect(all.length).toBeGreaterThanOrEqual(150);
  expect(new Set(all.map(titleOf)).size).toBe(all.length);
});

test.each(all.map((row) => [titleOf(row), row] as const))('%s', async (_, row) => {
  const { tags: said, all: literal, ...seen } = await plan(row);
  const { event: _event, ref: _ref, with: _with, tags: wanted, ...others } = row;
  expect(seen).toEqual(others);
  if (row.deploy === 'yes') expect(said).toBe(wanted);
  else expect(said).toContain(wanted);

  // The grammar of the distribution specification, written down again.
  for (const tag of literal) expect(tag).toMatch(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/);
  if (row.deploy !== 'fault') expect(parse(seen.version)?.raw).toBe(seen.version);
});

/** Names as people and tools make them, and as nobody would; xorshift, so that a failure comes back. */
function* names(): Generator<string, never> {
  const parts = [
    'feature',
    'v1.4.2',
    '/',
    '-',
    '.',
    '+',
    '_',
    'ü',
    '💥',
    '@{',
    '#',
    '$(x)',
    '"',
    'A',
    '7',
    'x'.repeat(40),
  ];
  let state = 2_463_534_242;
  const next = (most: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % most;
  };
  for (;;) yield Array.from({ length: 1 + next(7) }, () => parts[next(parts.length)] ?? '').join('');
}

test('whatever a branch or tag is called, each tag that comes of it is one, and the version is semantic', async () => {
  const name = names();
  const kinds = {
    branches: 'heads/feature/',
    floating: 'tags/v',
    dates: 'tags/20',
    places: 'heads/',
    tagged: 'tags/dev/',
  };
  let released = 0;
  for (let round = 0; round < 400; round++) {
    for (const [file, prefix] of Object.entries(kinds)) {
      const ref = `${prefix}${name.next().value}`;
      const row = { event: 'push', ref, with: `file ${file}` };
      const seen = await plan({ ...row, deploy: '', environment: '', production: '', version: '', tags: '' });
      for (const tag of seen.all) expect(tag).toMatch(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/);
      if (seen.deploy !== 'fault') expect(parse(seen.version)?.raw).toBe(seen.version);
      if (seen.deploy === 'yes') released += 1;
    }
  }
  expect(released).toBeGreaterThan(400);
});
