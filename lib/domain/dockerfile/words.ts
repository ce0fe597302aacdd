/** Words of an instruction, quotes kept: `a="b c" d` is two (BuildKit's `parseWords`). */
export function splitWords(text: string, escape: string): string[] {
  const words: string[] = [];
  let word = '';
  let quote: string | undefined;
  const signs = Array.from(text);
  for (let at = 0; at < signs.length; at += 1) {
    const sign = signs[at] ?? '';
    if (quote === undefined && /\s/.test(sign)) {
      if (word !== '') words.push(word);
      word = '';
      continue;
    }
    if (sign === escape && quote !== "'") {
      if (at + 1 === signs.length) break;
      word += sign + (signs[at + 1] ?? '');
      at += 1;
      continue;
    }
    if (sign === quote) quote = undefined;
    else if (quote === undefined && (sign === "'" || sign === '"')) quote = sign;
    word += sign;
  }
  if (word !== '') words.push(word);
  return words;
}

export interface Flags {
  /** Without their quotes: `--from=build`. */
  readonly flags: readonly string[];
  readonly rest: string;
}

/** The `--flags` that an instruction begins with, and what comes after them (BuildKit's `extractBuilderFlags`). */
export function takeFlags(text: string, escape: string): Flags {
  const flags: string[] = [];
  let rest = text.trimStart();
  while (rest.startsWith('--')) {
    const { word, after } = takeWord(rest, escape);
    rest = after.trimStart();
    if (word === '--') break;
    flags.push(word);
  }
  return { flags, rest: rest.trimEnd() };
}

function takeWord(text: string, escape: string): { readonly word: string; readonly after: string } {
  let word = '';
  let quote: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (quote === undefined && /\s/.test(sign)) return { word, after: text.slice(at) };
    if (sign === quote) quote = undefined;
    else if (quote === undefined && (sign === "'" || sign === '"')) quote = sign;
    else if (sign === escape) {
      at += 1;
      word += text.charAt(at);
    } else word += sign;
  }
  return { word, after: '' };
}

/** `["a", "b"]`, or undefined where it is not the JSON form. */
export function jsonWords(text: string): readonly string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) && parsed.every((each) => typeof each === 'string') ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** The fields of a `--mount`, where a field in quotes may hold commas. */
export function csvFields(text: string): string[] {
  const fields = text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...fields].map(([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain);
}
