/** action.yml is the contract; inputs.ts and report.ts must say the same, both ways. */
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { readActionFiles } from '../../scripts/action-file.ts';
import type { ActionFile } from '../../scripts/action-file.ts';
import { minimalInputs } from './minimal-inputs.ts';

const root = resolve(import.meta.dirname, '../..');
const actions = await readActionFiles(root);

interface Code {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly parseInputs: (given: Record<string, string>, env: Record<string, string>) => unknown;
}

async function codeOf({ folder }: ActionFile): Promise<Code> {
  const at = (file: string): string => join(root, 'actions', folder, file);
  const inputs = (await import(at('inputs.ts'))) as Pick<Code, 'inputNames' | 'parseInputs'>;
  const report = (await import(at('report.ts'))) as Pick<Code, 'outputNames'>;
  return { ...inputs, outputNames: report.outputNames, parseInputs: inputs.parseInputs };
}

const names = (declared: readonly { readonly name: string }[]): string[] =>
  declared.map(({ name }) => name).sort();

test('there are actions', () => {
  expect(actions.length).toBeGreaterThan(0);
});

test.each(actions.map((action) => [action.folder, action] as const))('%s: names', async (_, action) => {
  const { inputNames, outputNames } = await codeOf(action);
  expect([...inputNames].sort()).toEqual(names(action.inputs));
  expect([...outputNames].sort()).toEqual(names(action.outputs));
});

test.each(actions.map((action) => [action.folder, action] as const))('%s: descriptions', (_, action) => {
  const bare = [...action.inputs, ...action.outputs].filter(({ description }) => description.trim() === '');
  expect(names(bare)).toEqual([]);
  expect(action.description).not.toBe('');
});

test.each(actions.map((action) => [action.folder, action] as const))(
  '%s: a declared default is what the code takes for nothing',
  async (_, action) => {
    const least = minimalInputs[action.folder];
    if (least === undefined) throw new Error(`add ${action.folder} to test/project/minimal-inputs.ts`);
    const { parseInputs } = await codeOf(action);
    const plain = action.inputs.filter((input) => input.default !== '' && !input.default.includes('${{'));

    for (const input of plain) {
      expect({ [input.name]: parseInputs({ ...least, [input.name]: input.default }, {}) }).toEqual({
        [input.name]: parseInputs({ ...least, [input.name]: '' }, {}),
      });
    }
  },
);

test.each(actions.map((action) => [action.folder, action] as const))(
  '%s: required inputs',
  async (_, action) => {
    const { parseInputs } = await codeOf(action);
    const required = action.inputs.filter((input) => input.required);
    for (const { name } of required) {
      expect(() => parseInputs({ ...minimalInputs[action.folder], [name]: '' }, {})).toThrow(name);
    }
  },
);
