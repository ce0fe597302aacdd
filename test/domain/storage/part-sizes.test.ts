import { expect, test } from '@jest/globals';
import {
  buffersOf,
  memoryBudget,
  MiB,
  mostBytes,
  mostInFlight,
  mostParts,
  mostWithinBudget,
  partSize,
} from '../../../lib/domain/storage/part-sizes.ts';

const numbers = Array.from({ length: mostParts }, (_, at) => at + 1);
const TiB = 1024 ** 4;

/** How many parts a stream of that many bytes takes. */
function partsFor(bytes: number): number {
  let number = 0;
  for (let left = bytes; left > 0; left -= partSize(number)) number += 1;
  return Math.max(1, number);
}

test('every part is of a size that S3 takes, and none is smaller than the one before', () => {
  for (const number of numbers) {
    expect(partSize(number)).toBeGreaterThanOrEqual(5 * MiB);
    expect(partSize(number)).toBeLessThanOrEqual(5 * 1024 * MiB);
    expect(partSize(number)).toBeGreaterThanOrEqual(partSize(Math.max(1, number - 1)));
  }
});

test('10,000 parts hold more than the 5 TiB that S3 puts into an object, and exactly what is said', () => {
  const sum = numbers.reduce((total, number) => total + partSize(number), 0);
  expect(sum).toBe(mostBytes);
  expect(sum).toBeGreaterThan(5 * TiB);
});

test('a stream of any length up to that takes at most 10,000 parts', () => {
  // Lengths between powers of two, by a fixed sequence: the same in every run.
  let seed = 7;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let round = 0; round < 200; round++) {
    const bytes = Math.floor(Math.min(mostBytes, 2 ** (random() * 43)));
    expect(partsFor(bytes)).toBeLessThanOrEqual(mostParts);
  }
  expect(partsFor(mostBytes)).toBe(mostParts);
  expect(partsFor(90e9)).toBeLessThan(mostParts / 2);
});

test('buffers keep to 96 MiB up to 219 GiB stored; only there one part alone is larger', () => {
  let stored = 0;
  for (const number of numbers) {
    const size = partSize(number);
    const buffers = buffersOf(size);
    expect(buffers).toBeGreaterThanOrEqual(1);
    expect(buffers).toBeLessThanOrEqual(mostInFlight + 1);
    stored += size;
    const held = buffers * size;
    if (stored <= mostWithinBudget) expect(held).toBeLessThanOrEqual(memoryBudget);
    else expect(held).toBe(size);
  }
  expect(Math.floor(mostWithinBudget / 1024 ** 3)).toBe(218);
  expect([8, 16, 24, 32, 48, 96, 224].map((size) => buffersOf(size * MiB))).toEqual([4, 4, 4, 3, 2, 1, 1]);
});

test('one part fills while another is on its way up to 125 GiB stored', () => {
  const first = numbers.find((number) => buffersOf(partSize(number)) < 2) ?? 0;
  const before = numbers.slice(0, first - 1).reduce((sum, number) => sum + partSize(number), 0);
  expect(before).toBe(125 * 1024 ** 3);
});
