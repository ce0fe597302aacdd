import { expect, test } from '@jest/globals';
import { differenceOf } from '../../../lib/domain/storage/account.ts';
import { assertSame } from '../../../lib/domain/storage/damaged.ts';

const sent = { bytes: 3, sha256: 'aa' };

test.each([
  [{ bytes: 3, sha256: 'aa' }, undefined],
  [{ bytes: 2, sha256: 'aa' }, '2 bytes instead of 3'],
  [{ bytes: 3, sha256: 'bb' }, 'other bytes (sha256 bb, not aa)'],
])('%j', (found, difference) => {
  expect(differenceOf(sent, found)).toBe(difference);
});

test('what differs is told with its place', () => {
  expect(() => assertSame('s3://b', 'k', sent, sent)).not.toThrow();
  expect(() => assertSame('s3://b', 'k', sent, { bytes: 3, sha256: 'bb' })).toThrow(
    /s3:\/\/b has other bytes under k than were sent: other bytes/,
  );
});
