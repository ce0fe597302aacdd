import { expect, test } from '@jest/globals';
import { gathered } from '../../../lib/adapters/streams/gathered.ts';

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

test.each([
  [[], []],
  [['a'], ['a']],
  [
    ['ab', 'c', 'defg', 'h'],
    ['abc', 'defg', 'h'],
  ],
  [
    ['abc', '', 'abcd'],
    ['abc', 'abcd'],
  ],
])('%p in pieces of three or more is %p', async (given, expected) => {
  const come = await Array.fromAsync(gathered(pieces(...given), 3), (piece) => Buffer.from(piece).toString());

  expect(come).toEqual(expected);
});

test('what the source throws comes out', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a');
    throw new Error('cut');
  }

  await expect(Array.fromAsync(gathered(failing(), 3))).rejects.toThrow('cut');
});
