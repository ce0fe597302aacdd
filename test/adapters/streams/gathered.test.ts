import { expect, test } from '@jest/globals';
import { gathered } from '../../../lib/adapters/streams/gathered.ts';

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function textsOf(source: AsyncIterable<Uint8Array>): Promise<string[]> {
  const texts: string[] = [];
  for await (const piece of source) texts.push(Buffer.from(piece).toString());
  return texts;
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
  expect(await textsOf(gathered(pieces(...given), 3))).toEqual(expected);
});

test('what the source throws comes out', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a');
    throw new Error('cut');
  }

  await expect(textsOf(gathered(failing(), 3))).rejects.toThrow('cut');
});
