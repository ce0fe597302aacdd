import { expect, test } from '@jest/globals';
import { onlyPod } from '../../../lib/adapters/database-place/pod.ts';

const pod = (name: string, rest: object = {}, ready = 'True'): object => ({
  metadata: { name },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready }] },
  ...rest,
});
const chosen = (...items: object[]): string => onlyPod(JSON.stringify({ items }), 'app=pg', 'namespace db');

test.each<[string, object[], string | RegExp]>([
  ['the only one', [pod('a')], 'a'],
  ['the only one that is ready', [pod('a', {}, 'False'), pod('b')], 'b'],
  ['not one that goes', [pod('a', { metadata: { name: 'a', deletionTimestamp: '2026' } }), pod('b')], 'b'],
  ['not one that has ended', [pod('a', { status: { phase: 'Succeeded' } }), pod('b')], 'b'],
  ['none', [], /^no pod has app=pg$/],
  ['none that is ready', [pod('a', {}, 'False')], /^no pod with app=pg is ready$/],
  ['two', [pod('a'), pod('b')], /^2 pods have app=pg$/],
])('%s', (_, items, expected) => {
  if (typeof expected === 'string') expect(chosen(...items)).toBe(expected);
  else expect(() => chosen(...items)).toThrow(expected);
});
