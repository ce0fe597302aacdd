import { expect, test } from '@jest/globals';
import { atJsonPath, parseJsonPath } from '../../../lib/domain/checks/json-path.ts';

const document = {
  version: 'v2',
  items: [{ name: 'a' }, { name: 'b' }],
  'the id': { 'x.y': 7, 'it"s': 8 },
  none: null,
  $ref: 'r',
  'content-type': 't',
};

test.each<[path: string, value: unknown]>([
  ['$', document],
  ['$.version', 'v2'],
  ['$.items[0].name', 'a'],
  ['$.items[-1].name', 'b'],
  ["$['the id']['x.y']", 7],
  ['$["the id"]', { 'x.y': 7, 'it"s': 8 }],
  ["$['the id']['it\"s']", 8],
  ['$.$ref', 'r'],
  ['$.content-type', 't'],
  ['$.none', null],
  // Nothing is there, and nothing of JavaScript's own is.
  ['$.items[2]', undefined],
  ['$.items.length', undefined],
  ['$.version[0]', undefined],
  ['$.version.length', undefined],
  ['$.none.deeper', undefined],
  ['$.constructor', undefined],
  ['$.__proto__', undefined],
])('%s', (path, value) => {
  expect(atJsonPath(document, path)).toEqual(value);
});

test.each([
  '',
  'version',
  '$version',
  '$.',
  '$..name',
  '$.*',
  '$[*]',
  '$[0',
  '$[?(@.a)]',
  '$.a b',
  "$['a]",
  '$[1:2]',
])('is no path: %s', (path) => {
  expect(parseJsonPath(path)).toBeUndefined();
  expect(atJsonPath(document, path)).toBeUndefined();
});
