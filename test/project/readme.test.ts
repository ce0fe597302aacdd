import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseActionFile } from '../../scripts/action-file.ts';
import { fill, inputsTable } from '../../scripts/readme-tables.ts';

const root = resolve(import.meta.dirname, '../..');

test('the tables of every README are those of action.yml', () => {
  const { stderr, status } = spawnSync(process.execPath, [join(root, 'scripts/readme.ts'), '--check'], {
    encoding: 'utf8',
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
});

test('a table row for each input', () => {
  const action = parseActionFile(
    'demo',
    [
      'inputs:',
      '  chart: { description: "a | b", required: true }',
      '  timeout: { description: "how long", default: 5m }',
      '  history-max: { description: "how many", default: 10 }',
      '  values: { description: "YAML" }',
    ].join('\n'),
  );
  expect(inputsTable(action).split('\n').slice(2)).toEqual([
    '| `chart` | a \\| b | **required** |',
    '| `timeout` | how long | `5m` |',
    '| `history-max` | how many | `10` |',
    '| `values` | YAML |  |',
  ]);
});

test('only what is between the markers changes', () => {
  expect(fill('a\n<!-- x -->\nold\n<!-- /x -->\nb', 'x', 'new')).toBe('a\n<!-- x -->\nnew\n<!-- /x -->\nb');
  expect(() => fill('a', 'x', 'new')).toThrow('needs <!-- x --> and <!-- /x -->');
  expect(() => fill('<!-- x -->', 'x', 'new')).toThrow('once each');
});
