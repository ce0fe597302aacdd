/** The rows are those of GitHub's filter pattern cheat sheet (docs.github.com, workflow syntax), and the traps beside them. */
import { expect, test } from '@jest/globals';
import { filterOf, patternProblem } from '../../../lib/domain/environments/filter-pattern.ts';

test.each([
  ['feature/*', 'feature/my-branch feature/your-branch', 'feature/a/b feature'],
  ['feature/**', 'feature/beta-a/my-branch feature/x', 'feature features/x'],
  ['main', 'main', 'mains amain ma.in'],
  ['releases/mona-the-octocat', 'releases/mona-the-octocat', 'releases/mona'],
  ['*', 'main releases', 'all/the/branches'],
  ['**', 'all/the/branches every/tag main', undefined],
  ['*feature', 'mona-feature feature ver-10-feature', 'feature-x'],
  ['v2*', 'v2 v2.0 v2.9', 'v1.2'],
  ['v[12].[0-9]+.[0-9]+', 'v1.10.1 v2.0.0', 'v3.0.0 v1.x.0 v1.10'],
  ['v?1', 'v1 1', 'vv1 x1'],
  ['a.b', 'a.b', 'axb'],
  ['(a|b)$', '(a|b)$', 'a b'],
  ['a\\*', 'a*', 'ab'],
])('of refs, %s', (pattern, fitting, others) => {
  const { matches } = filterOf([pattern], 'ref');
  for (const text of fitting.split(' ')) expect({ text, fits: matches(text) }).toEqual({ text, fits: true });
  for (const text of others?.split(' ') ?? [])
    expect({ text, fits: matches(text) }).toEqual({ text, fits: false });
});

test.each([
  ['*.js', 'app.js index.js', 'src/app.js'],
  ['**.js', 'index.js js/index.js src/js/app.js', 'index.jsx'],
  ['docs/*', 'docs/README.md', 'docs/a/b.md'],
  ['docs/**', 'docs/README.md docs/mona/octocat.txt docs', 'docsx'],
  ['docs/**/*.md', 'docs/README.md docs/mona/hello-world.md docs/a/markdown/file.md', 'docs/x.txt'],
  ['**/docs/**', 'docs/hello.md dir/docs/my-file.txt space/docs/plan/space.doc', 'mydocs/a'],
  ['**/README.md', 'README.md js/README.md', 'js/README.mdx'],
  ['**/*src/**', 'a/src/app.js my-src/code/js/app.js', 'a/b.js'],
  ['a/**/b', 'a/b a/x/b a/x/y/b', 'ab'],
])('of files, %s', (pattern, fitting, others) => {
  const { matches } = filterOf([pattern], 'path');
  for (const text of fitting.split(' ')) expect({ text, fits: matches(text) }).toEqual({ text, fits: true });
  for (const text of others.split(' ')) expect({ text, fits: matches(text) }).toEqual({ text, fits: false });
});

test('the last pattern that fits decides', () => {
  const { matches } = filterOf(['releases/**', '!releases/**-alpha', 'releases/9-alpha'], 'ref');
  expect(['releases/1', 'releases/1-alpha', 'releases/9-alpha', 'main'].map(matches)).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

test.each([
  ['', 'is empty'],
  ['!', 'is empty'],
  ['refs/tags/v*', 'write v*, without refs/'],
  ['{a,b}', 'braces'],
  ['[a', 'cannot be read'],
  ['a]', 'cannot be read'],
  ['+', 'cannot be read'],
  ['a++', 'cannot be read'],
])('%s is no pattern of refs', (pattern, problem) => {
  expect(patternProblem(pattern, 'ref')).toContain(problem);
});

test.each(['main', 'v*', '**', '!x', 'v[0-9]+.[0-9]+', 'a?'])('%s is one', (pattern) => {
  expect(patternProblem(pattern, 'ref')).toBeUndefined();
});

test('a pattern of files starts at the root', () => {
  expect(patternProblem('/a', 'path')).toContain('start at the root of the repository: a');
  expect(patternProblem('./a/b', 'path')).toContain(': a/b');
});
