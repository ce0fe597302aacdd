import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';
import { ConfigurationError } from '../errors.ts';
import type { Fault } from '../errors.ts';
import { parseDuration } from '../duration.ts';
import type { Milliseconds } from '../duration.ts';
import { closest } from '../suggest.ts';
import { yamlFault } from './yaml-fault.ts';

/** Near enough to Helm's own YAML to check values: the core schema with merge keys. */
const valuesSchema = CORE_SCHEMA.withTags(mergeTag);

export interface ReaderOptions {
  /** Every input of the action; any other key is a fault. */
  readonly known: readonly string[];
  /** What people write from habit → what to write here: `{ atomic: 'use on-failure: rollback (the default)' }`. */
  readonly instead?: Readonly<Record<string, string>>;
}

/**
 * Reads an action's inputs and collects every fault, so that the author sees all of them at once.
 * A method that finds a fault returns a stand-in of the right type; `finish` then throws.
 */
export class InputReader {
  readonly #given: Readonly<Record<string, string>>;
  readonly #faults: Fault[] = [];

  constructor(given: Readonly<Record<string, string>>, { known, instead = {} }: ReaderOptions) {
    this.#given = given;
    for (const name of Object.keys(given).filter((name) => !known.includes(name))) {
      const near = closest(name, known);
      const advice =
        instead[name] ?? (near === undefined ? 'see the table of inputs' : `did you mean ${near}?`);
      this.fault({ input: name, value: 'unknown input', problem: advice });
    }
  }

  fault(fault: Fault): void {
    this.#faults.push(fault);
  }

  /** Whether the workflow gave it at all; GitHub passes an empty string for an input left out. */
  has(name: string): boolean {
    return this.text(name) !== '';
  }

  text(name: string): string {
    return this.#given[name]?.trim() ?? '';
  }

  required(name: string): string {
    const text = this.text(name);
    if (text === '') this.fault({ input: name, value: 'empty', problem: 'is required' });
    return text;
  }

  lines(name: string): string[] {
    return this.text(name)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
  }

  flag(name: string, fallback = false): boolean {
    const text = this.text(name).toLowerCase();
    if (text === '') return fallback;
    if (text !== 'true' && text !== 'false') this.#refuse(name, 'write true or false');
    return text === 'true';
  }

  choice<Choice extends string>(name: string, allowed: readonly [Choice, ...Choice[]]): Choice {
    const text = this.text(name);
    const chosen = allowed.find((choice) => choice === text);
    if (chosen === undefined && text !== '') this.#refuse(name, `must be one of ${allowed.join(', ')}`);
    return chosen ?? allowed[0];
  }

  duration(name: string, fallback: Milliseconds): Milliseconds {
    const text = this.text(name);
    if (text === '') return fallback;
    const ms = parseDuration(text);
    if (ms === undefined)
      this.#refuse(
        name,
        /^\d+(\.\d+)?$/.test(text) ? `give a unit: ${text}s, ${text}m` : 'must be a duration: 10s, 5m, 1h30m',
      );
    if (ms === 0) this.#refuse(name, 'must be longer than 0');
    return ms ?? fallback;
  }

  integer(name: string, range: { min: number; max: number }): number | undefined {
    const text = this.text(name);
    if (text === '') return undefined;
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < range.min || number > range.max) {
      this.#refuse(name, `must be a whole number from ${range.min} to ${range.max}`);
    }
    return number;
  }

  /**
   * YAML that must be a map, returned as it was written: Helm reads it with a YAML of its own (`0644`, `yes`),
   * so what we understood is only a check. It is never quoted back: values may hold secrets.
   */
  yamlMap(name: string): string {
    const text = this.text(name);
    if (text === '') return '';
    try {
      const value: unknown = load(text, { schema: valuesSchema });
      const kind = Array.isArray(value) ? 'list' : typeof value;
      if (kind !== 'object')
        this.fault({ input: name, value: `a ${kind}`, problem: 'must be a map of values' });
    } catch (error) {
      this.fault(yamlFault(error, name));
    }
    return text;
  }

  /** Both given is a fault: the author must say which is meant. */
  exclusive(names: readonly string[], why: string): void {
    const given = names.filter((name) => this.has(name));
    if (given.length > 1) this.fault({ input: given.join(' + '), value: 'both given', problem: why });
  }

  /** Throws ConfigurationError with every fault found, or returns the inputs frozen. */
  finish<Inputs extends object>(inputs: Inputs): Readonly<Inputs> {
    if (this.#faults.length > 0) throw new ConfigurationError(this.#faults);
    return Object.freeze(inputs);
  }

  #refuse(name: string, problem: string): void {
    this.fault({ input: name, value: JSON.stringify(this.text(name)), problem });
  }
}
