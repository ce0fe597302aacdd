import { expect, test } from '@jest/globals';
import {
  fieldsOf,
  resolveTag,
  tagFields,
  tagValues,
  templateProblem,
} from '../../../lib/domain/tags/template.ts';
import { isTag } from '../../../lib/domain/tags/valid.ts';

const sha = '5f3c1c1d9e0b7a6f4d2e8c9b0a1f2e3d4c5b6a79';
const facts = {
  env: 'dev',
  runId: '7',
  runAttempt: '2',
  sha,
  version: '1.4.2+b.7',
  branch: 'feature/X_y',
  tag: 'v1.4.2+b.7',
};
const values = tagValues(facts);

test.each([
  ['{env}-{run_id}', 'dev-7'],
  ['{env}-{run_id}-{run_attempt}', 'dev-7-2'],
  ['sha-{sha}', `sha-${sha}`],
  ['{short_sha}', '5f3c1c1d9e0b'],
  ['v{version}', 'v1.4.2_b.7'],
  ['{major}.{minor}', '1.4'],
  ['{branch}', 'feature-X_y'],
  ['{tag}', 'v1.4.2_b.7'],
  ['latest', 'latest'],
  ['{env}{env}', 'devdev'],
])('%s becomes %s', (template, tag) => {
  expect(resolveTag(template, values)).toEqual({ kind: 'tag', tag });
});

test.each([
  ['', 'is empty'],
  ['{verison}', '{verison} is no field; did you mean {version}?'],
  ['{run-id}', 'did you mean {run_id}?'],
  ['{nonsense}', 'known are {env} {run_id}'],
  ['{}', '{} is no field'],
  ['{ env }', '{ env } is no field; did you mean {env}?'],
  ['{{version}}', 'double braces'],
  ['${{ github.sha }}', 'double braces'],
  ['<env>-<run_id>', 'places are written with braces: {env}'],
  ['{env', 'without its other half'],
  ['env}', 'without its other half'],
  ['v{version}+7', 'write v{version}_7, as Helm does'],
  ['{env}/x', 'is more than a tag'],
  ['-{env}', 'begins with a dot or a dash'],
  ['type=semver', 'language of docker/metadata-action'],
  ['a b', 'a tag cannot hold " "'],
  ['x'.repeat(129), 'has 129 characters; a tag has at most 128'],
])('%j is refused before anything runs', (template, problem) => {
  expect(templateProblem(template)).toContain(problem);
  expect(resolveTag(template, values)).toMatchObject({ kind: 'problem', problem: templateProblem(template) });
});

test('what this run does not know is named', () => {
  expect(resolveTag('{tag}', tagValues({ branch: 'main' }))).toEqual({
    kind: 'problem',
    problem: '{tag} has no value in this run',
    missing: 'tag',
  });
  expect(resolveTag('{major}', tagValues({ version: 'latest' }))).toMatchObject({ kind: 'problem' });
  expect(resolveTag('{branch}', tagValues({ branch: '@!' }))).toMatchObject({ kind: 'problem' });
});

test('what becomes too long says what it became', () => {
  const result = resolveTag('{branch}', tagValues({ branch: 'x'.repeat(130) }));
  expect(result).toMatchObject({ problem: expect.stringMatching(/^becomes "x{130}": has 130 characters/) });
});

test('the places of a template, in order', () => {
  expect(fieldsOf('{env}-{nope}-{run_id}')).toEqual(['env', 'run_id']);
});

/** A small generator of its own (Numerical Recipes' constants), so that a failure comes back with its seed. */
function* chances(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const letters = [
  ...'aZ09._-/+:@ {}<>$é\n'.split(''),
  '{env}',
  '{branch}',
  '{tag}',
  '{version}',
  '{run_id}',
  '{sha}',
  '..',
  'feature/',
];

test.each(Array.from({ length: 40 }, (_, seed) => [seed]))(
  'whatever is put in, what comes out is a tag or a problem (seed %i)',
  (seed) => {
    const chance = chances(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(chance.next().value * list.length)] as T;
    const text = (most: number): string =>
      Array.from({ length: Math.floor(chance.next().value * most) }, () => pick(letters)).join('');
    let tags = 0;
    for (let round = 0; round < 250; round++) {
      const template = pick([
        text(6),
        text(40),
        `{${pick(tagFields)}}-${pick(['x', '7', '{branch}', '{tag}'])}`,
      ]);
      const result = resolveTag(template, tagValues({ ...facts, branch: text(60), tag: text(60) }));
      if (result.kind === 'problem') expect(result.problem).not.toBe('');
      else {
        tags += 1;
        expect(result.tag).toMatch(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/);
        expect(isTag(result.tag)).toBe(true);
      }
    }
    expect(tags).toBeGreaterThan(10);
  },
);
