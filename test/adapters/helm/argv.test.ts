import { expect, test } from '@jest/globals';
import {
  crdsArgv,
  dependencyArgv,
  pullArgv,
  renderArgv,
  repoUpdateArgv,
  rollbackArgv,
  testArgv,
  uninstallArgv,
  unsupported,
  upgradeArgv,
} from '../../../lib/adapters/helm/argv.ts';
import { isKnown, parseVersion } from '../../../lib/adapters/helm/version.ts';
import type { HelmVersion, ReleaseIntent } from '../../../lib/ports/helm.ts';

const version = (text: string): HelmVersion => {
  const parsed = parseVersion(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};
const [v314, v322, v40, v43] = ['v3.14.0', 'v3.22.0', 'v4.0.0', 'v4.3.1'].map(version) as [
  HelmVersion,
  HelmVersion,
  HelmVersion,
  HelmVersion,
];

const release = { name: 'shop', namespace: 'prod' };
const intent: ReleaseIntent = {
  release,
  chart: {
    path: '/team/chart',
    name: 'shop',
    version: '1.0.0',
    appVersion: '',
    digest: '',
    kubeVersion: '',
    defaults: {},
    missingDependencies: [],
    hasCrds: false,
  },
  valuesFiles: ['/team/values.yaml', '/tmp/images.json'],
  createNamespace: false,
  takeOwnership: false,
  forceConflicts: false,
  skipCrds: false,
  wait: 'none',
  timeout: 300_000,
  extraArgs: [],
};
const always = ['upgrade', 'shop', '/team/chart', '--install', '--namespace', 'prod'];
const values = ['--values', '/team/values.yaml', '--values', '/tmp/images.json', '--reset-values'];
const end = ['--timeout', '300000ms', '--output', 'json'];

test.each([
  ['Helm 3 does not wait', intent, v322, [...always, ...values, ...end]],
  ['Helm 4.0 does not know the name of its default', intent, v40, [...always, ...values, ...end]],
  ['Helm 4 is told to wait for hooks only', intent, v43, [...always, ...values, '--wait=hookOnly', ...end]],
  [
    'Helm 3 waits where hooks come after',
    { ...intent, wait: 'hooks' },
    v322,
    [...always, ...values, '--wait', '--debug', ...end],
  ],
  [
    'Helm 4 waits the legacy way',
    { ...intent, wait: 'hooks' },
    v43,
    [...always, ...values, '--wait=legacy', '--debug', ...end],
  ],
  [
    'everything',
    {
      ...intent,
      createNamespace: true,
      historyMax: 5,
      takeOwnership: true,
      forceConflicts: true,
      skipCrds: true,
      description: 'slipway prod/shop#7',
      extraArgs: ['--skip-schema-validation'],
    },
    v43,
    [
      ...always,
      ...values,
      '--create-namespace',
      '--history-max',
      '5',
      '--take-ownership',
      '--force-conflicts',
      '--skip-crds',
      '--description',
      'slipway prod/shop#7',
      '--wait=hookOnly',
      '--timeout',
      '300000ms',
      '--skip-schema-validation',
      '--output',
      'json',
    ],
  ],
  [
    "Helm takes the last release's values only when it is told to",
    { ...intent, extraArgs: ['--reuse-values'] },
    v322,
    [...always, ...values.slice(0, -1), ...end.slice(0, 2), '--reuse-values', ...end.slice(2)],
  ],
] as const)('upgrade: %s', (_, asked, helm, argv) => {
  expect(upgradeArgv(asked, helm)).toEqual(argv);
  const withoutWait = argv.filter((arg) => !/^--(wait|debug)/.test(arg));
  expect(renderArgv(asked)).toEqual([...withoutWait, '--dry-run=server']);
});

test('no argument of any release makes helm undo, reuse or take values from the command line', () => {
  for (const helm of [v314, v322, v40, v43]) {
    const argv = upgradeArgv(
      { ...intent, wait: 'hooks', takeOwnership: true, forceConflicts: true },
      helm,
    ).join(' ');
    expect(argv).not.toMatch(/--atomic|--rollback-on-failure|--set|--reuse|--force-replace|--cleanup/);
  }
});

test.each([
  ['Helm 3.14', v314, ['take-ownership', 'force-conflicts']],
  ['Helm 3.22', v322, ['force-conflicts']],
  ['Helm 4', v40, []],
])('%s cannot do %j', (_, helm, inputs) => {
  const faults = unsupported({ ...intent, takeOwnership: true, forceConflicts: true }, helm);
  expect(faults.map(({ input }) => input)).toEqual(inputs);
});

test('what is needed is named', () => {
  expect(
    unsupported({ ...intent, takeOwnership: true, forceConflicts: true }, v314).map(({ problem }) => problem),
  ).toEqual([
    'needs Helm 3.17 or newer; v3.14.0 is on PATH (Azure/setup-helm brings another)',
    'needs Helm 4; v3.14.0 is on PATH (Azure/setup-helm brings another)',
  ]);
  expect(unsupported(intent, v314)).toEqual([]);
});

test.each([
  [
    rollbackArgv(release, 3, { timeout: 1_000, wait: 'none', historyMax: 9 }, v322),
    'rollback shop 3 --namespace prod --history-max 9 --timeout 1000ms',
  ],
  [
    rollbackArgv(release, 3, { timeout: 1_000, wait: 'hooks', forceConflicts: true }, v43),
    'rollback shop 3 --namespace prod --force-conflicts --wait=legacy --timeout 1000ms',
  ],
  [
    rollbackArgv(release, 3, { timeout: 1_000, wait: 'none', forceConflicts: true }, v322),
    'rollback shop 3 --namespace prod --timeout 1000ms',
  ],
  [
    uninstallArgv(release, 1_000, v322),
    'uninstall shop --namespace prod --ignore-not-found --wait --timeout 1000ms',
  ],
  [
    uninstallArgv(release, 1_000, v43),
    'uninstall shop --namespace prod --ignore-not-found --wait=legacy --timeout 1000ms',
  ],
  [testArgv(release, 1_000), 'test shop --namespace prod --timeout 1000ms'],
  [
    pullArgv({ ref: 'slipway/shop', into: '/tmp/x', version: '1', plainHttp: false }),
    'pull slipway/shop --destination /tmp/x --version 1',
  ],
  [
    pullArgv({ ref: 'oci://h/c', into: '/tmp/x', caFile: '/tmp/ca', plainHttp: true }),
    'pull oci://h/c --destination /tmp/x --ca-file /tmp/ca --plain-http',
  ],
  [repoUpdateArgv('slipway', v322), 'repo update slipway --fail-on-repo-update-fail'],
  [repoUpdateArgv('slipway', v43), 'repo update slipway'],
  [dependencyArgv('build', '/c', { plainHttp: false }), 'dependency build /c'],
  [crdsArgv('/c'), 'show crds /c'],
])('%j', (argv, line) => {
  expect(argv.join(' ')).toBe(line);
});

test.each([
  ['v3.22.0', { major: 3, minor: 22, patch: 0, text: 'v3.22.0' }, true],
  ['v3.14.4+g81c902a\n', { major: 3, minor: 14, patch: 4, text: 'v3.14.4+g81c902a' }, true],
  ['v4.3', { major: 4, minor: 3, patch: 0, text: 'v4.3' }, true],
  ['v3.13.9', { major: 3, minor: 13, patch: 9, text: 'v3.13.9' }, false],
  ['v2.17.0', { major: 2, minor: 17, patch: 0, text: 'v2.17.0' }, false],
  ['v5.0.0', { major: 5, minor: 0, patch: 0, text: 'v5.0.0' }, false],
])('version %j', (text, parsed, known) => {
  expect(parseVersion(text)).toEqual(parsed);
  expect(isKnown(version(text))).toBe(known);
});

test('what is no version is none', () => {
  expect(parseVersion('Client: &version.Version{SemVer:"v2"}')).toBeUndefined();
});
