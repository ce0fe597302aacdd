import { expect, test } from '@jest/globals';
import { judgeIdentity } from '../../../lib/domain/checks/judge-identity.ts';
import type { Answered } from '../../../lib/domain/checks/judge-http.ts';
import type { Identity } from '../../../lib/domain/checks/types.ts';

const identity = (from: Identity['from'], equals = 'v2'): Identity => ({
  request: { url: 'http://shop/', method: 'GET', headers: {}, redirects: 0, tls: { insecure: false } },
  replicas: [],
  from,
  equals,
});
const header = identity({ kind: 'header', name: 'x-version' });
const json = identity({ kind: 'json', path: '$.version' });
const answer = (change: Partial<Answered>): Answered => ({
  status: 200,
  headers: {},
  body: '',
  truncated: false,
  ...change,
});

test.each<[title: string, identity: Identity, answer: Partial<Answered>, reason: string | undefined]>([
  ['the new one, by header', header, { headers: { 'x-version': 'v2' } }, undefined],
  ['the new one, by JSON', json, { body: '{"version":"v2"}' }, undefined],
  [
    'a number is what is written',
    identity({ kind: 'json', path: '$.version' }, '7'),
    { body: '{"version":7}' },
    undefined,
  ],
  [
    'the old one',
    header,
    { headers: { 'x-version': 'v1' } },
    'still another one answers: header x-version is v1, expected v2',
  ],
  [
    'one whose name begins alike',
    header,
    { headers: { 'x-version': 'v21' } },
    'still another one answers: header x-version is v21, expected v2',
  ],
  [
    'the old one, by JSON',
    json,
    { body: '{"version":"v1"}' },
    'still another one answers: $.version is v1, expected v2',
  ],
  ['nobody, by header', header, {}, 'the answer does not say who it is: no header x-version'],
  ['no JSON', json, { body: '<html>' }, 'the answer does not say who it is: no $.version'],
  [
    'a thing that is no name',
    json,
    { body: '{"version":{"v2":1}}' },
    'the answer does not say who it is: no $.version',
  ],
  ['null', json, { body: '{"version":null}' }, 'the answer does not say who it is: no $.version'],
  [
    'too long to read',
    json,
    { body: '{"a', truncated: true },
    'the answer does not say who it is: no $.version, for it is longer than 64 KiB',
  ],
  // An error page may bear the right name.
  [
    'the new one, out of order',
    header,
    { status: 503, headers: { 'x-version': 'v2' } },
    'status 503, expected 200-299',
  ],
])('%s', (_, asked, given, reason) => {
  expect(judgeIdentity(asked, answer(given))?.reason).toBe(reason);
});

test('what nobody said it in is shown', () => {
  expect(judgeIdentity(json, answer({ body: '<h1>Welcome' }))?.excerpt).toBe('<h1>Welcome');
});
