/** Where a value stands in a JSON text: offsets of its first character and just past its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const whitespace = new Set([' ', '\t', '\n', '\r']);

/**
 * Finds the value at a path of object keys in a JSON text; undefined when it is not there. The text must have
 * passed JSON.parse: this scanner skips, it does not check. Throws Error when a key on the path occurs twice
 * (in any case: Go's decoder ignores case), because then it is not certain which one counts.
 */
export function findSpan(text: string, path: readonly string[]): Span | undefined {
  let value: Span = { start: skipSpace(text, 0), end: text.length };
  for (const key of path) {
    const found = memberOf(text, value.start, key);
    if (found === undefined) return undefined;
    value = found;
  }
  return value;
}

function memberOf(text: string, objectStart: number, key: string): Span | undefined {
  if (text[objectStart] !== '{') return undefined;
  const matches: { name: string; span: Span }[] = [];
  let at = skipSpace(text, objectStart + 1);
  while (text[at] !== '}' && at < text.length) {
    const nameEnd = endOfString(text, at);
    const name = JSON.parse(text.slice(at, nameEnd)) as string;
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1); // past the colon
    const end = endOfValue(text, start);
    if (name.toLowerCase() === key.toLowerCase()) matches.push({ name, span: { start, end } });
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  if (matches.length > 1) throw new Error(`the JSON text has ${JSON.stringify(key)} more than once`);
  return matches[0]?.name === key ? matches[0].span : undefined;
}

function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfString(text, start);
  if (first !== '{' && first !== '[') return endOfScalar(text, start);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === '{' || character === '[') depth++;
    else if ((character === '}' || character === ']') && --depth === 0) return at + 1;
  }
  return text.length;
}

function endOfScalar(text: string, start: number): number {
  let at = start;
  while (at < text.length && !/[\s,}\]]/.test(text.charAt(at))) at++;
  return at;
}

/** A quote ends the string unless an odd number of backslashes stands before it. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (whitespace.has(text.charAt(at))) at++;
  return at;
}
