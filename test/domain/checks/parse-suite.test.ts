import { expect, test } from '@jest/globals';
import { parseSuites } from '../../../lib/domain/checks/parse-suite.ts';

test.each([
  ['npm run e2e', [{ name: 'npm run e2e', argv: ['npm', 'run', 'e2e'], junit: [], timeout: 600_000 }]],
  ['[bash, -c, "a && b"]', [{ name: 'bash -c a && b', argv: ['bash', '-c', 'a && b'] }]],
  [
    '{name: e2e, command: npm test, junit: out.xml, directory: shop, timeout: 3m, severity: warn}',
    [{ name: 'e2e', junit: ['out.xml'], directory: 'shop', timeout: 180_000, severity: 'warn' }],
  ],
  [
    '[{command: a}, {command: b, junit: [x.xml, y.xml]}]',
    [{ argv: ['a'] }, { argv: ['b'], junit: ['x.xml', 'y.xml'] }],
  ],
])('%s', (text, expected) => {
  expect(parseSuites(text)).toMatchObject({ value: expected, faults: [] });
});

test.each([
  ['npm test && npm run e2e', 'suite.command', 'no shell reads it'],
  ['{junit: out.xml}', 'suite.command', 'is needed'],
  ['{command: a, comand: b}', 'suite.comand', 'did you mean command?'],
  ['{command: a, timeout: 5}', 'suite.timeout', 'give a unit: 5s'],
  ['[{command: a}, {command: a}]', 'suite', 'two suites have this name'],
  ['{command: a', 'suite', 'cannot be read at line 1'],
])('refused: %s', (text, input, problem) => {
  expect(parseSuites(text).faults).toContainEqual(
    expect.objectContaining({ input, problem: expect.stringContaining(problem) }),
  );
});

test('what cannot be read is one fault', () => {
  expect(parseSuites('# nothing yet').faults).toHaveLength(1);
});
