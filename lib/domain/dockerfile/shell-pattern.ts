import { Unhashable } from '../source/unhashable.ts';

/** Which end `${name#pattern}` or `${name%pattern}` takes off, and whether it takes the longest match. */
export interface Trim {
  readonly from: 'start' | 'end';
  readonly longest: boolean;
}

/** `${name%%:*}`: the value without what the pattern matches at that end. Only `*`, `?` and escapes have a meaning. */
export function trimmed(value: string, pattern: string, { from, longest }: Trim): string {
  const expression = shellPattern(pattern);
  const runes = Array.from(value);
  const lengths = runes.map((_, index) => index).concat(runes.length);
  for (const length of longest ? lengths.toReversed() : lengths) {
    const [head, tail] =
      from === 'start'
        ? [runes.slice(0, length), runes.slice(length)]
        : [runes.slice(runes.length - length), runes.slice(0, runes.length - length)];
    if (new RegExp(`^(?:${expression})$`, 'u').test(head.join(''))) return tail.join('');
  }
  return value;
}

/** `${name/pattern/text}`, and with two slashes every place; as in Go, nothing right after a match is no place. */
export function replaced(value: string, pattern: string, text: string, everywhere: boolean): string {
  if (everywhere && text.includes('$')) {
    throw new Unhashable(`\`$\` in the replacement \`${text}\` is not read`);
  }
  const expression = new RegExp(shellPattern(pattern), everywhere ? 'gu' : 'u');
  let end = -1;
  return value.replace(expression, (match, offset: number) => {
    const isPlace = match !== '' || offset !== end;
    end = offset + match.length;
    return isPlace ? text : '';
  });
}

function shellPattern(pattern: string): string {
  let out = '';
  const signs = Array.from(pattern);
  for (let at = 0; at < signs.length; at += 1) {
    const sign = signs[at] ?? '';
    if (sign === '*') out += '[^\\n]*';
    else if (sign === '?') out += '[^\\n]';
    else if (sign === '\\') {
      at += 1;
      const next = signs[at];
      if (next === undefined || !'*?\\}/'.includes(next))
        throw new Unhashable(`the pattern \`${pattern}\` is not read`);
      out += literal(next);
    } else out += literal(sign);
  }
  return out;
}

const literal = (sign: string): string => sign.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&');
