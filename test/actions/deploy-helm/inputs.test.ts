import { expect, test } from '@jest/globals';
import { parseInputs } from '../../../actions/deploy-helm/inputs.ts';
import { ConfigurationError } from '../../../lib/domain/errors.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const kubeconfig = JSON.stringify({
  contexts: [{ name: 'prod', context: { cluster: 'prod', user: 'ci' } }],
  clusters: [{ name: 'prod', cluster: { server: 'https://prod.example.com' } }],
  users: [{ name: 'ci', user: { token: 'secret-token' } }],
});
const good = { release: 'shop', namespace: 'prod', chart: 'charts/shop', kubeconfig };

const faultsOf = (
  given: Record<string, string>,
  env: Record<string, string> = {},
): readonly { input: string; value?: string; problem: string }[] => {
  try {
    parseInputs({ ...good, ...given }, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
};

test('the least that a workflow must say', () => {
  expect(parseInputs(good, {})).toMatchObject({
    release: { name: 'shop', namespace: 'prod' },
    chart: { kind: 'path', path: 'charts/shop' },
    timeout: 300_000,
    undoTimeout: 300_000,
    onFailure: 'rollback',
    onFirstFailure: 'leave',
    cluster: { kind: 'kubeconfig', text: kubeconfig },
  });
});

test.each([
  [
    'oci with version',
    { chart: 'oci://ghcr.io/acme/shop', version: '1.2.3' },
    { kind: 'oci', ref: 'oci://ghcr.io/acme/shop', version: '1.2.3' },
  ],
  [
    'oci with digest',
    { chart: `oci://ghcr.io/acme/shop@${digest}` },
    { kind: 'oci', ref: 'oci://ghcr.io/acme/shop', digest },
  ],
  [
    'classic repository',
    { chart: 'acme/shop', repo: 'https://charts.example.com' },
    { kind: 'repository', url: 'https://charts.example.com', name: 'shop' },
  ],
])('chart sources: %s', (_, given, chart) => {
  expect(parseInputs({ ...good, ...given }, {}).chart).toEqual(chart);
});

test('a kubeconfig in base64, as many teams store it', () => {
  const text = Buffer.from(kubeconfig).toString('base64');
  expect(parseInputs({ ...good, kubeconfig: text }, {}).cluster).toEqual({
    kind: 'kubeconfig',
    text: kubeconfig,
  });
});

test.each<[string, Record<string, string>, object]>([
  ['an empty required input', { release: '' }, { input: 'release', problem: 'is required' }],
  [
    'an unknown input',
    { 'valus-files': 'a.yaml' },
    { input: 'valus-files', problem: 'did you mean values-files?' },
  ],
  ['atomic', { atomic: 'true' }, { input: 'atomic', problem: 'on-failure: rollback is the default' }],
  ['set', { set: 'a=b' }, { input: 'set', problem: expect.stringContaining('use values') }],
  ['a kubeconfig that is neither YAML nor base64', { kubeconfig: '%%%' }, { input: 'kubeconfig' }],
  [
    'a context that the kubeconfig lacks',
    { context: 'staging' },
    { input: 'context', problem: expect.stringContaining('prod') },
  ],
  ['values that are not a map', { values: '- a' }, { input: 'values', value: 'a list' }],
  [
    'a unitless duration',
    { timeout: '10' },
    { input: 'timeout', value: '"10"', problem: 'give a unit: 10s, 10m' },
  ],
  ['a negative duration', { 'undo-timeout': '-1m' }, { input: 'undo-timeout' }],
  ['two clusters', { server: 'https://x', 'server-token': 't' }, { input: 'kubeconfig + server' }],
  ['a version for a chart from a path', { version: '1.0.0' }, { input: 'version' }],
  ['a registry chart with repo', { chart: 'oci://x/y', repo: 'https://x' }, { input: 'repo' }],
  ['an image without digest', { images: 'image=ghcr.io/acme/shop:1' }, { input: 'images' }],
  ['an argument that would break a promise', { 'extra-args': '--atomic' }, { input: 'extra-args' }],
  ['a password without a user', { 'chart-password': 'x' }, { input: 'chart-username' }],
  ['a release name that Kubernetes refuses', { release: 'Shop_1' }, { input: 'release' }],
])('%s is a fault', (_, given, fault) => {
  expect(faultsOf(given)).toContainEqual(expect.objectContaining(fault));
});

test('another Helm driver is a fault: its history could not be kept truthful', () => {
  expect(faultsOf({}, { HELM_DRIVER: 'configmap' })).toContainEqual(
    expect.objectContaining({ input: 'HELM_DRIVER' }),
  );
});

test('no cluster at all is a fault that names the ways', () => {
  expect(faultsOf({ kubeconfig: '' })).toContainEqual(
    expect.objectContaining({ input: 'kubeconfig', problem: expect.stringContaining('server-token') }),
  );
});

test('every fault comes at once, and no secret with them', () => {
  const faults = faultsOf({
    release: '',
    timeout: '5',
    values: '- x',
    kubeconfig: 'secret-token: [',
    nonsense: 'x',
  });
  expect(faults.map(({ input }) => input).sort()).toEqual([
    'kubeconfig',
    'nonsense',
    'release',
    'timeout',
    'values',
  ]);
  expect(JSON.stringify(faults)).not.toContain('secret-token');
});
