import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { expect, test } from '@jest/globals';
import { importsOf, violations } from './project/house-rules.ts';
import type { SourceFile } from './project/house-rules.ts';

const root = resolve(import.meta.dirname, '..');

const filesOf = (...folders: readonly string[]): SourceFile[] =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => ({
        path: `${folder}/${file.split(sep).join('/')}`,
        text: readFileSync(join(root, folder, file), 'utf8'),
      })),
  );

const sources = filesOf('lib', 'actions');

test('the house keeps its rules', () => {
  expect(sources.flatMap(violations)).toEqual([]);
});

test('what is exported is used in another file', () => {
  const words = [...sources, ...filesOf('test', 'sandbox', 'bench', 'scripts')].map(({ path, text }) => ({
    path,
    words: new Set(text.match(/\w+/g)),
  }));
  const unused = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm)]
      .map(([, name = '']) => name)
      .filter((name) => !words.some((other) => other.path !== path && other.words.has(name)))
      .map((name) => `${path}: ${name}`),
  );
  expect(unused).toEqual([]);
});

test('no empty walk: the layers are there and their imports are found', () => {
  const seen = new Set(
    sources.flatMap(importsOf).map(({ target }) => target.split('/').slice(0, 2).join('/')),
  );
  expect([...seen]).toEqual(expect.arrayContaining(['lib/domain', 'lib/ports']));
});

test.each([
  ['lib/domain/a.ts', "import { x } from '../ports/clock.ts';", 'domain sees only domain'],
  ['lib/domain/a.ts', "import type { X } from '../ports/clock.ts';", 'domain sees only domain'],
  ['lib/domain/a.ts', "import { readFileSync } from 'node:fs';", 'decisions import only'],
  ['lib/domain/a.ts', 'const now = Date.now();', 'enter as parameters'],
  ['lib/steps/a.ts', 'const id = randomUUID();', 'enter as parameters'],
  ['lib/domain/a.ts', "import { createHash } from 'node:crypto';", 'decisions import only'],
  ['lib/domain/a.ts', 'const later = setTimeout(go, 1);', 'enter as parameters'],
  ['lib/domain/a.ts', 'const dice = Math.random();', 'enter as parameters'],
  ['lib/ports/a.ts', "export { x } from '../adapters/helm/client.ts';", 'ports see domain and ports'],
  ['lib/steps/a.ts', "import { x } from '../runtime/log.ts';", 'steps see domain, ports and steps'],
  ['lib/adapters/helm/a.ts', "import { x } from '../../runtime/log.ts';", 'adapters see domain and ports'],
  [
    'lib/adapters/helm/a.ts',
    "import {\n  x,\n} from '@actions/core';",
    'only lib/runtime and lib/adapters/github',
  ],
  ['lib/adapters/helm/a.ts', 'const path = process.env.PATH;', 'only lib/runtime/environment.ts'],
  ['lib/runtime/a.ts', "await import('../adapters/helm/client.ts');", 'runtime sees domain and ports'],
  ['lib/runtime/a.ts', "import '../../actions/rollback/run.ts';", 'lib knows no action'],
  ['actions/rollback/run.ts', "import { x } from '../../lib/adapters/helm/client.ts';", 'a use case sees'],
  [
    'actions/rollback/inputs.ts',
    "import { x } from '../../lib/steps/undo.ts';",
    'inputs and report see only domain',
  ],
  ['actions/rollback/report.ts', "import { x } from './run.ts';", 'inputs and report are pure'],
  ['actions/rollback/run.ts', "import { x } from '../deploy-helm/run.ts';", 'only actions/release may'],
  ['actions/release/run.ts', "import { x } from '../deploy-helm/plan.ts';", 'only what a phase is made of'],
  ['actions/release/run.ts', "import { x } from '../deploy-helm/wire.ts';", 'only what a phase is made of'],
  ['actions/release/wire.ts', "import { x } from '../deploy-helm/run.ts';", 'only what a phase is made of'],
  ['actions/rollback/undo/a.ts', "import { x } from '../../deploy-helm/run.ts';", 'only actions/release may'],
  [
    'actions/release/run.ts',
    "import { x } from '../deploy-helm/undo/run.ts';",
    'only what a phase is made of',
  ],
  ['actions/promote/wire.ts', "import { x } from '../deploy-helm/wire.ts';", 'only actions/release may'],
  ['actions/rollback/main.ts', '//\n'.repeat(26), 'wiring of at most 25'],
  ['lib/adapters/helm/long.ts', '//\n'.repeat(301), 'split what passes 300'],
  ['lib/domain/string-utils.ts', '', 'a name that says nothing'],
  ['lib/domain/common/a.ts', '', 'a name that says nothing'],
])('found: %s %#', (path, text, expected) => {
  expect(violations({ path, text })).toEqual([expect.stringContaining(expected)]);
});

test.each([
  [
    'lib/domain/a.ts',
    "import { valid } from 'semver';\n// Date.now() is passed in\nconst url = 'https://x';",
  ],
  ['lib/adapters/github/a.ts', "import { getOctokit } from '@actions/github';"],
  ['lib/runtime/environment.ts', 'export const env = { ...process.env };'],
  ['actions/rollback/main.ts', "import { x } from '../../lib/adapters/helm/client.ts';"],
  ['actions/rollback/report.ts', "import type { X } from './run.ts';\nimport type { Y } from './inputs.ts';"],
  ['actions/release/run.ts', "import { x } from '../deploy-helm/run.ts';"],
  ['actions/rollback/undo/a.ts', "import { x } from '../record.ts';\nimport { y } from '../plan/b.ts';"],
  ['actions/release/phases.ts', "import { x } from '../deploy-helm/inputs.ts';"],
  ['actions/release/wire.ts', "import { x } from '../deploy-helm/wire.ts';"],
  ['lib/steps/a.ts', "import { createHash } from 'node:crypto';"],
  ['lib/domain/uncommon.ts', ''],
])('allowed: %s %#', (path, text) => {
  expect(violations({ path, text })).toEqual([]);
});
