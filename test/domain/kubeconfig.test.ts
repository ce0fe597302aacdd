import { expect, test } from '@jest/globals';
import { mergeKubeconfigs, readKubeconfig, serverProblem } from '../../lib/domain/kubeconfig.ts';

const kubeconfig = ({ server = 'https://10.0.0.1:6443', current = 'prod', token = 'abc' } = {}): string => `
apiVersion: v1
kind: Config
current-context: ${current}
contexts:
  - { name: prod, context: { cluster: c, user: u, namespace: shop } }
  - { name: staging, context: { cluster: c, user: u } }
  - { name: torn, context: { cluster: gone, user: u } }
clusters: [{ name: c, cluster: { server: '${server}' } }]
users: [{ name: u, user: { token: ${token} } }]
`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const wrapped = (text: string): string => text.replaceAll(/.{76}/g, '$&\n');

test.each([
  ['YAML', kubeconfig()],
  ['base64', base64(kubeconfig())],
  ['base64 in lines', `${wrapped(base64(kubeconfig()))}\n`],
  [
    'JSON',
    JSON.stringify({
      contexts: [{ name: 'prod', context: { cluster: 'c', namespace: 'shop' } }],
      clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443' } }],
    }),
  ],
])('%s is read', (_, given) => {
  expect(readKubeconfig(given)).toMatchObject({
    kind: 'ok',
    text: expect.stringContaining('contexts'),
    target: { context: 'prod', namespace: 'shop', cluster: { server: 'https://10.0.0.1:6443' } },
  });
});

test('a named context wins over the current one; its namespace falls to default', () => {
  expect(readKubeconfig(kubeconfig(), 'staging')).toMatchObject({
    target: { context: 'staging', namespace: 'default' },
  });
});

test.each([
  ['prose', 'please deploy', '', 'kubeconfig', /neither YAML nor base64/],
  ['nothing', '', '', 'kubeconfig', /neither YAML nor base64/],
  ['broken YAML', 'a: [secret-word', '', 'kubeconfig', /neither YAML nor base64/],
  ['a list', '- a: b', '', 'kubeconfig', /neither YAML nor base64/],
  ['base64 of prose', base64('please deploy this for me'), '', 'kubeconfig', /neither YAML nor base64/],
  ['base64 twice', base64(base64(kubeconfig())), '', 'kubeconfig', /encode it once/],
  ['another YAML', 'apiVersion: v1', '', 'kubeconfig', /has no clusters and contexts/],
  ['an unknown context', kubeconfig(), 'live', 'context', /no context live; it has: prod, staging, torn/],
  ['no current context', kubeconfig({ current: "''" }), '', 'context', /choose one of: prod, staging, torn/],
  ['a torn context', kubeconfig(), 'torn', 'kubeconfig', /cluster that is not in clusters/],
  ['plain http', kubeconfig({ server: 'http://10.0.0.1' }), '', 'kubeconfig', /must be https/],
  [
    'a number for a token',
    kubeconfig({ token: '12345678' }),
    '',
    'kubeconfig',
    /token must be text; put it in quotes/,
  ],
])('%s is a fault that names its input and quotes nothing', (_, given, context, about, problem) => {
  const read = readKubeconfig(given, context);
  expect(read).toEqual({ kind: 'fault', about, problem: expect.stringMatching(problem) });
  expect(JSON.stringify(read)).not.toMatch(/secret-word|12345678|abc/);
});

test.each([
  ['https://a:6443', undefined],
  ['http://127.0.0.1:8001', undefined],
  ['http://localhost', undefined],
  ['http://[::1]:1', undefined],
  ['http://127.evil.example', /https/],
  ['http://api', /https/],
  ['api:6443', /https|URL/],
  [undefined, /URL/],
])('server %s', (server, problem) => {
  if (problem === undefined) expect(serverProblem(server)).toBeUndefined();
  else expect(serverProblem(server)).toMatch(problem);
});

test('of several files the first to name something wins', () => {
  const user = (token: string) => ({ users: [{ name: 'u', user: { token } }] });
  expect(
    mergeKubeconfigs([
      { ...user('first'), contexts: [{ name: 'a', context: { cluster: 'c' } }] },
      { ...user('second'), 'current-context': 'b', contexts: [{ name: 'b', context: { cluster: 'c' } }] },
      { 'current-context': 'late' },
    ]),
  ).toEqual({
    'current-context': 'b',
    contexts: [
      { name: 'a', context: { cluster: 'c' } },
      { name: 'b', context: { cluster: 'c' } },
    ],
    clusters: [],
    users: [{ name: 'u', user: { token: 'first' } }],
  });
});
