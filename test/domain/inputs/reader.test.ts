import { expect, test } from '@jest/globals';
import type { ConfigurationError } from '../../../lib/domain/errors.ts';
import { InputReader } from '../../../lib/domain/inputs/reader.ts';

const known = ['timeout', 'values', 'values-files', 'dry-run', 'on-failure', 'history-max'];
const faultsOf = (given: Record<string, string>, read: (reader: InputReader) => void) => {
  const reader = new InputReader(given, {
    known,
    instead: { atomic: 'on-failure: rollback is the default' },
  });
  read(reader);
  try {
    reader.finish({});
    return [];
  } catch (error) {
    return (error as ConfigurationError).faults;
  }
};

test.each([
  [
    'a number without a unit',
    { timeout: '10' },
    (r: InputReader) => r.duration('timeout', 1),
    { input: 'timeout', value: '"10"', problem: 'give a unit: 10s, 10m' },
  ],
  [
    'a negative duration',
    { timeout: '-5m' },
    (r: InputReader) => r.duration('timeout', 1),
    { value: '"-5m"' },
  ],
  [
    'no time at all',
    { timeout: '0s' },
    (r: InputReader) => r.duration('timeout', 1),
    { problem: 'must be longer than 0' },
  ],
  [
    'values that are a list',
    { values: '- a\n- b' },
    (r: InputReader) => r.yamlMap('values'),
    { value: 'a list', problem: 'must be a map of values' },
  ],
  [
    'values that are text',
    { values: 'hello' },
    (r: InputReader) => r.yamlMap('values'),
    { value: 'a string' },
  ],
  [
    'values that are not YAML',
    { values: 'a: [1' },
    (r: InputReader) => r.yamlMap('values'),
    { value: 'not YAML' },
  ],
  [
    'a flag that is neither',
    { 'dry-run': 'yes' },
    (r: InputReader) => r.flag('dry-run'),
    { problem: 'write true or false' },
  ],
  [
    'a choice that is none',
    { 'on-failure': 'undo' },
    (r: InputReader) => r.choice('on-failure', ['rollback', 'leave']),
    { problem: 'must be one of rollback, leave' },
  ],
  [
    'a number out of range',
    { 'history-max': '1' },
    (r: InputReader) => r.integer('history-max', { min: 2, max: 9 }),
    { problem: 'must be a whole number from 2 to 9' },
  ],
  [
    'an unknown input near a known one',
    { 'valus-files': 'x' },
    () => {},
    { input: 'valus-files', problem: 'did you mean values-files?' },
  ],
  [
    'an input that Helm users write',
    { atomic: 'true' },
    () => {},
    { problem: 'on-failure: rollback is the default' },
  ],
] as const)('%s is a fault', (_, given, read, fault) => {
  expect(faultsOf(given as Record<string, string>, read)).toEqual([expect.objectContaining(fault)]);
});

test('all faults come in one error', () => {
  const faults = faultsOf({ timeout: '10', values: '- a', nonsense: 'x' }, (r) => {
    r.duration('timeout', 1);
    r.yamlMap('values');
  });
  expect(faults.map(({ input }) => input)).toEqual(['nonsense', 'timeout', 'values']);
});

test('a fault in values never quotes them', () => {
  const faults = faultsOf({ values: 'password: "hunter2' }, (r) => r.yamlMap('values'));
  expect(JSON.stringify(faults)).not.toContain('hunter2');
});

test('values are passed on as they were written, for Helm has a YAML of its own', () => {
  const values = 'base: &b {a: 1}\nuse: {<<: *b, c: yes}\nmode: 0644';
  expect(new InputReader({ values }, { known }).yamlMap('values')).toBe(values);
});
