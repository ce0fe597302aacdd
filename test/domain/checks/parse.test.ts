import { describe, expect, test } from '@jest/globals';
import { parseChecks, parseUrl } from '../../../lib/domain/checks/parse.ts';
import type { Check } from '../../../lib/domain/checks/types.ts';

const parse = (text: string) => parseChecks(text, 'checks', { namespace: 'prod' });
const digest = `sha256:${'a'.repeat(64)}`;

/** Of a list of one check without faults. */
function read(text: string): Check | undefined {
  const { value, faults } = parse(text);
  expect(faults).toEqual([]);
  expect(value).toHaveLength(1);
  return value[0];
}

const pem = (name: string): string => `-----BEGIN ${name}-----\\nx\\n-----END ${name}-----\\n`;

describe('what an author may write', () => {
  const base = { severity: 'fail', attemptTimeout: 10_000 };
  const request = { method: 'GET', headers: {}, redirects: 5, tls: { insecure: false } };
  const success = { status: [[200, 299]], headers: [], body: [], json: [] };

  test.each<[title: string, text: string, check: object]>([
    [
      'a URL alone: any 2xx, after at most five redirects',
      '- http: https://shop.example/health',
      {
        ...base,
        kind: 'http',
        name: 'http https://shop.example/health',
        request: { ...request, url: 'https://shop.example/health' },
        expect: success,
      },
    ],
    [
      'all of a request',
      `- http: https://shop.example/orders
  name: order
  severity: warn
  timeout: 3s
  method: post
  headers: {Authorization: Bearer abcdef, X-Tries: 3, X-Dry: true}
  body: '{"dry": true}'
  redirects: none
  insecure: true
  ca: "${pem('CERTIFICATE')}"
  cert: "${pem('CERTIFICATE')}"
  key: "${pem('PRIVATE KEY')}"
  resolve: '[fd00::7]:8443'`,
      {
        kind: 'http',
        name: 'order',
        severity: 'warn',
        attemptTimeout: 3_000,
        request: {
          url: 'https://shop.example/orders',
          method: 'POST',
          headers: { authorization: 'Bearer abcdef', 'x-tries': '3', 'x-dry': 'true' },
          body: '{"dry": true}',
          redirects: 0,
          tls: {
            ca: JSON.parse(`"${pem('CERTIFICATE')}"`),
            cert: JSON.parse(`"${pem('CERTIFICATE')}"`),
            key: JSON.parse(`"${pem('PRIVATE KEY')}"`),
            insecure: true,
          },
          resolve: '[fd00::7]:8443',
        },
        expect: success,
      },
    ],
    [
      'all that may be expected of an answer',
      `- http: https://shop.example/
  name: all
  expect:
    status: [200, 3xx, 404]
    headers: {Content-Type: json, X-Mode: /^(a|b)$/i}
    body: [ok, {equals: fine}]
    json: {$.status: up, "$.items[0]['the id']": 7}
    certificate-valid-for: 14d
  latency: {p99.5: 300ms, requests: 40, rate: 20/s}`,
      {
        ...base,
        kind: 'http',
        name: 'all',
        request: { ...request, url: 'https://shop.example/' },
        expect: {
          status: [
            [200, 200],
            [300, 399],
            [404, 404],
          ],
          headers: [
            { name: 'content-type', match: { contains: 'json' } },
            { name: 'x-mode', match: { matches: /^(a|b)$/i } },
          ],
          body: [{ contains: 'ok' }, { equals: 'fine' }],
          json: [
            { path: '$.status', equals: 'up' },
            { path: "$.items[0]['the id']", equals: 7 },
          ],
          certificateValidFor: 14 * 86_400_000,
        },
        latency: { percentile: 99.5, below: 300, requests: 40, rate: 20 },
      },
    ],
    [
      'a path, by way of a Service',
      '- {http: /health, via: service/shop:80}',
      {
        ...base,
        kind: 'http',
        name: 'http /health',
        request: { ...request, url: 'http://shop.prod/health' },
        via: { kind: 'service', name: 'shop', namespace: 'prod', port: 80 },
        expect: success,
      },
    ],
    [
      'TCP, by way of a pod',
      '- {tcp: "db:5432", via: pod/db-0:5432}',
      {
        ...base,
        kind: 'tcp',
        name: 'tcp db:5432',
        host: 'db',
        port: 5432,
        via: { kind: 'pod', name: 'db-0', namespace: 'prod', port: 5432 },
      },
    ],
    [
      'TLS of an IPv6 address: valid for a day unless said otherwise',
      '- tls: "[fd00::7]:443"',
      {
        ...base,
        kind: 'tls',
        name: 'tls [fd00::7]:443',
        host: 'fd00::7',
        port: 443,
        tls: { insecure: false },
        validFor: 86_400_000,
      },
    ],
    [
      'a command',
      '- {command: [psql, -c, select 1], exit-code: 2, output: /1 row/}',
      {
        ...base,
        kind: 'command',
        name: 'command psql -c select 1',
        argv: ['psql', '-c', 'select 1'],
        exitCode: 2,
        output: [{ matches: /1 row/ }],
      },
    ],
    [
      'a command in a line',
      '- command: npm run  smoke',
      {
        ...base,
        kind: 'command',
        name: 'command npm run smoke',
        argv: ['npm', 'run', 'smoke'],
        exitCode: 0,
        output: [],
      },
    ],
    [
      'pods, with the digest alone',
      `- {pods: app=shop, digest: "${digest}", at-least: 3, namespace: other}`,
      {
        ...base,
        kind: 'pods',
        name: 'pods app=shop',
        selector: 'app=shop',
        namespace: 'other',
        digest,
        atLeast: 3,
      },
    ],
    [
      'pods, with a reference',
      `- {pods: app=shop, digest: "ghcr.io/acme/shop:v2@${digest}"}`,
      {
        ...base,
        kind: 'pods',
        name: 'pods app=shop',
        selector: 'app=shop',
        namespace: 'prod',
        digest,
        repository: 'ghcr.io/acme/shop',
        atLeast: 1,
      },
    ],
  ])('%s', (_, text, check) => {
    expect(read(text)).toEqual(check);
  });

  test('the input url is the simplest check', () => {
    expect(parseUrl('https://shop.example/')).toMatchObject({
      faults: [],
      value: [{ kind: 'http', expect: { status: [[200, 299]] } }],
    });
  });

  test.each(['4120e12', '0123456', '1.10', '0x1f', '12345678901234567890'])(
    'what looks like a number is compared as it was written: %s',
    (written) => {
      expect(read(`- {http: https://shop.example/, expect: {json: {$.version: ${written}}}}`)).toMatchObject({
        expect: { json: [{ equals: written }] },
      });
    },
  );

  test('merge keys spare repetition', () => {
    const { value, faults } = parse(`
- &site {http: https://a.example/, timeout: 2s, insecure: true}
- {<<: *site, http: https://b.example/}`);
    expect(faults).toEqual([]);
    expect(value.map(({ name, attemptTimeout }) => [name, attemptTimeout])).toEqual([
      ['http https://a.example/', 2_000],
      ['http https://b.example/', 2_000],
    ]);
  });
});

