/** Where a heredoc ends: at a line that is `name`, after leading tabs where it began with `<<-`. */
export interface Heredoc {
  readonly name: string;
  readonly dropsTabs: boolean;
}

/** The heredocs that a line of RUN, COPY or ADD opens, in order (BuildKit's `heredocsFromLine`). */
export function heredocsOf(line: string): Heredoc[] {
  if (!line.includes('<<')) return [];
  return shellWords(line).flatMap((word) => {
    const [, dash = '', rest = ''] = /^\d*<<(-?)\s*([^<]*)$/.exec(word) ?? [];
    const name = rest.replace(/\\(.)|['"]/g, '$1');
    return name === '' || /\s/.test(rest.replace(/(['"]).*?\1/g, ''))
      ? []
      : [{ name, dropsTabs: dash === '-' }];
  });
}

/** Quotes and escapes are kept. A line whose quotes stay open has no words, and so no heredoc. */
function shellWords(line: string): string[] {
  const words: string[] = [];
  let word = '';
  for (let at = 0; at < line.length;) {
    const piece = /^(?:\\.?|'[^']*'|"(?:\\.|[^"\\])*"|<<[\t\r ]*|\s+|[^\s\\'"])/s.exec(line.slice(at))?.[0];
    if (piece === undefined) return [];
    at += piece.length;
    if (piece.trim() === '') {
      if (word !== '') words.push(word);
      word = '';
    } else word += piece;
  }
  if (word !== '') words.push(word);
  return words;
}
