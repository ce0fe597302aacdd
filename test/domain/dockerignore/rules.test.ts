import { describe, expect, test } from '@jest/globals';
import { readIgnoreFile } from '../../../lib/domain/dockerignore/rules.ts';
import { Unhashable } from '../../../lib/domain/source/unhashable.ts';

/** Goes down to the path as a walk does, each folder's answer handed to the next. */
function isIgnored(text: string, path: string): boolean {
  const rules = readIgnoreFile(text);
  const parts = path.split('/');
  let judged = rules.judge(parts[0] ?? '', undefined);
  for (let depth = 2; depth <= parts.length; depth += 1) {
    judged = rules.judge(parts.slice(0, depth).join('/'), judged.matched);
  }
  return judged.ignored;
}

/** The whole truth is the differential against BuildKit (dockerignore.parts.test.ts); these name its rules. */
describe('what stays behind', () => {
  const table: readonly [rule: string, file: string, ignored: readonly string[], sent: readonly string[]][] =
    [
      ['a path is anchored at the root', 'a.txt', ['a.txt'], ['x/a.txt', 'a.txt.bak']],
      ['what is in an ignored folder is ignored', 'docs', ['docs', 'docs/a/b'], ['docs2', 'x/docs']],
      ['slashes at the ends say nothing', '/docs/', ['docs', 'docs/a'], []],
      ['a star stays within a folder', '*.md', ['a.md'], ['docs/a.md']],
      ['two stars do not', '**/*.md', ['a.md', 'docs/a.md', 'docs/x/a.md'], ['a.mdx']],
      ['two stars at the end leave the folder itself', 'docs/**', ['docs/a'], ['docs']],
      ['the last match wins', '*.md\n!README.md', ['a.md'], ['README.md']],
      ['whatever the order says', '!README.md\n*.md', ['README.md'], []],
      [
        'an exception in an ignored folder',
        'docs\n!docs/api',
        ['docs/a', 'docs'],
        ['docs/api', 'docs/api/b'],
      ],
      ['an exception to an exception', '*\n!src\nsrc/**/*.log', ['src/a/b.log', 'x'], ['src/a/b.ts']],
      ['a comment begins in the first column', '#a\n #a', ['#a'], []],
      ['a question mark is one sign', 'a?c', ['abc', 'aéc'], ['ac', 'a/c']],
      ['a class', 'a[0-9]', ['a1'], ['ab']],
      ['an escape', 'a\\*', ['a*'], ['ab']],
      ['Windows line ends and a byte order mark', '\ufeffa\r\nb\r\n', ['a', 'b'], []],
      [
        'a bar and a count have the meaning that moby leaves them',
        'a|*.b\nc{2}?',
        ['a', 'ax', 'x.b', 'ccd'],
        ['x.c', 'cd'],
      ],
      ['a pattern is read twice', '*\n/!a', ['b'], ['a']],
      ['other braces have none', 'a{b,c}*', ['a{b,c}d'], ['ab', 'ac']],
      ['nothing at all', '', [], ['a']],
    ];
  test.each(table)('%s', (_, file, ignored, sent) => {
    expect(ignored.filter((path) => !isIgnored(file, path))).toEqual([]);
    expect(sent.filter((path) => isIgnored(file, path))).toEqual([]);
  });

  test.each(['[', 'a\\', '!', '[]a]'])('what BuildKit refuses has no rules: %s', (text) => {
    expect(() => readIgnoreFile(text)).toThrow(Unhashable);
  });
});

test('a folder is looked into only where an exception may lie', () => {
  const { mayHoldExceptions } = readIgnoreFile('*\n!src/lib/**\n!docs');

  expect(['src', 'src/lib', 'docs'].map(mayHoldExceptions)).toEqual([true, true, true]);
  expect(['node_modules', 'src/other', 'docs2'].map(mayHoldExceptions)).toEqual([false, false, false]);
  expect(readIgnoreFile('*\n!**/a').mayHoldExceptions('anything')).toBe(true);
});
