import { expect, test } from '@jest/globals';
import { phasesOf } from '../../../actions/release/phases.ts';
import type { Phases } from '../../../actions/release/phases.ts';
import { readPhases } from '../../../actions/release/read-phases.ts';
import { parseSlipwayFile } from '../../../lib/domain/environments/parse-file.ts';
import { ConfigurationError } from '../../../lib/domain/errors.ts';
import { file, inputs } from './memory.ts';

const name = '.github/slipway.yml';

const read = (text: string, given: Record<string, string> = {}): Phases =>
  phasesOf(parseSlipwayFile(text, name).file, text, inputs(given));

function faults(text: string, given: Record<string, string> = {}): string[] {
  try {
    read(text, given);
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.faults.map(({ input, problem }) => `${input}: ${problem}`);
    throw error;
  }
  return [];
}

test('each action is given its part of the file, and what the step was given', () => {
  const { deploy, backup, smoke, rollback, migration } = read(file, {
    images: `image=registry.test/shop:v2@sha256:${'a'.repeat(64)}`,
    values: 'replicas: 2',
  });
  expect(deploy).toMatchObject({
    release: { name: 'shop', namespace: 'prod' },
    chart: { kind: 'path', path: 'charts/shop' },
    environment: 'prod',
    environmentUrl: 'https://shop.test/',
    expects: ['smoke-test'],
    values: 'replicas: 2',
    images: [{ ref: { tag: 'v2' } }],
    database: { engine: 'postgresql', database: 'shop' },
  });
  expect(backup).toMatchObject({ mode: 'backup', of: { database: 'shop' }, globals: false });
  expect(migration).toMatchObject({ command: ['up'], undo: 'automatic', undoCommand: ['down'] });
  expect(smoke?.('prod/shop#7')).toMatchObject({
    record: { namespace: 'prod', release: 'shop', seq: 7 },
    name: 'smoke-test',
    checks: [{ name: 'answers' }],
    timeout: 2_000,
  });
  expect(rollback('prod/shop#7', 'because')).toMatchObject({
    release: { name: 'shop', namespace: 'prod' },
    from: { kind: 'record', id: 'prod/shop#7' },
    reason: 'because',
    environment: 'prod',
  });
});

test('without questions of its own the environment is asked at its address', () => {
  const { smoke } = read(file.replace(/smoke: .*/, 'smoke: {}'));
  expect(smoke?.('prod/shop#1').checks).toMatchObject([{ request: { url: 'https://shop.test/' } }]);
});

test('who answers is asked as the file says; what is to be answered is an input', () => {
  const text = file.replace(/smoke: .*/, 'smoke: { identity: { json: $.version } }');
  expect(read(text, { identity: 'v2' }).smoke?.('prod/shop#1').identity).toMatchObject({
    equals: 'v2',
    request: { url: 'https://shop.test/' },
  });
  expect(faults(text)).toEqual([expect.stringContaining('release.smoke.identity.equals: is needed')]);
});

test('a release is a deploy alone where the file says no more', () => {
  const { backup, migration, smoke, deploy } = read(
    'environments: { prod: { namespace: prod } }\nrelease: { deploy: { release: shop, chart: c } }\n',
    { database: '' },
  );
  expect([backup, migration, smoke]).toEqual([undefined, undefined, undefined]);
  expect(deploy.expects).toEqual([]);
});

test('every fault at once, those of the file with their line', () => {
  const text = [
    'environments: { prod: {} }',
    'release:',
    '  deploy:',
    '    release: Shop',
    '    chart: c',
    '    timeout: "10"',
    '  backup:',
    '    destination: ftp://x',
    '    verify: hoped',
    '  smoke:',
    '    checks: [{ htpp: "http://x/" }]',
  ].join('\n');
  const found = faults(text, {
    database: 'engine: oracle\nurl: postgresql://a@b/shop',
    images: 'x',
  });
  expect(found.map((each) => each.split(': ')[0])).toEqual([
    'images',
    'database.engine',
    `${name}:1 environments.prod.namespace`,
    `${name}:4 release.deploy.release`,
    `${name}:6 release.deploy.timeout`,
    `${name}:8 release.backup.destination`,
    `${name}:9 release.backup.verify`,
    `${name}:11 release.smoke.checks[0]`,
  ]);
});

test.each([
  [{ environment: 'prd' }, 'environment: is not in .github/slipway.yml; did you mean prod?'],
  [{ target: 'eu' }, 'target: is not in prod; prod has prod'],
  [{ database: '' }, 'database: is required by undo: automatic'],
  [{ kubeconfig: '' }, 'kubeconfig: which cluster?'],
  [{ kubeconfig: 'a: 1' }, 'kubeconfig'],
])('refused: %j', (given, problem) => {
  const found = faults(file, given);
  expect(found).toEqual([expect.stringContaining(problem)]);
});

test('two targets: one must be named', () => {
  const text = file.replace('prod: {', 'prod: { targets: [eu, {name: us, namespace: shop-us}],');
  expect(faults(text)).toEqual(['target: is required: prod has eu, us']);
  expect(read(text, { target: 'us' }).deploy.release.namespace).toBe('shop-us');
});

test('no secret of the database is in a fault', () => {
  const found = faults(file, {
    database: 'engine: postgresql\nurl: postgresql://a:opensesame@/shop\nuser: 5',
  });
  expect(found.length).toBeGreaterThan(0);
  expect(found.join()).not.toContain('opensesame');
});

test('a file that is not there, or has no release', async () => {
  const ports = { files: { read: async () => undefined } as never, workspace: '/work' };
  await expect(readPhases(inputs(), ports)).rejects.toThrow('is the repository checked out?');
  expect(faults('environments: { prod: { namespace: prod } }')).toEqual([
    `${name} release: is required: which phases does a release have?`,
  ]);
});
