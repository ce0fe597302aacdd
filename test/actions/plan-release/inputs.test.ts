import { expect, test } from '@jest/globals';
import { parseInputs } from '../../../actions/plan-release/inputs.ts';
import { ConfigurationError } from '../../../lib/domain/errors.ts';

const faultsOf = (given: Record<string, string>): string[] => {
  try {
    parseInputs(given, {});
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.faults.map(({ input, value, problem }) => `${input} | ${value} | ${problem}`);
    throw error;
  }
};

test('nothing has to be said', () => {
  expect(parseInputs({}, { GITHUB_REF: 'refs/heads/main', GITHUB_RUN_ID: '7' })).toMatchObject({
    file: '.github/slipway.yml',
    fileAsked: false,
    environment: '',
    modules: 'changed',
    update: undefined,
    run: { ref: 'refs/heads/main', runId: '7', runAttempt: '1', sha: '' },
  });
});

test.each([
  ['', 'changed'],
  ['changed', 'changed'],
  ['all', 'all'],
  ['cart', ['cart']],
  ['cart, shop\nstock', ['cart', 'shop', 'stock']],
])('modules: %j', (modules, read) => {
  expect(parseInputs({ modules }, {}).modules).toEqual(read);
});

test('the file that is the default is not asked for: GitHub passes defaults on as if they were', () => {
  expect(parseInputs({ file: '.github/slipway.yml' }, {}).fileAsked).toBe(false);
  expect(parseInputs({ file: 'slipway.yml' }, {}).fileAsked).toBe(true);
});

test('forty zeros are no base', () => {
  expect(parseInputs({ base: '0'.repeat(40) }, {}).base).toBe('');
});

const update = { environment: 'staging', running: '1.4.2' };

test.each([
  [{ ...update, chart: 'oci://harbor.example.com/charts/shop' }, 'harbor.example.com', 'charts/shop'],
  [{ ...update, image: 'nginx' }, 'docker.io', 'library/nginx'],
  [{ ...update, image: 'localhost:5000/shop', modules: 'changed' }, 'localhost:5000', 'shop'],
])('a look for something newer: %j', (given, registry, repository) => {
  expect(parseInputs(given, {}).update).toEqual({
    repository: { registry, repository },
    running: { kind: 'version', version: '1.4.2' },
    registries: [],
  });
});

test.each([
  [{ enviroment: 'dev' }, 'enviroment | unknown input | did you mean environment?'],
  [{ 'dry-run': 'true' }, 'dry-run | unknown input | plan-release changes nothing anyway: leave it out'],
  [{ 'github-token': 'x' }, 'github-token | unknown input | none is needed: no question goes to GitHub'],
  [{ images: 'x' }, 'images | unknown input | names of images belong to build-push'],
  [{ base: 'a b' }, 'base | "a b" | must be one commit, tag or branch'],
  [{ base: '--all' }, 'base | "--all" | must be one commit'],
  [{ running: '1.4.2' }, 'running | given | goes with image or chart'],
  [{ image: 'shop', running: '1.4.2' }, 'environment | empty | is required with image'],
  [{ image: 'shop', environment: 'dev' }, 'running | empty | what runs now?'],
  [{ ...update, image: 'shop', running: 'latest' }, 'running | "latest" | what runs now?'],
  [
    { ...update, image: 'ghcr.io/Octo/Shop' },
    'image | "ghcr.io/Octo/Shop" | repositories are lower case: ghcr.io/octo/shop',
  ],
  [{ ...update, image: 'shop:v1' }, 'must be a repository alone; what runs belongs into running'],
  [{ ...update, image: 'a b' }, 'must be a repository: registry.example.com/shop/web'],
  [{ ...update, chart: 'harbor.example.com/charts/shop' }, 'must be an OCI repository: oci://'],
  [{ ...update, chart: 'https://charts.example.com' }, 'must be an OCI repository: oci://'],
  [{ ...update, chart: 'oci://a.b/c', image: 'a.b/d' }, 'image + chart | both given'],
  [{ ...update, image: 'shop', version: '1.5.0' }, 'version | "1.5.0" | leave it out: with image'],
  [
    { ...update, image: 'shop', registries: '[{registry: ghcr.io, username: octo}]' },
    'registries[0].password |',
  ],
  [{ ...update, image: 'shop', modules: 'all' }, 'modules | "all" | leave it out'],
])('refused: %j', (given: Record<string, string>, fault) => {
  expect(faultsOf(given).join('\n')).toContain(fault);
});

test('every fault at once', () => {
  expect(
    faultsOf({ chart: 'x', base: 'a b', 'dry-run': 'true' }).map((fault) => fault.split(' ')[0]),
  ).toEqual(['dry-run', 'base', 'base', 'environment', 'chart', 'running']);
});
