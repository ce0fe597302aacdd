import type { Result, ResultKind } from './result.ts';

const mark: Readonly<Record<ResultKind, string>> = {
  success: '✅',
  failure: '❌',
  inconclusive: '❔',
  cancelled: '⏹️',
  skipped: '⏭️',
};

/** Text of others as it stands: no markup and no HTML, on one line. */
export const escapeText = (text: string): string =>
  text
    .replaceAll(/\r?\n/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~]/g, String.raw`\$&`);

/** A one-line code span, whatever backticks are in it; a pipe is written so that a table survives it. */
export function code(text: string): string {
  const line = text.replaceAll(/\r?\n/g, ' ').replaceAll('|', String.raw`\|`);
  if (line === '') return '';
  const fence = '`'.repeat(longestRun(line) + 1);
  const space = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${space}${line}${space}${fence}`;
}

/** A fenced block whose fence is longer than any in the text. */
export function codeBlock(text: string, language = ''): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

const longestRun = (text: string): number =>
  Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));

/** Cells are markdown: pass what others wrote through `escapeText` or `code`. Empty without rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll(/\r?\n/g, '<br>')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A folded section: the first thing to go when the summary is too long. `title` is plain text. */
export const details = (title: string, body: string): string =>
  `<details><summary>${escapeHtml(title)}</summary>\n\n${body.trim()}\n\n</details>`;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** `### ✅ deploy-helm: shop 1.4.2 is ready in prod`: the first line of every summary. */
export const verdictLine = (action: string, { result, reason }: Result): string =>
  `### ${mark[result]} ${action}: ${escapeText(reason)}`;

/** Sections with a blank line between; empty ones are left out. */
export const sections = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part): part is string => part !== undefined && part.trim() !== '').join('\n\n');
