import { expect, test } from '@jest/globals';
import { parseChecks, parseUrl } from '../../../lib/domain/checks/parse.ts';
import type { Fault } from '../../../lib/domain/errors.ts';

const parse = (text: string) => parseChecks(text, 'checks', { namespace: 'prod' });
const said = ({ input, value = '', problem }: Fault): string => `${input} ${value}: ${problem}`;
const faultsOf = (text: string): string[] => parse(text).faults.map(said);

const oneOf = 'needs just one of http, tcp, tls, command, pods';
const duration = 'must be a duration: 300ms, 10s, 14d';
const digest = 'must be sha256: and 64 hex digits, or a reference that ends so';

test.each(
  Object.entries({
    '': 'checks not YAML: cannot be read: expected a document, but the input is empty',
    '# nothing yet': 'checks not YAML: cannot be read: expected a document, but the input is empty',
    '- http: [1':
      'checks not YAML: cannot be read at line 1: unexpected end of the stream within a flow collection',
    '{http: "https://a.example/"}': 'checks not a list: write a YAML list: - http: https://…',
    '~': 'checks not a list: write a YAML list: - http: https://…',
    '[]': 'checks an empty list: nothing would be proven; leave it out',
    '- name: home': `checks[0] a check without a target: ${oneOf}`,
    '- https://shop.example/': `checks[0] a check without a target: ${oneOf}`,
    '- {htttp: "https://a.example/", name: home}': `checks[0] a check without a target: ${oneOf}; did you mean http?`,
    '- {http: "https://a.example/", tcp: "shop:80"}': `checks[0] http and tcp: ${oneOf}`,
    '- {tcp: "shop:80", timeuot: 3s}': 'checks[0].timeuot unknown key: did you mean timeout?',
    '- {tcp: "shop:80", method: GET}':
      'checks[0].method unknown key: may have tcp, via, name, severity, timeout',
    '- http:': 'checks[0].http empty: give it a value, or leave it out',
    '- http: ""': 'checks[0].http : is empty: what is to be asked?',
    '- http: shop.example': 'checks[0].http "shop.example": must be an http:// or https:// URL',
    '- http: ftp://a.example/': 'checks[0].http "ftp://a.example/": must be an http:// or https:// URL',
    '- http: /health': 'checks[0].http "/health": a path needs via: service/name:port',
    '- {http: /, via: shop}': 'checks[0].via "shop": must be service/name:port or pod/name:port',
    '- {http: /, via: service/a:70000}':
      'checks[0].via "service/a:70000": must be service/name:port or pod/name:port',
    '- {http: /, via: pod/a:1, resolve: 10.0.0.7}':
      'checks[0].resolve : belongs to a URL; via says the way already',
    '- tcp: shop': 'checks[0].tcp "shop": must be host:port',
    '- tls: "shop:0"': 'checks[0].tls "shop:0": must be host:port',
    '- {tcp: "a:1", severity: error}': 'checks[0].severity "error": must be one of fail, warn',
    '- {tcp: "a:1", timeout: 10}': 'checks[0].timeout 10: give a unit: 10s, 10m',
    '- {tcp: "a:1", timeout: "10"}': 'checks[0].timeout "10": give a unit: 10s, 10m',
    '- {tcp: "a:1", timeout: -5s}': `checks[0].timeout "-5s": ${duration}`,
    '- {tcp: "a:1", timeout: -5}': `checks[0].timeout -5: ${duration}`,
    '- {tcp: "a:1", timeout: 0s}': 'checks[0].timeout "0s": must be longer than 0',
    '- {tcp: "a:1", timeout: {s: 5}}': `checks[0].timeout a map: ${duration}`,
    '- command: []': 'checks[0].command : is empty: what is to be asked?',
    '- command: psql -c "select 1"':
      'checks[0].command : no shell reads it, and it has "\\"": write a list, [bash, -c, …] where you want a shell',
    '- {command: [a], exit-code: 256}': 'checks[0].exit-code 256: must be a whole number from 0 to 255',
    '- {command: [a], output: [ok, ""]}':
      'checks[0].output[1] : is empty: every text contains that; {equals: ""} is an empty text',
    '- {pods: app=shop, digest: v2}': `checks[0].digest "v2": ${digest}`,
    '- {pods: app=shop, digest: ""}': `checks[0].digest "": ${digest}`,
    '- {pods: app=shop, digest: }': 'checks[0].digest empty: give it a value, or leave it out',
    '- {pods: app=shop, at-least: 0}': 'checks[0].at-least 0: must be a whole number from 1 to 10000',
    '- tcp: "a:1"\n- tcp: "a:1"\n- tcp: "a:1"':
      'checks "tcp a:1": two checks have this name; name them apart',
  }),
)('%s', (text, fault) => {
  expect(faultsOf(text)).toEqual([fault]);
});

