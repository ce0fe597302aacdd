import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { differingParts } from '../../../lib/domain/source/canonical.ts';
import { changed, unchanged } from './changes.ts';
import type { Row } from './changes.ts';
import { hashed } from './lab.ts';
import type { Hash } from './lab.ts';
import { makeRepository } from './repository.ts';
import type { Place } from './repository.ts';

let [original, before]: [Place?, Hash?] = [];
beforeAll(async () => {
  original = await makeRepository();
  before = await hashed(original);
}, 60_000);
afterAll(() => original?.[Symbol.asyncDispose]());

/** Each is done to a copy at another path, so every row also says that the path does not count. */
async function differences([, act, change]: Row): Promise<string[]> {
  if (original === undefined || before === undefined) throw new Error('beforeAll failed');
  await using place = await original.copy();
  await act(place);
  const after = await hashed(place, change);
  const parts = differingParts(before.parts, after.parts);
  expect(after.hash === before.hash).toBe(parts.length === 0);
  return parts;
}

describe('the same source', () => {
  test.each(unchanged.map((row) => [row[0], row] as const))('%s', async (_, row) => {
    expect(await differences(row)).toEqual([]);
  });
});

describe('another source', () => {
  test.each(changed.map(([parts, row]) => [row[0], parts.join(', '), row] as const))(
    '%s: %s',
    async (_, parts, row) => {
      expect((await differences(row)).join(', ')).toBe(parts);
    },
  );
});
