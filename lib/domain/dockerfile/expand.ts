import { Unhashable } from '../source/unhashable.ts';
import { replaced, trimmed } from './shell-pattern.ts';

export interface Expanded {
  readonly text: string;
  /** Names that the scope does not hold; they count as empty. */
  readonly unknown: readonly string[];
}

/**
 * A word of a Dockerfile without its quotes, its variables filled in from `scope`: `$X`, `${X}`, `${X:-y}`, `${X:+y}`,
 * `${X:?}`, `${X#p}`, `${X%p}`, `${X/p/y}` (BuildKit's frontend/dockerfile/shell). Throws Unhashable for anything else.
 */
export function expand(word: string, scope: ReadonlyMap<string, string>, escape: string): Expanded {
  const reader = new WordReader(word, scope, escape);
  return { text: reader.until(undefined), unknown: reader.unknown };
}

class WordReader {
  readonly unknown: string[] = [];
  readonly #signs: readonly string[];
  readonly #word: string;
  readonly #scope: ReadonlyMap<string, string>;
  readonly #escape: string;
  #at = 0;

  constructor(word: string, scope: ReadonlyMap<string, string>, escape: string) {
    this.#word = word;
    this.#signs = Array.from(word);
    this.#scope = scope;
    this.#escape = escape;
  }

  /** Reads up to the end, or to a sign that it takes along. `raw` leaves escapes for a pattern to read. */
  until(stop: string | undefined, raw = false): string {
    let out = '';
    for (;;) {
      const sign = this.#peek();
      if (sign === undefined) {
        if (stop !== undefined) throw this.#unread();
        return out;
      }
      if (sign === stop) {
        this.#at += 1;
        return out;
      }
      if (sign === '$') out += this.#variable();
      else if (sign === "'") out += this.#singleQuoted();
      else if (sign === '"') out += this.#doubleQuoted();
      else if (sign === this.#escape) {
        this.#at += 1;
        out += (raw ? sign : '') + (this.#next() ?? '');
      } else out += this.#next() ?? '';
    }
  }

  #singleQuoted(): string {
    const end = this.#signs.indexOf("'", this.#at + 1);
    if (end === -1) throw this.#unread();
    const inside = this.#signs.slice(this.#at + 1, end).join('');
    this.#at = end + 1;
    return inside;
  }

  #doubleQuoted(): string {
    this.#at += 1;
    let out = '';
    for (;;) {
      const sign = this.#peek();
      if (sign === undefined) throw this.#unread();
      if (sign === '$') out += this.#variable();
      else if (sign === '"') {
        this.#at += 1;
        return out;
      } else {
        this.#at += 1;
        const next = this.#peek();
        const escapes = sign === this.#escape && (next === '"' || next === '$' || next === this.#escape);
        out += escapes ? (this.#next() ?? '') : sign;
      }
    }
  }

  #variable(): string {
    this.#at += 1;
    if (this.#peek() !== '{') {
      const name = this.#name();
      return name === '' ? '$' : (this.#value(name) ?? '');
    }
    this.#at += 1;
    const name = this.#name();
    if (name === '') throw this.#unread();
    const sign = this.#next();
    if (sign === '}') return this.#value(name) ?? '';
    if (sign === '/') return this.#replacement(name);
    if (sign === '#' || sign === '%') {
      const longest = this.#peek() === sign;
      if (longest) this.#at += 1;
      const pattern = this.until('}', true);
      return trimmed(this.#value(name) ?? '', pattern, { from: sign === '#' ? 'start' : 'end', longest });
    }
    const emptyIsUnset = sign === ':';
    return this.#alternative(name, emptyIsUnset ? this.#next() : sign, emptyIsUnset);
  }

  #alternative(name: string, operator: string | undefined, emptyIsUnset: boolean): string {
    const word = this.until('}');
    const value = this.#value(name);
    const isSet = value !== undefined && !(emptyIsUnset && value === '');
    if (operator === '-') return isSet ? value : word;
    if (operator === '+') return isSet ? word : '';
    if (operator === '?' && isSet) return value;
    if (operator === '?') throw new Unhashable(`the Dockerfile asks for ${name}, which is not given`);
    throw this.#unread();
  }

  #replacement(name: string): string {
    const everywhere = this.#peek() === '/';
    if (everywhere) this.#at += 1;
    const pattern = this.until('/', true);
    const text = this.until('}', true);
    return replaced(this.#value(name) ?? '', pattern, text, everywhere);
  }

  #name(): string {
    const rest = this.#signs.slice(this.#at).join('');
    const name = /^(\d+|[\p{L}_][\p{L}\p{Nd}_]*|[@*#?\-$!0])/u.exec(rest)?.[0] ?? '';
    this.#at += Array.from(name).length;
    return name;
  }

  #value(name: string): string | undefined {
    const value = this.#scope.get(name);
    if (value === undefined) this.unknown.push(name);
    return value;
  }

  #peek(): string | undefined {
    return this.#signs[this.#at];
  }

  #next(): string | undefined {
    const sign = this.#signs[this.#at];
    this.#at += 1;
    return sign;
  }

  #unread(): Unhashable {
    return new Unhashable(`\`${this.#word}\` in the Dockerfile cannot be read`);
  }
}
