import { expect, test } from '@jest/globals';
import { parseIdentity } from '../../../lib/domain/checks/parse-identity.ts';

const parse = (text: string, url = '', namespace = 'prod') => parseIdentity(text, { namespace, url });

test.each<[title: string, text: string, identity: object]>([
  [
    'a header of the input url',
    '{header: X-Version, equals: v2}',
    { request: { url: 'https://shop.example/', redirects: 5 }, from: { kind: 'header', name: 'x-version' } },
  ],
  [
    'a path of a JSON answer, at a URL of its own',
    '{url: "https://shop.example/version", json: $.image.digest, equals: v2}',
    { request: { url: 'https://shop.example/version' }, from: { kind: 'json', path: '$.image.digest' } },
  ],
  [
    'each address by itself',
    '{header: v, equals: v2, replicas: [10.0.0.7, "10.0.0.8:8443", "fd00::9"]}',
    { replicas: ['10.0.0.7', '10.0.0.8:8443', 'fd00::9'] },
  ],
  [
    'each pod by itself',
    '{header: v, equals: v2, pods: {selector: app=shop, port: 8080}}',
    { replicas: [], pods: { namespace: 'prod', selector: 'app=shop', port: 8080 } },
  ],
  [
    'by way of a Service',
    '{url: /version, header: v, equals: v2, via: service/shop:80}',
    {
      request: { url: 'http://shop.prod/version' },
      via: { kind: 'service', name: 'shop', namespace: 'prod', port: 80 },
    },
  ],
])('%s', (_, text, identity) => {
  const { value, faults } = parse(text, 'https://shop.example/');
  expect(faults).toEqual([]);
  expect(value).toMatchObject({ equals: 'v2', ...identity });
});

test.each(['4120e12', '0123456', '1.10'])('a commit or version is what was written: %s', (written) => {
  expect(parse(`{url: "https://a.example/", header: v, equals: ${written}}`).value?.equals).toBe(written);
});

const whole = 'url: "https://a.example/", header: v, equals: v2';

test.each(
  Object.entries({
    '# none': ['identity: cannot be read: expected a document, but the input is empty'],
    '~': [
      'identity: must be a map',
      'identity.url: is needed: where does the version say who it is?',
      'identity.header: give header or json: which of them says who answers?',
      'identity.equals: is needed: the digest, version or sha of the new one',
    ],
    '{header: v, equals: v2}': ['identity.url: is needed: where does the version say who it is?'],
    '{url: "https://a.example/", equals: v2}': [
      'identity.header: give header or json: which of them says who answers?',
    ],
    [`{${whole}, json: $.v}`]: ['identity.header: give header or json: which of them says who answers?'],
    '{url: "https://a.example/", json: version, equals: v2}': ['identity.json: is no path: write $.version'],
    '{url: "https://a.example/", header: v, equals: ""}': [
      'identity.equals: is needed: the digest, version or sha of the new one',
    ],
    [`{${whole}, repilcas: [a]}`]: ['identity.repilcas: did you mean replicas?'],
    [`{${whole}, replicas: [a b]}`]: [
      'identity.replicas: must be an address, with or without a port: 10.0.0.7, 10.0.0.7:8443, [fd00::1]:8443',
    ],
    [`{${whole}, replicas: []}`]: ['identity.replicas: is empty: leave it out, or name an address'],
    [`{${whole}, replicas: [a], pods: {selector: a=b}}`]: [
      'identity.pods: each says the way: give only one of replicas, pods',
    ],
    [`{${whole}, replicas: [a], resolve: b}`]: [
      'identity.resolve: each says the way: give only one of replicas, resolve',
    ],
    [`{${whole}, pods: {port: 80}}`]: ['identity.pods.selector: is needed: app=shop'],
    [`{${whole}, pods: {selector: a=b, port: http}}`]: [
      'identity.pods.port: must be a whole number from 1 to 65535',
    ],
  }),
)('%s', (text, faults) => {
  expect(parse(text).faults.map(({ input, problem }) => `${input}: ${problem}`)).toEqual(faults);
});

test('pods are in some namespace', () => {
  expect(parse(`{${whole}, pods: {selector: a=b}}`, '', '').faults).toEqual([
    { input: 'identity.pods.namespace', problem: 'is needed: which namespace are the pods in?' },
  ]);
});
