/** Reads a map that an author wrote in YAML: every fault is kept with its path, unknown keys with a suggestion. */
import { parseDuration } from '../duration.ts';
import type { Milliseconds } from '../duration.ts';
import type { Fault } from '../errors.ts';
import { closest } from '../suggest.ts';

export class Fields {
  readonly path: string;
  readonly #map: Readonly<Record<string, unknown>>;
  readonly #faults: Fault[];

  /** `known`: every key that may be there. `path` is empty where the keys are an action's inputs themselves. */
  constructor(value: unknown, path: string, known: readonly string[], faults: Fault[]) {
    this.path = path;
    this.#faults = faults;
    this.#map = isMap(value) ? value : {};
    if (!isMap(value)) faults.push({ input: path, value: kindOf(value), problem: 'must be a map' });
    for (const key of Object.keys(this.#map)) {
      if (!known.includes(key)) this.fault(key, insteadOf(key, known), 'unknown key');
      // `digest: ${{ … }}` of a step that was skipped: the author believes that it is checked.
      else if (this.#map[key] === null) this.fault(key, 'give it a value, or leave it out', 'empty');
    }
  }

  /** A map inside this one, with keys of its own; undefined where it is not there. */
  nested(key: string, known: readonly string[]): Fields | undefined {
    return this.has(key) ? new Fields(this.raw(key), this.at(key), known, this.#faults) : undefined;
  }

  at(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  has(key: string): boolean {
    return this.#map[key] !== undefined && this.#map[key] !== null;
  }

  raw(key: string): unknown {
    return this.#map[key] ?? undefined;
  }

  fault(key: string, problem: string, value?: string): void {
    this.#faults.push({ input: this.at(key), problem, ...(value === undefined ? {} : { value }) });
  }

  /** Text, or a number as it was written; empty where it is not there. */
  text(key: string, fallback = ''): string {
    const value = this.raw(key);
    if (value === undefined) return fallback;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return String(value);
    this.fault(key, 'must be text', kindOf(value));
    return fallback;
  }

  flag(key: string): boolean {
    const value = this.raw(key);
    if (value === undefined || typeof value === 'boolean') return value ?? false;
    this.fault(key, 'write true or false', shown(value));
    return false;
  }

  integer(key: string, fallback: number, { min, max }: { min: number; max: number }): number {
    const value = this.raw(key);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    this.fault(key, `must be a whole number from ${min} to ${max}`, shown(value));
    return fallback;
  }

  duration(key: string, fallback: Milliseconds): Milliseconds {
    const value = this.raw(key);
    if (value === undefined) return fallback;
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    const ms = parseDuration(text);
    if (ms !== undefined && ms > 0) return ms;
    const unitless = /^\d+(\.\d+)?$/.test(text) && Number(text) > 0;
    const problem =
      ms === 0
        ? 'must be longer than 0'
        : unitless
          ? `give a unit: ${text}s, ${text}m`
          : 'must be a duration: 300ms, 10s, 14d';
    this.fault(key, problem, shown(value));
    return fallback;
  }

  choice<Choice extends string>(key: string, allowed: readonly [Choice, ...Choice[]]): Choice {
    const value = this.raw(key);
    const chosen = allowed.find((each) => each === value);
    if (chosen === undefined && value !== undefined)
      this.fault(key, `must be one of ${allowed.join(', ')}`, shown(value));
    return chosen ?? allowed[0];
  }

  /** A list, or one thing as a list of one. */
  list(key: string): readonly unknown[] {
    const value = this.raw(key);
    if (value === undefined) return [];
    return Array.isArray(value) ? (value as unknown[]) : [value];
  }

  texts(key: string): string[] {
    return this.list(key).flatMap((value, at) => {
      if (typeof value === 'string' || typeof value === 'number') return [String(value)];
      this.fault(`${key}[${at}]`, 'must be text', kindOf(value));
      return [];
    });
  }

  /** Name → value of a map; its values are never quoted back, for they may be secrets. */
  entries(key: string): (readonly [string, unknown])[] {
    const value = this.raw(key);
    if (value === undefined) return [];
    if (isMap(value)) return Object.entries(value);
    this.fault(key, 'must be a map', kindOf(value));
    return [];
  }
}

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const kindOf = (value: unknown): string =>
  value === null || value === undefined
    ? 'nothing'
    : Array.isArray(value)
      ? 'a list'
      : isMap(value)
        ? 'a map'
        : `a ${typeof value}`;

function insteadOf(key: string, known: readonly string[]): string {
  const near = closest(key, known);
  return near === undefined ? `may have ${known.join(', ')}` : `did you mean ${near}?`;
}

const shown = (value: unknown): string => (typeof value === 'object' ? kindOf(value) : JSON.stringify(value));