const text = 'must be text, /a regular expression/ or {equals: text}, not';

test.each(
  Object.entries({
    'method: GET POST': '.method "GET POST": must be a method of HTTP: GET, HEAD, POST, PUT',
    'method: connect': '.method "CONNECT": must be a method of HTTP: GET, HEAD, POST, PUT',
    'headers: {"X Y": z}': '.headers "X Y": is no name of a header',
    'headers: {X-Y: [z]}': '.headers.X-Y a list: must be text',
    'headers: {X-Y: "a\\nb"}':
      '.headers.X-Y : must be one line of plain text: it has a line break or a character beyond Latin-1',
    'redirects: 21': '.redirects 21: must be follow, none, or how many from 0 to 20',
    'resolve: "https://10.0.0.7"':
      '.resolve "https://10.0.0.7": must be an address, with or without a port: 10.0.0.7, 10.0.0.7:8443, [fd00::1]:8443',
    'ca: /etc/ca.pem': '.ca : must be PEM: -----BEGIN …',
    'cert: "-----BEGIN CERTIFICATE-----"': '.key : a client certificate needs both cert and key',
    'insecure: yes': '.insecure "yes": write true or false',
    'expect: 200': '.expect a number: must be a map',
    'expect: {stauts: 200}': '.expect.stauts unknown key: did you mean status?',
    'expect: {status: 20}': '.expect.status 20: must be a code or a class: 200, 2xx, [200, 204]',
    'expect: {status: [200, 6xx]}': '.expect.status "6xx": must be a code or a class: 200, 2xx, [200, 204]',
    'expect: {status: []}': '.expect.status : names no code: 200, 2xx, [200, 204]',
    'expect: {json: {status: up}}':
      '.expect.json "status": is no path: write $.name, $.items[0].id or $["x y"]',
    'expect: {json: {"$.a[": up}}':
      '.expect.json "$.a[": is no path: write $.name, $.items[0].id or $["x y"]',
    'expect: {body: ""}': '.expect.body : is empty: every text contains that; {equals: ""} is an empty text',
    'expect: {body: /(/}':
      '.expect.body : is no regular expression: Invalid regular expression: /(/: Unterminated group',
    'expect: {headers: {X: {contains: a}}}': `.expect.headers.X : ${text} a map`,
    'expect: {headers: {X: }}': `.expect.headers.X : ${text} nothing`,
    'expect: {certificate-valid-for: 14}': '.expect.certificate-valid-for 14: give a unit: 14s, 14m',
    'latency: 5s': '.latency a string: must be a map',
    'latency: {requests: 5}': '.latency : needs just one percentile with its bound: p95: 300ms',
    'latency: {p50: 1s, p95: 2s}': '.latency : needs just one percentile with its bound: p95: 300ms',
    'latency: {p0: 1s}': '.latency.p0 p0: must be above p0 and at most p100',
    'latency: {p101: 1s}': '.latency.p101 p101: must be above p0 and at most p100',
    'latency: {p95: 300}': '.latency.p95 "300": must be a duration: 300ms, 1s',
    'latency: {p95: 1s, rate: 0}':
      '.latency.rate : must be requests per second, above 0 and at most 1000: 20/s',
    'latency: {p95: 1s, requests: 0}': '.latency.requests 0: must be a whole number from 1 to 10000',
  }),
)('http, %s', (more, fault) => {
  expect(faultsOf(`- {http: "https://a.example/", ${more}}`)).toEqual([`checks[0]${fault}`]);
});

test('all of them at once', () => {
  const { faults } = parse('- {http: nowhere, timeout: 5}\n- name: b\n- {tcp: x, ssl: true}');
  expect(faults.map(({ input }) => input)).toEqual([
    'checks[0].timeout',
    'checks[0].http',
    'checks[1]',
    'checks[2].ssl',
    'checks[2].tcp',
  ]);
});

test('500 checks are a lot, 501 too many', () => {
  const many = (count: number): string =>
    JSON.stringify(Array.from({ length: count }, (_, at) => ({ tcp: `a:${at + 1}` })));
  expect(faultsOf(many(500))).toEqual([]);
  expect(faultsOf(many(501))).toEqual(['checks 501 checks: at most 500']);
});

test('without a namespace, what looks into the cluster asks for one', () => {
  const { faults } = parseChecks('- {http: /, via: pod/a:1}\n- pods: app=a', 'checks', { namespace: '' });
  expect(faults.map(said)).toEqual([
    'checks[0].via : needs the input namespace',
    'checks[1].namespace : is needed: which namespace are the pods in?',
  ]);
});

test('a fault of the input url is its own', () => {
  expect(parseUrl('shop').faults.map(said)).toEqual(['url "shop": must be an http:// or https:// URL']);
});
