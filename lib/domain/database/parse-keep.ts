import { Fields } from '../checks/fields.ts';
import { readYaml } from '../checks/yaml.ts';
import type { Fault } from '../errors.ts';
import type { Keep } from './retention.ts';

const rules = ['last', 'daily', 'weekly', 'days'] as const;
const range = { min: 0, max: 10_000 };

/** Reads `keep`: a map with any of last, daily, weekly, days, and a floor that is never 0. */
export function parseKeep(text: string, input: string, faults: Fault[]): Keep {
  const before = faults.length;
  const value = readYaml(text, input, faults);
  if (faults.length > before) return nothing;
  const fields = new Fields(value, input, [...rules, 'floor'], faults);
  const [last = 0, daily = 0, weekly = 0, days = 0] = rules.map((rule) => fields.integer(rule, 0, range));
  if (faults.length === before && last + daily + weekly + days === 0)
    fields.fault('last', 'keep at least one: last, daily, weekly or days must be above 0', 'nothing kept');
  return { last, daily, weekly, days, floor: fields.integer('floor', 1, { min: 1, max: range.max }) };
}

const nothing: Keep = { last: 0, daily: 0, weekly: 0, days: 0, floor: 1 };
