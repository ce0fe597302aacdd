/** The schema is for editors, the parser for the run: of a file they say the same, but for what no schema can tell. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { load } from 'js-yaml';
import { expect, test } from '@jest/globals';
import { parseSlipwayFile } from '../../../lib/domain/environments/parse-file.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../../docs/schemas/slipway-file.json', import.meta.url), 'utf8'),
) as object;
const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema);

const bySchema = (text: string): boolean => validate(load(text));
const byParser = (text: string): boolean => parseSlipwayFile(text, 'slipway.yml').faults.length === 0;
const inDev = (line: string): string => `environments: { dev: { ${line} } }`;

const inRelease = (more: string): string => `release: { deploy: { release: shop, chart: c }, ${more} }`;

const good = [
  '{}',
  'environments: { dev: , prod: {} }',
  'settings: { replicas: 2, nested: { a: [1, null] } }',
  inDev('branches: [develop, "feature/**", "!feature/wip"], git-tags: ["dev/[0-9]+"]'),
  inDev('branches: develop'),
  inDev('branches: [1.5]'),
  inDev('branches: []'),
  inDev('versions: semver, production: true'),
  inDev('tags: ["{env}-{run_id}", "sha-{sha}", "{major}.{minor}", v1.2.3_7, _x]'),
  inDev('tags: latest'),
  inDev('targets: [eu-west-1, {name: us-east-1, namespace: shop-us, settings: {a: 1}}]'),
  inDev('targets: [{name: a, wave: 2}, {name: b, wave: 1}]'),
  inDev('targets: eu'),
  inDev('updates: ">=1.4.0 <2"'),
  inDev('updates: 1.4'),
  inDev('namespace: shop-dev, url: "https://dev.example.com/a?b", values-files: [a.yaml, b/c.yaml]'),
  inDev('values-files: values.yaml'),
  inDev('freeze: { days: [fri, sat, sun], why: quiet }'),
  inDev(
    'freeze: [{ days: fri, hours: "16:00-24:00", why: weekend }, { from: 2026-12-20, until: "2027-01-02T08:00:00+01:00", why: x }]',
  ),
  'migrations: { paths: [db/migrations/**], undo: none }',
  'migrations: { paths: db/*.sql, undo: automatic }',
  'modules: {}',
  inRelease(''),
  inRelease(
    'backup: { destination: "s3://backups/shop", verify: restored, keep: { last: 5 }, recipients: [a, b] }',
  ),
  inRelease('smoke: {}'),
  inRelease('smoke: { checks: [{ http: /health }], timeout: 30s, consecutive: 3 }'),
  inRelease('migration: { command: npm run migrate, undo: none }'),
  inRelease('migration: { command: [bash, -c, "a | b"], undo: manual, timeout: 15m, directory: db }'),
  inRelease('migration: { command: up, undo: automatic, undo-command: [down, "1"] }'),
  'release: { deploy: { release: shop, chart: charts/shop, gate: [Service/shop], tests: true, history-max: 5 } }',
  'modules: { cart: { paths: [services/cart/**, "!**/*.md"], depends-on: [shared] }, shared: { paths: libs } }',
  'modules: { cart: { paths: a*, depends-on: [] } }',
];

test.each(good)('both take %s', (text) => {
  expect({ parser: parseSlipwayFile(text, 'slipway.yml').faults, schema: bySchema(text) }).toEqual({
    parser: [],
    schema: true,
  });
});

