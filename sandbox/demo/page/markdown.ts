import { Marked } from 'marked';
import { drawFlow } from './flow.ts';
import { drawGantt } from './gantt.ts';
import { escape } from './html.ts';

const marked = new Marked({
  gfm: true,
  renderer: {
    code: ({ text, lang }) =>
      (lang === 'mermaid' ? (drawGantt(text) ?? drawFlow(text)) : undefined) ??
      `<pre class="lang-${escape(lang ?? '')}"><code>${coloured(text, lang)}</code></pre>\n`,
  },
});

/** A step summary as the run page shows it. */
export const renderSummary = (markdown: string): string => marked.parse(markdown, { async: false });

/** GitHub colours diffs; nothing else of ours has a language that it would. */
const coloured = (text: string, language: string | undefined): string =>
  language === 'diff'
    ? text
        .split('\n')
        .map((line) => `<span class="${diffClass(line)}">${escape(line)}</span>`)
        .join('\n')
    : escape(text);

const diffClass = (line: string): string =>
  line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : line.startsWith('@') ? 'hunk' : 'same';
