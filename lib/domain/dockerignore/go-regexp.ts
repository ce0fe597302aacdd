import { Unhashable } from '../source/unhashable.ts';

/**
 * A regular expression of Go's, as moby/patternmatcher writes them out of ignore patterns, in JavaScript. The two
 * differ in brackets (`]` alone, `[` inside a class), in braces that count nothing, and in what an escaped letter means.
 */
export function goRegExp(source: string, pattern: string): RegExp {
  const signs = Array.from(source);
  let out = '';
  for (let at = 0; at < signs.length;) {
    const sign = signs[at] ?? '';
    if (sign === '[') {
      const end = endOfClass(signs, at, pattern);
      out += classOf(signs.slice(at + 1, end), pattern);
      at = end + 1;
    } else if (sign === '{') {
      const count = repetition(signs.slice(at).join(''), pattern);
      out += count ?? '\\{';
      at += count?.length ?? 1;
    } else if (sign === '\\') {
      out += escaped(signs[at + 1], pattern);
      at += 2;
    } else {
      // A dot comes only from `**`, and Go's does not match a line feed.
      out += sign === '.' ? '[^\\n]' : /[\]}/]/.test(sign) ? `\\${sign}` : sign;
      at += 1;
    }
  }
  try {
    return new RegExp(out, 'u');
  } catch {
    throw broken(pattern);
  }
}

export const broken = (pattern: string): Unhashable =>
  new Unhashable(`the ignore pattern \`${pattern}\` cannot be read`);

/** `{2}`, `{2,}`, `{2,3}`; any other brace is one. Go counts to 1000. */
function repetition(rest: string, pattern: string): string | undefined {
  const [count, least = '', most = ''] = /^\{(\d+)(?:,(\d*))?\}/.exec(rest) ?? [];
  if (Number(least) > 1000 || Number(most) > 1000) throw broken(pattern);
  return count;
}

/** A `]` that comes first belongs to the class. */
function endOfClass(signs: readonly string[], start: number, pattern: string): number {
  let at = start + 1;
  if (signs[at] === '^') at += 1;
  if (signs[at] === ']') at += 1;
  for (; at < signs.length; at += 1) {
    if (signs[at] === '\\') at += 1;
    else if (signs[at] === ']') return at;
  }
  throw broken(pattern);
}

function classOf(inside: readonly string[], pattern: string): string {
  let out = '';
  for (let at = 0; at < inside.length; at += 1) {
    const sign = inside[at] ?? '';
    if (sign === '[' && inside[at + 1] === ':') throw broken(pattern);
    if (sign === '\\') {
      at += 1;
      if (/[AzbB]/.test(inside[at] ?? '')) throw broken(pattern);
      out += inside[at] === 's' ? spaces : escaped(inside[at], pattern);
    } else out += /[[\]/]/.test(sign) ? `\\${sign}` : sign;
  }
  return `[${out}]`;
}

const spaces = '\\t\\n\\f\\r ';
const letters: Readonly<Record<string, string>> = {
  a: '\\x07',
  A: '^',
  z: '$',
  s: `[${spaces}]`,
  '-': '\\x2d',
};

/**
 * `\d` in an ignore file is a digit: moby hands the escape to the regular expression as it stands. Unicode classes,
 * `\Q` and numbers are not read.
 */
function escaped(sign: string | undefined, pattern: string): string {
  if (sign === undefined) throw broken(pattern);
  const letter = letters[sign];
  if (letter !== undefined) return letter;
  if (/[dDwWbBtnrfv]/.test(sign)) return `\\${sign}`;
  if (/[A-Za-z0-9]/.test(sign) || sign > '\u007f') throw broken(pattern);
  return /[\^$\\.*+?()[\]{}|/]/.test(sign) ? `\\${sign}` : sign;
}