const bad = [
  '[]',
  'text',
  'enviroments: {}',
  'environments:',
  'environments: {}',
  'environments: [dev]',
  'environments: { "de v": {} }',
  'environments: { 1dev: {} }',
  'environments: { dev: [develop] }',
  'environments: { dev: develop }',
  inDev('branchs: [develop]'),
  inDev('branches: '),
  inDev('branches: [refs/heads/develop]'),
  inDev('branches: ["!"]'),
  inDev('branches: ["{a,b}"]'),
  inDev('branches: [[a]]'),
  inDev('versions: semantic'),
  inDev('production: yes'),
  inDev('tags: []'),
  inDev('tags: ["{verison}"]'),
  inDev('tags: ["{{version}}"]'),
  inDev('tags: ["<env>"]'),
  inDev('tags: ["v1+2"]'),
  inDev('tags: ["-x"]'),
  inDev('tags: [" x"]'),
  inDev('tags: [""]'),
  inDev('tags: ["shop:v1"]'),
  inDev('tags: {a: 1}'),
  inDev('targets: []'),
  inDev('targets: [""]'),
  inDev('targets: ["a b"]'),
  inDev('targets: [{wave: 1}]'),
  inDev('targets: [{name: a, wave: 0}]'),
  inDev('targets: [{name: a, wave: 1.5}]'),
  inDev('targets: [{name: a, waves: 1}]'),
  inDev('namespace: Shop'),
  inDev('namespace: ""'),
  inDev('namespace: -shop'),
  inDev('url: dev.example.com'),
  inDev('url: ftp://dev.example.com'),
  inDev('values-files: [""]'),
  inDev('values-files: {a: b}'),
  inDev('settings: [a]'),
  inDev('freeze: { days: [fri] }'),
  inDev('freeze: { why: x }'),
  inDev('freeze: { from: 2026-12-20, why: x }'),
  inDev('freeze: { days: [friday], why: x }'),
  inDev('freeze: { days: [fri], from: 2026-12-20, until: 2026-12-21, why: x }'),
  inDev('freeze: { days: [fri], hours: evening, why: x }'),
  inDev('freeze: { from: "2026-12-20 18:00", until: 2026-12-21, why: x }'),
  inDev('freeze: no'),
  'migrations: { paths: db/** }',
  'migrations: { undo: none }',
  'migrations: { paths: db/**, undo: maybe }',
  'migrations: [db/**]',
  'settings: text',
  'settings:',
  'release: { backup: { destination: "file:/b" } }',
  'release: { deploy: }',
  'release: [deploy]',
  inRelease('rollback: {}'),
  inRelease('smoke: { record: a }'),
  inRelease('smoke: { timeout: [1] }'),
  inRelease('smoke: { checks: 5 }'),
  inRelease('backup: { password: x }'),
  inRelease('backup: { recipients: { a: b } }'),
  inRelease('migration: { command: up }'),
  inRelease('migration: { undo: none }'),
  inRelease('migration: { command: "up && down", undo: none }'),
  inRelease('migration: { command: [], undo: none }'),
  inRelease('migration: { command: up, undo: maybe }'),
  inRelease('migration: { command: up, undo: automatic }'),
  inRelease('migration: { command: up, undo: none, undo-command: down }'),
  inRelease('migration: { command: up, undo: none, timeout: 10 }'),
  'release: { deploy: { namespace: shop } }',
  'modules: [cart]',
  'modules: { cart: }',
  'modules: { cart: {} }',
  'modules: { cart: { paths: [] } }',
  'modules: { cart: { paths: [/services] } }',
  'modules: { cart: { paths: [./services] } }',
  'modules: { cart: { paths: [services/] } }',
  'modules: { cart: { path: services } }',
  'modules: { "a b": { paths: a } }',
];

test.each(bad)('both refuse %s', (text) => {
  expect({ parser: byParser(text), schema: bySchema(text) }).toEqual({ parser: false, schema: false });
});

const beyondSchemas = [
  `migrations: { paths: db/**, undo: none }\n${inRelease('migration: { command: up, undo: manual }')}`,
  inDev('updates: soon'),
  inDev('branches: ["!main"]'),
  inDev('branches: ["[a"]'),
  inDev('branches: ["+x"]'),
  inDev('targets: [a, a]'),
  inDev('targets: [a, {name: b, wave: 2}]'),
  inDev(`tags: [${'x'.repeat(129)}]`),
  inDev('freeze: { from: 2026-12-21, until: 2026-12-20, why: x }'),
  inDev('freeze: { days: [fri], hours: "18:00-09:00", why: x }'),
  'environments: { dev: { settings: { a: 1 } }, prod: {} }',
  'modules: { cart: { paths: a, depends-on: [shared] } }',
  'modules: { a: { paths: a, depends-on: b }, b: { paths: b, depends-on: a } }',
];

test.each(beyondSchemas)('only the parser sees through %s', (text) => {
  expect({ parser: byParser(text), schema: bySchema(text) }).toEqual({ parser: false, schema: true });
});
