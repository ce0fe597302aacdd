import { expect, test } from '@jest/globals';
import { parseInputs } from '../../../actions/rollback/inputs.ts';
import { ConfigurationError } from '../../../lib/domain/errors.ts';
import { inputs, kubeconfig } from './memory.ts';

const faultsOf = (
  given: Record<string, string>,
  env: Record<string, string> = {},
): readonly { input: string; value?: string; problem: string }[] => {
  try {
    parseInputs({ release: 'shop', namespace: 'prod', kubeconfig, ...given }, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
};

test('the least that a workflow must say', () => {
  expect(parseInputs({ release: 'shop', namespace: 'prod', kubeconfig }, {})).toMatchObject({
    release: { name: 'shop', namespace: 'prod' },
    from: undefined,
    to: { kind: 'last-verified' },
    timeout: 300_000,
    lockTimeout: 600_000,
    lockTakeover: 'proven',
    verify: [],
    force: false,
    freeStuckPods: false,
    dryRun: false,
  });
});

test.each([
  ['running', { kind: 'running' }],
  ['prod/shop#41', { kind: 'record', id: 'prod/shop#41' }],
])('from: %s', (from, expected) => {
  expect(inputs({ from }).from).toEqual(expected);
});

test.each([
  ['previous', { kind: 'previous' }],
  ['12', { kind: 'revision', revision: 12 }],
  ['prod/shop#7', { kind: 'record', id: 'prod/shop#7' }],
])('to: %s', (to, expected) => {
  expect(inputs({ to }).to).toEqual(expected);
});

test('verify looks in the namespace of the release', () => {
  expect(inputs({ verify: '- http: /version\n  via: service/shop:80' }).verify).toMatchObject([
    { kind: 'http', via: { kind: 'service', name: 'shop', namespace: 'prod', port: 80 } },
  ]);
});

test.each<[string, Record<string, string>, object]>([
  ['a word for from', { from: 'runing' }, { input: 'from', problem: expect.stringContaining('running, or') }],
  [
    'a record of another release',
    { from: 'prod/web#3' },
    { input: 'from', problem: 'is a record of another release than prod/shop' },
  ],
  [
    'a record of another namespace to go to',
    { to: 'staging/shop#3' },
    { input: 'to', problem: expect.stringContaining('another release') },
  ],
  ['revision 0', { to: '0' }, { input: 'to', problem: expect.stringContaining('a revision (4)') }],
  ['a time without a unit', { timeout: '10' }, { input: 'timeout', problem: 'give a unit: 10s, 10m' }],
  ['checks that are no list', { verify: 'http' }, { input: 'verify', value: 'not a list' }],
  [
    'a check without a target',
    { verify: '- name: x' },
    { input: 'verify[0]', value: 'a check without a target' },
  ],
  [
    "somebody else's word for it",
    { revision: '3' },
    { input: 'revision', problem: 'use to: a revision number' },
  ],
  ["smoke-test's word for it", { checks: '- http: http://x' }, { input: 'checks', problem: 'use verify' }],
  ['a misspelt input', { 'dry-rn': 'true' }, { input: 'dry-rn', problem: 'did you mean dry-run?' }],
  ['a flag that is none', { force: 'yes' }, { input: 'force' }],
])('a fault that says what to do: %s', (_, given, expected) => {
  expect(faultsOf(given)).toEqual([expect.objectContaining(expected)]);
});

test('another home of the history cannot tell the truth', () => {
  expect(faultsOf({}, { HELM_DRIVER: 'configmap' })).toEqual([
    expect.objectContaining({ input: 'HELM_DRIVER', value: 'configmap' }),
  ]);
});

test('every fault at once', () => {
  const given = { release: '', from: 'x', to: 'y', timeout: '5', verify: 'z' };
  expect(faultsOf(given).map(({ input }) => input)).toEqual(['release', 'timeout', 'verify', 'from', 'to']);
});
