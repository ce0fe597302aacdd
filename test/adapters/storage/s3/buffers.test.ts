import { expect, test } from '@jest/globals';
import { PartBuffers } from '../../../../lib/adapters/storage/s3/buffers.ts';
import {
  buffersOf,
  memoryBudget,
  MiB,
  mostInFlight,
  mostParts,
  partSize,
} from '../../../../lib/domain/storage/part-sizes.ts';

/** The first part of each size, the second one, ... */
const firsts = Array.from({ length: mostParts }, (_, at) => at + 1).filter(
  (number) => number === 1 || partSize(number) !== partSize(number - 1),
);

/** Cuts that many parts as an upload does, no storage at hand: each is kept until as many others are on their way. */
async function upload(buffers: PartBuffers, numbers: readonly number[], look: (held: Buffer[]) => void) {
  const held: Buffer[] = [];
  for (const number of numbers) {
    if (held.length > mostInFlight) buffers.give(held.shift() as Buffer);
    const taken = buffers.take(partSize(number));
    const seen = { taken: false };
    void taken.then(() => (seen.taken = true));
    // A storage answers only when nothing else goes on.
    for (await settled(); !seen.taken; await settled()) buffers.give(held.shift() as Buffer);
    held.push(await taken);
    look(held);
  }
  for (const buffer of held) buffers.give(buffer);
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what all parts hold at once stays below the budget at every size, then it is one part', async () => {
  const allocated: number[] = [];
  // A part of 3.5 GiB is only played.
  const buffers = new PartBuffers((size) => {
    allocated.push(size);
    return Buffer.allocUnsafeSlow(size <= memoryBudget ? size : 0);
  });
  const around = firsts.flatMap((first) => [0, 1, 2, 3, 4, 5].map((further) => first + further));
  let most = 0;
  await upload(buffers, around, (held) => (most = Math.max(most, held.length)));
  expect(most).toBe(mostInFlight + 1);
  expect(allocated).toEqual([96, 224, 448, 896, 1_792, 3_584].map((size) => size * MiB));
});

test.each([1, 1_001, 2_001, 3_001, 4_001, 5_001])(
  'an upload that comes to part %d holds what its size allows, none of it twice',
  async (first) => {
    const allocated: Buffer[] = [];
    const buffers = new PartBuffers((size) => {
      allocated.push(Buffer.allocUnsafeSlow(size));
      return allocated.at(-1) as Buffer;
    });
    const numbers = Array.from({ length: 12 }, (_, at) => Math.max(1, first - 6 + at));
    let most = 0;
    await upload(buffers, numbers, (held) => {
      const spans = held.map(({ byteOffset, length }) => [byteOffset, byteOffset + length] as const);
      for (const [at, [begin]] of spans.entries())
        expect(spans.some(([from, to], other) => other !== at && begin >= from && begin < to)).toBe(false);
      const bytes = held.reduce((sum, { length }) => sum + length, 0);
      expect(bytes).toBeLessThanOrEqual(memoryBudget);
      most = Math.max(most, bytes);
    });
    const sizes = [...new Set(numbers.map(partSize))];
    expect(most).toBe(Math.max(...sizes.map((size) => buffersOf(size) * size)));
    expect(allocated.map(({ length }) => length)).toEqual([memoryBudget]);
  },
);
