import { expect, test } from '@jest/globals';
import { mergeValues } from '../../../lib/domain/helm/values.ts';

test.each([
  [[{ a: 1 }, { b: 2 }], { a: 1, b: 2 }],
  [[{ a: { b: 1, c: 2 } }, { a: { b: 3 } }], { a: { b: 3, c: 2 } }],
  [[{ a: [1, 2] }, { a: [3] }], { a: [3] }],
  [[{ a: { b: 1 } }, { a: null }], { a: null }],
  [[{ a: 1 }, { a: { b: 2 } }], { a: { b: 2 } }],
  [[{ a: 1 }, undefined, { a: 2 }], { a: 2 }],
])('%j merge to %j', (layers, merged) => {
  expect(mergeValues(...layers)).toEqual(merged);
});
