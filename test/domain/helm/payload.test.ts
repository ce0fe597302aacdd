import { expect, test } from '@jest/globals';
import { findSpan } from '../../../lib/domain/helm/json-span.ts';
import { readRevision, rewriteInfo } from '../../../lib/domain/helm/payload.ts';

const truth = { status: 'failed', description: 'slipway: web never became ready' };

test('changes status and description and no other byte', () => {
  const payload =
    '{"name":"shop","info":{"first_deployed":"2026-01-01T00:00:00Z","deleted":"","description":"Upgrade complete","status":"deployed","notes":"n"},"config":{"id":12345678901234567890,"f":1.0},"version":7}';
  expect(rewriteInfo(payload, truth)).toBe(
    '{"name":"shop","info":{"first_deployed":"2026-01-01T00:00:00Z","deleted":"","description":"slipway: web never became ready","status":"failed","notes":"n"},"config":{"id":12345678901234567890,"f":1.0},"version":7}',
  );
});

test('leaves the description alone when only the status is given', () => {
  expect(rewriteInfo('{"info":{"status":"superseded","description":"old"}}', { status: 'deployed' })).toBe(
    '{"info":{"status":"deployed","description":"old"}}',
  );
});

test('adds a description where Helm wrote none', () => {
  expect(rewriteInfo('{"info":{"status":"deployed"}}', truth)).toBe(
    '{"info":{"description":"slipway: web never became ready","status":"failed"}}',
  );
});

test.each([
  [
    'the same words inside a manifest',
    '{"manifest":"{\\"info\\":{\\"status\\":\\"deployed\\"}}","info":{"status":"deployed","description":"d"}}',
  ],
  [
    'a nested info before',
    '{"chart":{"info":{"status":"x"}},"info":{"status":"deployed","description":"d"}}',
  ],
  [
    'a nested status before',
    '{"info":{"resources":{"status":"a","description":"b"},"status":"deployed","description":"d"}}',
  ],
  [
    'quotes and backslashes at the end of a text',
    '{"a":"\\\\","b":"\\"","info":{"notes":"\\\\\\"","status":"deployed","description":"d\\\\"}}',
  ],
  ['brackets inside texts', '{"a":"}]{[","info":{"x":"}","status":"deployed","description":"}"}}'],
  ['white space everywhere', ' {\n "info" : { "status" :\t"deployed" , "description" : "d" } }\n'],
  [
    'letters beyond the basic plane',
    '{"a":"🚢","info":{"description":"🚢 ü","status":"deployed","notes":"\\ud83d\\udea2"}}',
  ],
  ['an escaped key', '{"in\\u0066o":{"stat\\u0075s":"deployed","description":"d"},"z":1e400}'],
  ['a __proto__ key', '{"__proto__":{"info":1},"info":{"status":"deployed","description":"d"}}'],
])('finds the right place beside %s', (_, payload) => {
  const after = rewriteInfo(payload, truth);
  expect(readRevision(after)).toMatchObject(truth);
  const back = rewriteInfo(after, { status: 'deployed', description: readRevision(payload).description });
  expect(JSON.parse(back)).toEqual(JSON.parse(payload));
});

test.each([
  ['no JSON', 'info', SyntaxError],
  ['no info', '{"name":"shop"}', /info\.status is missing/],
  ['info is a text', '{"info":"status"}', /info\.status is missing/],
  ['two infos', '{"info":{"status":"a"},"info":{"status":"b"}}', /more than once/],
  [
    'two infos for a decoder that ignores case',
    '{"info":{"status":"a"},"Info":{"status":"b"}}',
    /more than once/,
  ],
])('refuses %s', (_, payload, error) => {
  expect(() => rewriteInfo(payload, truth)).toThrow(error);
});

test('reads what the history shows', () => {
  expect(
    readRevision(
      '{"info":{"first_deployed":"2026-01-01T09:00:00.123456+09:00","last_deployed":"2026-01-01T00:00:00Z","status":"failed","description":"d"},"chart":{"metadata":{"name":"web","version":"1.2.3"}},"manifest":"m","hooks":[{"name":"db","manifest":"h"}],"version":3}',
    ),
  ).toEqual({
    revision: 3,
    status: 'failed',
    description: 'd',
    deployedAt: '2026-01-01T00:00:00Z',
    installedAt: '2026-01-01T00:00:00.123Z',
    chart: 'web',
    chartVersion: '1.2.3',
    manifest: 'm',
    hooks: ['h'],
  });
});

test('spans scalars, arrays and objects', () => {
  const text = '{"n":-1.5e3,"t":true,"a":[1,{"b":"]"}],"o":{"p":null}}';
  const at = (...path: string[]): string | undefined => {
    const span = findSpan(text, path);
    return span && text.slice(span.start, span.end);
  };
  expect([at('n'), at('t'), at('a'), at('o'), at('o', 'p'), at('a', 'b'), at('x')]).toEqual([
    '-1.5e3',
    'true',
    '[1,{"b":"]"}]',
    '{"p":null}',
    'null',
    undefined,
    undefined,
  ]);
});
