import { broken, goRegExp } from './go-regexp.ts';

/** One line of an ignore file. */
export interface Pattern {
  /** Cleaned, without its `!`. */
  readonly text: string;
  /** It began with `!`: what it matches is sent after all. */
  readonly exception: boolean;
  readonly matches: (path: string) => boolean;
}

/**
 * Reads a cleaned pattern as moby/patternmatcher does: `*` and `?` stay within a folder, `**` takes any number of
 * them, a pattern without such signs is the path itself. Throws Unhashable where BuildKit would refuse the build.
 */
export function readPattern(text: string, exception: boolean): Pattern {
  checkSyntax(text);
  return { text, exception, matches: matcherOf(text) };
}

type Kind = 'exact' | 'prefix' | 'suffix' | 'expression';

function matcherOf(text: string): Pattern['matches'] {
  const { kind, source } = translate(text);
  if (kind === 'exact') return (path) => path === text;
  if (kind === 'prefix') return (path) => path.startsWith(text.slice(0, -2));
  if (kind === 'suffix') {
    const end = text.slice(2);
    return (path) => path.endsWith(end) || (end.startsWith('/') && path === end.slice(1));
  }
  const expression = goRegExp(source, text);
  return (path) => expression.test(path);
}

/**
 * Step by step what `Pattern.compile` of moby/patternmatcher 0.6 does, with its oddities: `[*]` is no class of a
 * star, and `|` and `{2}`, which it means to escape, keep their meaning for regular expressions (its table of signs to
 * escape has no room for them).
 */
function translate(text: string): { readonly kind: Kind; readonly source: string } {
  const signs = Array.from(text);
  let kind: Kind = 'exact';
  let source = '^';
  for (let at = 0, turn = 0; at < signs.length; turn += 1) {
    const sign = signs[at] ?? '';
    at += 1;
    if (sign === '*' && signs[at] === '*') {
      at += 1;
      if (signs[at] === '/') at += 1;
      if (at < signs.length) {
        source += '(.*/)?';
        kind = 'expression';
      } else if (kind === 'exact') kind = 'prefix';
      else {
        source += '.*';
        kind = 'expression';
      }
      if (turn === 0) kind = 'suffix';
    } else if (sign === '*' || sign === '?') {
      source += sign === '*' ? '[^/]*' : '[^/]';
      kind = 'expression';
    } else if (sign === '\\' && at < signs.length) {
      source += `\\${signs[at] ?? ''}`;
      at += 1;
      kind = 'expression';
    } else if (sign === '[' || sign === ']') {
      source += sign;
      kind = 'expression';
    } else source += '\\.+()$'.includes(sign) ? `\\${sign}` : sign;
  }
  return { kind, source: `${source}$` };
}

/** The errors of Go's `filepath.Match`, which BuildKit asks first: classes that are empty or open, a `\` at the end. */
function checkSyntax(text: string): void {
  const signs = Array.from(text);
  for (let at = 0; at < signs.length; at += 1) {
    if (signs[at] === '\\') at += 1;
    else if (signs[at] === '[') at = checkClass(signs, at + 1, text);
    if (at >= signs.length) throw broken(text);
  }
}

/** The index of the closing bracket. */
function checkClass(signs: readonly string[], start: number, text: string): number {
  let at = signs[start] === '^' ? start + 1 : start;
  for (let ranges = 0; ; ranges += 1) {
    if (signs[at] === ']' && ranges > 0) return at;
    at = afterOne(signs, at, text);
    if (signs[at] === '-') at = afterOne(signs, at + 1, text);
  }
}

function afterOne(signs: readonly string[], at: number, text: string): number {
  const sign = signs[at];
  const next = sign === '\\' ? at + 2 : at + 1;
  if (sign === undefined || sign === '-' || sign === ']' || next >= signs.length) throw broken(text);
  return next;
}
