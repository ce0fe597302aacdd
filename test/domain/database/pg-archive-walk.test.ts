import { expect, test } from '@jest/globals';
import { walkPgArchive } from '../../../lib/domain/database/pg-archive-walk.ts';
import { Walk } from '../../../lib/domain/database/walk.ts';
import { pgArchive } from '../../support/pg-archive.ts';

function isWhole(bytes: Buffer, piece = 100): boolean | undefined {
  const walk = new Walk(walkPgArchive());
  for (let at = 0; at < bytes.length; at += piece) walk.see(bytes.subarray(at, at + piece));
  return walk.isWhole();
}

test.each([10, 11, 12, 13, 14, 15, 16])('archive version 1.%d', (minor) => {
  const { head, blocks } = pgArchive({ minor });
  const whole = Buffer.concat([head, ...blocks]);
  for (const piece of [1, 7, 100_000]) expect(isWhole(whole, piece)).toBe(true);
  for (let length = 0; length < whole.length; length += 1)
    expect([length, isWhole(whole.subarray(0, length))]).toEqual([length, false]);
});

test('cut exactly behind a block: the blocks of the others are missing', () => {
  const { head, blocks } = pgArchive({ minor: 14 });
  for (let count = 0; count < blocks.length; count += 1)
    expect(isWhole(Buffer.concat([head, ...blocks.slice(0, count)]))).toBe(false);
});

test('a block that nobody announced, or that comes twice', () => {
  const { head, blocks } = pgArchive({ minor: 14 });
  const [first = Buffer.of()] = blocks;
  expect(isWhole(Buffer.concat([head, first, first]))).toBe(false);
});

test.each([
  ['newer than what is known', pgArchive({ minor: 17 }).head],
  ['older', pgArchive({ minor: 9 }).head],
  ['the table of contents of -Fd, whose data is elsewhere', pgArchive({ minor: 14, format: 5 }).head],
  [
    'with something behind its end',
    Buffer.concat([
      pgArchive({ minor: 14 }).head,
      ...pgArchive({ minor: 14 }).blocks,
      Buffer.from('pg_dump: warning: x'),
    ]),
  ],
])('%s: nobody can tell', (_, bytes) => {
  expect(isWhole(bytes)).toBeUndefined();
});
