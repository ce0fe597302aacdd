import { expect, test } from '@jest/globals';
import { needCluster, secretsOf } from '../../../lib/domain/checks/needs.ts';
import { parseChecks } from '../../../lib/domain/checks/parse.ts';
import { parseIdentity } from '../../../lib/domain/checks/parse-identity.ts';
import { targetOf } from '../../../lib/domain/checks/target.ts';

const checks = (text: string) => parseChecks(text, 'checks', { namespace: 'prod' }).value;
const identity = (more: string) =>
  parseIdentity(`{url: "http://a/", header: v, equals: v2, ${more}}`, { namespace: 'prod', url: '' }).value;

test.each<[title: string, needed: boolean, text: string]>([
  ['HTTP from here', false, '- http: https://a.example/'],
  ['TLS', false, '- tls: "a:443"'],
  ['a command', false, '- command: [kubectl, get, pods]'],
  ['HTTP through a forward', true, '- {http: /, via: service/a:80}'],
  ['TCP through a forward', true, '- {tcp: "a:1", via: pod/a:1}'],
  ['pods', true, '- pods: app=a'],
])('%s needs a cluster: %s', (_, needed, text) => {
  expect(needCluster(checks(text), undefined)).toBe(needed);
});

test.each<[more: string, needed: boolean]>([
  ['replicas: [10.0.0.7]', false],
  ['via: service/a:80', true],
  ['pods: {selector: app=a}', true],
])('an identity with %s needs a cluster: %s', (more, needed) => {
  expect(needCluster([], identity(more))).toBe(needed);
});

test.each<[title: string, text: string, secrets: string[]]>([
  ['nothing', '- http: https://a.example/', []],
  [
    'a login, and what it logs in with',
    '- {http: "https://a.example/", headers: {Authorization: Bearer abcdef}}',
    ['Bearer abcdef', 'abcdef'],
  ],
  ['a key by any name', '- {http: "https://a.example/", headers: {X-Api-Key: abcdef}}', ['abcdef']],
  ['X-Auth', '- {http: "https://a.example/", headers: {X-Auth: abcdef}}', ['abcdef']],
  ['no other header', '- {http: "https://a.example/", headers: {Accept: text/html, X-Author: bob}}', []],
  [
    'a password in a URL, as written and as meant',
    '- http: https://bob:p%40ss@a.example/',
    ['p%40ss', 'p@ss'],
  ],
  ['a password with a lone %', '- http: https://bob:p%ss@a.example/', ['p%ss']],
  [
    'a private key',
    '- {tls: "a:443", cert: "-----BEGIN CERTIFICATE-----", key: "-----BEGIN PRIVATE KEY-----"}',
    ['-----BEGIN PRIVATE KEY-----'],
  ],
])('to be hidden: %s', (_, text, secrets) => {
  expect(secretsOf(checks(text), undefined)).toEqual(secrets);
});

test('an identity has secrets, too', () => {
  expect(secretsOf([], identity('headers: {cookie: session=abcdef}'))).toContain('session=abcdef');
});

test.each([
  ['- http: https://bob:p@ss@a.example/x?y', 'https://a.example/x?y'],
  ['- {http: /x, via: service/shop:80}', 'service/shop:80'],
  ['- tcp: "db:5432"', 'db:5432'],
  ['- {tcp: "db:5432", via: pod/db-0:5432}', 'pod/db-0:5432'],
  ['- {command: [a, b], name: c}', 'a'],
  ['- {pods: app=shop, name: p}', 'app=shop'],
])('what a failure of %s is said of', (text, target) => {
  expect(checks(text).map(targetOf)).toEqual([target]);
});
