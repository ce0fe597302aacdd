import { expect, test } from '@jest/globals';
import { parseSlipwayFile } from '../../../lib/domain/environments/parse-file.ts';
import type { Environment } from '../../../lib/domain/environments/types.ts';

const name = '.github/slipway.yml';
const faultsOf = (text: string): string[] =>
  parseSlipwayFile(text, name).faults.map(({ input, value, problem }) => `${input} | ${value} | ${problem}`);

function environmentsOf(text: string): readonly Environment[] {
  const { file, faults } = parseSlipwayFile(text, name);
  expect(faults).toEqual([]);
  return file.environments;
}

test('every fault at once, in the order of the lines, with what was meant', () => {
  const text = `
settings: { tries: 30 }
environments:
  staging:
    branchs: [main]
    namespace: Shop
    targets:
      - eu
      - { name: us, valuefiles: a }
  prod:
    tags: ['{verison}', v1+2]
    updates: soon
modules:
  cart: { paths: services/cart/, depends-on: [sharde] }
  shared: { paths: libs/** }
`;
  expect(faultsOf(text)).toEqual([
    `${name}:5 environments.staging.branchs | unknown key | did you mean branches?`,
    `${name}:6 environments.staging.namespace | "Shop" | must be lower-case letters, digits and dashes, at most 63`,
    `${name}:9 environments.staging.targets[1].valuefiles | unknown key | did you mean values-files?`,
    `${name}:11 environments.prod.tags[0] | "{verison}" | {verison} is no field; did you mean {version}?`,
    `${name}:11 environments.prod.tags[1] | "v1+2" | a tag cannot hold a +; write v1_2, as Helm does`,
    `${name}:12 environments.prod.updates | "soon" | must be a range of versions: ^1.4, '>=1.4.0 <2', 1.x`,
    `${name}:14 modules.cart.paths | "services/cart/" | a folder is written services/cart/**`,
    `${name}:14 modules.cart.depends-on | "sharde" | is no module; did you mean shared?`,
  ]);
});

test.each([
  ['no YAML', 'environments: [', `${name} | not YAML | cannot be read at line 1`],
  ['a key twice', 'modules: {}\nmodules: {}', `${name} | not YAML | cannot be read at line 2: duplicated`],
  ['two documents', '---\nmodules: {}\n---\nmodules: {}', `${name} | not YAML`],
  ['a list', '- dev', `${name} | a list | must be a map`],
  ['a circle', 'modules: {a: {paths: a, depends-on: b}, b: {paths: b, depends-on: a}}', 'a → b → a'],
  ['itself', 'modules: {a: {paths: a, depends-on: a}}', 'a → a'],
  ['a tab', 'environments:\n\tdev:', 'cannot be read'],
])('refused: %s', (_, text, fault) => {
  expect(faultsOf(text).join('\n')).toContain(fault);
});

test('a setting that only some environments have is a fault where it is missing', () => {
  const text = 'environments:\n  staging:\n    settings: { tries: 20 }\n  prod:\n    namespace: shop\n';
  expect(faultsOf(text)).toEqual([
    `${name}:4 environments.prod.settings.tries | missing | staging has it: say it here, too, or for all under settings at the top`,
  ]);
  expect(faultsOf(`settings: { tries: 30 }\n${text}`)).toEqual([]);
});

test.each(['', '\n', '# nothing yet\n', '{}', '---\n', 'modules: {}'])('%j leaves the defaults', (text) => {
  const summary = environmentsOf(text).map(
    ({ name: each, branches, gitTags, production, versions, targets }) => [
      each,
      branches.patterns.join(' '),
      gitTags.patterns.join(' '),
      production,
      versions,
      targets.map((target) => target.name).join(),
    ],
  );
  expect(summary).toEqual([
    ['dev', 'develop', '', false, 'any', 'dev'],
    ['homolog', 'release/* homolog', '', false, 'any', 'homolog'],
    ['preprod', 'main', 'preprod/*', false, 'any', 'preprod'],
    ['prod', '', 'v*', true, 'release', 'prod'],
  ]);
});

test('a file that names environments has those alone; of a usual one, only what it says is other', () => {
  const [dev, staging, production] = environmentsOf(
    'environments: { dev: , staging: { branches: main }, production: { git-tags: "v*" } }',
  );
  expect(dev).toMatchObject({ branches: { patterns: ['develop'] }, tags: undefined, updates: '*' });
  expect(staging).toMatchObject({
    branches: { patterns: ['main'] },
    gitTags: { patterns: [] },
    production: false,
  });
  expect(production).toMatchObject({ production: true, versions: 'release' });
});

test('a target has what its environment has, unless it says otherwise; settings one by one', () => {
  const [prod] = environmentsOf(`
settings: { tries: 30, delete: false }
environments:
  prod:
    namespace: shop
    values-files: [values.yaml]
    settings: { tries: 20 }
    targets:
      - { name: us, wave: 2, namespace: shop-us, settings: { delete: true } }
      - { name: eu, wave: 1 }
`);
  expect(prod?.targets).toEqual([
    {
      name: 'eu',
      wave: 1,
      namespace: 'shop',
      valuesFiles: ['values.yaml'],
      url: '',
      settings: { tries: 20, delete: false },
    },
    {
      name: 'us',
      wave: 2,
      namespace: 'shop-us',
      valuesFiles: ['values.yaml'],
      url: '',
      settings: { tries: 20, delete: true },
    },
  ]);
});

test('numbers stay as they were written', () => {
  const [prod] = environmentsOf(
    'environments: { prod: { branches: [1.10], settings: { version: 1.10, tries: 3 } } }',
  );
  expect(prod?.branches.matches('1.10')).toBe(true);
  expect(prod?.settings).toEqual({ version: '1.10', tries: 3 });
});
