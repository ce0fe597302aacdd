/** `npm run readme [-- --check]`: writes the tables of every README from the action.yml files, of docs/readiness.md from the code. */
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { rules } from '../lib/domain/verdict/rules/rules.ts';
import { kinds } from '../lib/domain/workloads/kinds.ts';
import { readActionFiles } from './action-file.ts';
import { actionsTable, fill, inputsTable, kindsTable, outputsTable, rulesTable } from './readme-tables.ts';

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
const actions = await readActionFiles(root);

type Tables = Readonly<Record<string, string>>;
const pages: [path: string, tables: Tables][] = [
  ['README.md', { actions: actionsTable(actions) }],
  ['docs/readiness.md', { kinds: kindsTable(kinds), rules: rulesTable(rules) }],
  ...actions.map((action): [string, Tables] => [
    `actions/${action.folder}/README.md`,
    { inputs: inputsTable(action), outputs: outputsTable(action) },
  ]),
];

for (const [path, tables] of pages) {
  try {
    const text = await readFile(join(root, path), 'utf8');
    const fresh = Object.entries(tables).reduce((page, [name, table]) => fill(page, name, table), text);
    if (fresh === text) continue;
    if (values.check) fail(`${path}: its tables are old; do: npm run readme`);
    else {
      await writeFile(join(root, path), fresh);
      console.log(`${path}: written`);
    }
  } catch (error) {
    fail(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
