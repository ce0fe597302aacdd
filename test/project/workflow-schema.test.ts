/** Workflows that people paste, those that we run, and every action.yml are valid by GitHub's own parser. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } from '@actions/workflow-parser';
import { parseAction } from '@actions/workflow-parser/actions/action-parser';

const root = resolve(import.meta.dirname, '../..');
const workflows = globSync(['workflows-examples/*.yml', '.github/workflows/*.yml'], { cwd: root });
const actions = globSync(['action.yml', 'actions/*/action.yml'], { cwd: root });
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Each fault with its place. An example calls the examples beside it, as in the repository that they are pasted into. */
async function faultsOf(name: string, content: string): Promise<string[]> {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  if (value !== undefined)
    await convertWorkflowTemplate(
      context,
      value,
      {
        getFileContent: async (reference) => {
          if (!('path' in reference)) throw new Error('only what lies beside it');
          const path = `workflows-examples/${basename(reference.path)}`;
          return { name: path, content: read(path) };
        },
      },
      { fetchReusableWorkflowDepth: 1 },
    );
  return context.errors.getErrors().map(({ message }) => message);
}

test('workflows are found', () => {
  expect(workflows.length).toBeGreaterThan(10);
});

test.each(workflows)('%s', async (path) => {
  expect(await faultsOf(path, read(path))).toEqual([]);
});

const caller = read('workflows-examples/release-callers.yml');

test.each([
  ['a key that no job has', caller.replace('needs: staging', 'need: staging'), "Unexpected value 'need'"],
  ['a job that is not there', caller.replace('needs: staging', 'needs: stagging'), "unknown job 'stagging'"],
  ['an input that is not there', caller.replace('requires:', 'require:'), 'require is not defined'],
  ['an input that is missing', caller.replaceAll(/ +chart: .*\n/g, ''), 'chart is required'],
  ['a workflow that is not there', caller.replaceAll('release.yml', 'relase.yml'), 'Unable to find'],
  ['an expression that does not end', caller.replace('inputs.image }}', 'inputs.image'), 'not closed'],
])('%s is found', async (_what, text, said) => {
  expect(text).not.toBe(caller);
  expect((await faultsOf('caller.yml', text)).join('\n')).toContain(said);
});

const faultsOfAction = (name: string, content: string): string[] =>
  parseAction({ name, content }, new NoOperationTraceWriter())
    .context.errors.getErrors()
    .map(({ message }) => message);

test.each(actions)('%s', (path) => {
  expect(faultsOfAction(path, read(path))).toEqual([]);
});

test('an expression in a description, of which GitHub makes an action that does not load', () => {
  const action = read('actions/rollback/action.yml').replace(
    'description: ',
    "description: '${{ github.event.issue.number }}' # ",
  );
  expect(faultsOfAction('action.yml', action)).toEqual([expect.stringContaining("named-value: 'github'")]);
});
