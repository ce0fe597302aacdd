import { expect, test } from '@jest/globals';
import { parseInputs } from '../../../actions/smoke-test/inputs.ts';
import { ConfigurationError } from '../../../lib/domain/errors.ts';

const kubeconfig = JSON.stringify({
  contexts: [{ name: 'prod', context: { cluster: 'prod', user: 'ci' } }],
  clusters: [{ name: 'prod', cluster: { server: 'https://prod.example.com' } }],
  users: [{ name: 'ci', user: { token: 'secret-token' } }],
});
const url = 'https://shop.example.com/';

const faultsOf = (given: Record<string, string>): readonly { input: string; problem: string }[] => {
  try {
    parseInputs(given, {});
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
};

test('the least that a workflow must say', () => {
  expect(parseInputs({ url }, {})).toMatchObject({
    checks: [{ kind: 'http', request: { url } }],
    identity: undefined,
    suites: [],
    timeout: 60_000,
    interval: 1_000,
    consecutive: 3,
    concurrency: 4,
    name: 'smoke-test',
    record: undefined,
    cluster: undefined,
  });
});

test('with an identity, url is where the version is asked', () => {
  const identity = '{json: $.version, equals: "1.4.2"}';
  const checks = '[{http: https://shop.example.com/cart}]';
  const { identity: asked, checks: others } = parseInputs({ url, identity, checks }, {});

  expect(asked).toMatchObject({ request: { url }, equals: '1.4.2' });
  expect(others).toHaveLength(1);
});

test('the namespace of the record is where pods and forwards are looked for', () => {
  const checks = '[{pods: app=shop}, {http: /health, via: service/shop:80}]';
  expect(parseInputs({ record: 'shop-prod/shop#4', checks, kubeconfig }, {})).toMatchObject({
    record: { namespace: 'shop-prod', release: 'shop', seq: 4 },
    checks: [{ namespace: 'shop-prod' }, { via: { namespace: 'shop-prod' } }],
    cluster: { kind: 'kubeconfig' },
  });
});

test.each([
  ['nothing to ask', {}, 'url', 'nothing is asked'],
  ['url and checks', { url, checks: `[{http: "${url}cart"}]` }, 'url + checks', 'url is for one plain check'],
  ['a check without a target', { checks: '[{name: shop}]' }, 'checks[0]', 'needs just one of http'],
  ['no URL', { url: 'shop.example.com' }, 'url', 'must be an http:// or https:// URL'],
  ['a record of no form', { url, record: 'shop#4', kubeconfig }, 'record', "deploy-helm's output record"],
  ['a record without a cluster', { url, record: 'prod/shop#4' }, 'kubeconfig', 'which cluster?'],
  ['pods without a cluster', { checks: '[{pods: a=b, namespace: prod}]' }, 'kubeconfig', 'which cluster?'],
  ['a kubeconfig that nobody needs, and which is none', { url, kubeconfig: 'x' }, 'kubeconfig', ''],
  ['never', { url, consecutive: '0' }, 'consecutive', 'from 1 to 100'],
  ['no unit', { url, timeout: '60' }, 'timeout', 'give a unit'],
  ['from habit', { url, retries: '5' }, 'retries', 'it asks until timeout is over'],
  ['a name that no list could hold', { url, name: 'smoke test' }, 'name', 'letters, digits'],
])('refused: %s', (_, given, input, problem) => {
  expect(faultsOf(given)).toContainEqual(
    expect.objectContaining({ input, problem: expect.stringContaining(problem) }),
  );
});

test('every fault at once', () => {
  const faults = faultsOf({ checks: '[{http: nowhere, latency: {p0: 1s}}, {}]', timeout: '5', suite: '{}' });
  expect(faults.map(({ input }) => input)).toEqual([
    'checks[0].latency.p0',
    'checks[0].http',
    'checks[1]',
    'suite.command',
    'timeout',
  ]);
});