describe('what may be a secret is never quoted back, and is in no name', () => {
  test.each([
    ['a user in a URL that is none', '- http: htp://bob:hunter22@shop.example/'],
    ['a user without a scheme', '- http: bob:hunter22@shop.example'],
    ['the same for TCP', '- tcp: bob:hunter22@shop.example:80'],
    [
      'a header of two lines',
      '- http: https://a.example/\n  headers:\n    Authorization: "Bearer hunter22\\r\\nX: y"',
    ],
    [
      'a header that no header can be',
      '- {http: "https://a.example/", headers: {Authorization: "hunter22 €"}}',
    ],
    ['headers that are text', '- {http: "https://a.example/", headers: hunter22}'],
    ['a body that is a list', '- {http: "https://a.example/", body: [hunter22]}'],
    ['a key that is no PEM', '- {http: "https://a.example/", key: hunter22}'],
    ['a command with a quote', "- command: login --password 'hunter22'"],
    ['an alias that was a password', '- {http: "https://a.example/", headers: {authorization: *hunter22}}'],
    ['a tag that was a password', '- {http: "https://a.example/", headers: {authorization: !hunter22 x}}'],
  ])('%s', (_, text) => {
    const { faults } = parse(text);
    expect(faults).not.toEqual([]);
    expect(JSON.stringify(faults)).not.toContain('hunter22');
  });

  test.each(['https://bob:hunter22@shop.example/', 'https://bob:p@hunter22@shop.example/'])(
    'the name made of %s',
    (url) => {
      expect(read(`- http: ${url}`)?.name).toBe('http https://shop.example/');
    },
  );
});
