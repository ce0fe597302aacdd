import { expect, test } from '@jest/globals';
import { judgeHttp } from '../../../lib/domain/checks/judge-http.ts';
import type { Answered } from '../../../lib/domain/checks/judge-http.ts';
import { parseChecks } from '../../../lib/domain/checks/parse.ts';

const now = Date.parse('2026-03-01T00:00:00Z');
const day = 86_400_000;

/** What is said of an answer when `expect` is written so. */
function judged(written: string, answer: Partial<Answered>): string | undefined {
  const text = `- {http: "https://a.example/", expect: {${written}}}`;
  const { value, faults } = parseChecks(text, 'checks', { namespace: '' });
  const [check] = value;
  if (check?.kind !== 'http' || faults.length > 0) throw new Error(JSON.stringify(faults));
  const whole = { status: 200, headers: {}, body: '', truncated: false, ...answer };
  return judgeHttp(check.expect, whole, now, (pattern, searched) => pattern.test(searched))?.reason;
}

test.each<[expected: string, answer: Partial<Answered>, reason: string | undefined]>([
  ['', { status: 204 }, undefined],
  ['', { status: 500 }, 'status 500, expected 200-299'],
  ['', { status: 302, headers: { location: '/login' } }, 'status 302 to /login, expected 200-299'],
  ['status: 404', { status: 404 }, undefined],
  ['status: [200, 3xx]', { status: 399 }, undefined],
  ['status: [200, 3xx]', { status: 201 }, 'status 201, expected 200 or 300-399'],
  ['headers: {X-Mode: safe}', { headers: { 'x-mode': 'safe, sound' } }, undefined],
  ['headers: {X-Mode: safe}', {}, 'there is no header x-mode'],
  [
    'headers: {X-Mode: safe}',
    { headers: { 'x-mode': 'fast' } },
    'header x-mode is "fast", which does not contain "safe"',
  ],
  ['body: [one, /tw./]', { body: 'one two' }, undefined],
  ['body: [one, /tw./]', { body: 'one' }, 'the body does not match /tw./'],
  ['body: one', { body: 'two', truncated: true }, 'the body does not contain "one" in its first 64 KiB'],
  [
    'body: one',
    { body: '\u001f', headers: { 'content-encoding': 'gzip' } },
    'the body is encoded (gzip), which was not asked for',
  ],
  ['body: one', { body: 'one', headers: { 'content-encoding': 'identity' } }, undefined],
  ['status: 200', { body: '\u001f', headers: { 'content-encoding': 'gzip' } }, undefined],
  ['json: {$.a: 1}', { body: '{"a":1}' }, undefined],
  ['json: {$.a: 2}', { body: '{"a":1}' }, '$.a is 1, expected 2'],
  ['json: {$.b: 1}', { body: '{"a":1}' }, '$.b is not there, expected 1'],
  ['json: {$.a: 1}', { body: '<html>' }, 'the body is no JSON'],
  ['json: {$.a: 1}', { body: '{"a', truncated: true }, 'the body is no JSON: it is longer than 64 KiB'],
  ['json: {$.a: null}', { body: '{"a":null}' }, undefined],
  ['json: {$.a: null}', { body: '{}' }, '$.a is not there, expected null'],
])('expected {%s}, answered %j: %s', (expected, answer, reason) => {
  expect(judged(expected, answer)).toBe(reason);
});

test.each<[wanted: string, found: string, same: boolean]>([
  ['1.10', '"1.10"', true],
  ['1.10', '1.10', true],
  ['1.0', '1', true],
  ['1.10', '"1.1"', false],
  ['12', '"12"', true],
  ['"12"', '12', true],
  ['0x1f', '31', true],
  ['true', '"true"', true],
  ['true', 'false', false],
  ['""', '0', false],
  ['{a: 1, b: [x, 2]}', '{"b":["x",2],"a":1}', true],
  ['{a: 1}', '{"a":1,"b":2}', false],
  ['[1, 2]', '[2, 1]', false],
  ['[]', '{}', false],
  ['up', '["up"]', false],
])('%s in YAML and %s in JSON are the same: %s', (wanted, found, same) => {
  expect(judged(`json: {$.v: ${wanted}}`, { body: `{"v":${found}}` }) === undefined).toBe(same);
});

test('of several differences each is told', () => {
  expect(judged('headers: {x: a}, body: b', { status: 500, body: 'c' })).toBe(
    'status 500, expected 200-299; there is no header x; the body does not contain "b"',
  );
});

test.each<[title: string, certificate: Answered['certificate'], reason: string | undefined]>([
  ['for longer', { validTo: now + 14 * day + 1 }, undefined],
  [
    'for just so long',
    { validTo: now + 14 * day },
    'the certificate ends 2026-03-15T00:00:00.000Z, in less than 14 days',
  ],
  ['no more', { validTo: now - day }, 'the certificate ended 2026-02-28T00:00:00.000Z'],
  ['not at all: there is none', undefined, 'there is no certificate: the connection is not TLS'],
])('a certificate that is valid %s', (_, certificate, reason) => {
  const answer = certificate === undefined ? {} : { certificate };
  expect(judged('certificate-valid-for: 14d', answer)).toBe(reason);
});

test('the excerpt is bounded, and what a terminal would obey is made visible', () => {
  const answer = { status: 500, headers: {}, truncated: false };
  const expectation = { status: [[200, 299]] as const, headers: [], body: [], json: [] };
  const shown = (body: string): string | undefined =>
    judgeHttp(expectation, { ...answer, body }, now, () => true)?.excerpt;
  expect(shown('\u001b[31mred\r\n\u0000')).toBe('·[31mred·\n·');
  expect(shown('x'.repeat(5_000))).toBe(`${'x'.repeat(500)}…`);
  expect(shown('  ')).toBeUndefined();
});

test('an answer without end in a header or a redirect does not fill the log', () => {
  const long = 'x'.repeat(20_000);
  expect(judged('status: 200', { status: 302, headers: { location: long } })?.length).toBeLessThan(600);
  expect(judged('headers: {x: a}', { headers: { x: long } })?.length).toBeLessThan(700);
  expect(judged('json: {$.a: 1}', { body: `{"a":"${long}"}` })?.length).toBeLessThan(700);
});
