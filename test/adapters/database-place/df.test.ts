import { expect, test } from '@jest/globals';
import { readDf } from '../../../lib/adapters/database-place/df.ts';

const heading = 'Filesystem     1024-blocks      Used Available Capacity Mounted on';

test.each([
  ['coreutils', `${heading}\n/dev/vda1        101583780  50000000  51567396      50% /\n`, 51_567_396 * 1024],
  ['busybox', `${heading}\noverlay 61255492  1  2   2% /var/lib/a b\n`, 2 * 1024],
  ['full', `${heading}\n/dev/vda1 100 100 0 100% /\n`, 0],
  ['something else', 'df: unrecognised', undefined],
  ['nothing', '', undefined],
])('%s', (_, text, expected) => {
  expect(readDf(text)).toBe(expected);
});
