import { expect, test } from '@jest/globals';
import {
  code,
  codeBlock,
  details,
  escapeText,
  sections,
  table,
  verdictLine,
} from '../../../lib/domain/report/markdown.ts';
import { mermaidLabel, timeline } from '../../../lib/domain/report/timeline.ts';

test.each([
  ['a | b', String.raw`a \| b`],
  ['<img src=x onerror=y>', '&lt;img src=x onerror=y&gt;'],
  ['**bold** [x](http://y)', String.raw`\*\*bold\*\* \[x\]\(http://y\)`],
  ['two\nlines', 'two lines'],
  ['&lt;', '&amp;lt;'],
])('%j is shown as it stands', (text, markdown) => {
  expect(escapeText(text)).toBe(markdown);
});

test.each([
  ['plain', '`plain`'],
  ['a`b', '``a`b``'],
  ['`x`', '`` `x` ``'],
  ['a|b', String.raw`\`a\|b\``.replaceAll('\\`', '`')],
  ['', ''],
])('%j as code', (text, markdown) => {
  expect(code(text)).toBe(markdown);
});

test('a fence is longer than any in the text', () => {
  expect(codeBlock('```\nx\n```\n', 'yaml')).toBe('````yaml\n```\nx\n```\n````');
});

test('tables, folds, sections, the first line', () => {
  expect(table(['a', 'b'], [['1', 'two\nlines']])).toBe('| a | b |\n| --- | --- |\n| 1 | two<br>lines |');
  expect(table(['a'], [])).toBe('');
  expect(details('a <b>', 'x\n')).toBe('<details><summary>a &lt;b&gt;</summary>\n\nx\n\n</details>');
  expect(sections('a', '', undefined, 'b')).toBe('a\n\nb');
  expect(verdictLine('deploy-helm', { result: 'failure', reason: 'web_1 | <x>' })).toBe(
    String.raw`### ❌ deploy-helm: web\_1 \| &lt;x&gt;`,
  );
});

test('a timeline has a bar for each step that began', () => {
  const at = (second: number): string => new Date(second * 1_000).toISOString();
  const chart = timeline(
    [
      { name: 'preflight: all', startedAt: at(1), endedAt: at(1), outcome: 'success' },
      { name: 'helm', startedAt: at(1), endedAt: at(4), outcome: 'failure' },
      { name: 'undo', startedAt: at(4) },
    ],
    9_000,
  );
  expect(chart).toBe(`\`\`\`mermaid
gantt
  dateFormat x
  axisFormat %H:%M:%S
  preflight all :done, 1000, 1001
  helm :crit, 1000, 4000
  undo :active, 4000, 9000
\`\`\``);
  expect(timeline([], 0)).toBe('');
});

test('a label cannot end itself', () => {
  expect(mermaidLabel('a: b; <c>\n#d "e"')).toBe('a b c d e');
  expect(mermaidLabel(':')).toBe('step');
});
