import { expect, test } from '@jest/globals';
import { newerUpload } from '../../../lib/domain/gate/obstacles.ts';

const at = (clock: string): number => Date.parse(`2026-11-26T${clock}Z`);
const proposed = { run: '100', proposedAt: '2026-11-26T10:00:00Z' };
const own = { run: '100', at: at('10:00:05') };

test.each<[string, Parameters<typeof newerUpload>[0], string | undefined]>([
  ['nothing was uploaded', [], undefined],
  ['another run uploaded later', [own, { run: '101', at: at('10:01:00') }], 'run 101'],
  [
    'the newest of several is told',
    [
      { run: '101', at: at('11:00:00') },
      { run: '99', at: at('12:00:00') },
    ],
    'run 99',
  ],
  ['another run uploaded before', [own, { run: '101', at: at('09:59:00') }], undefined],
  [
    'the runner’s clock is slow: another came between it and its own upload',
    [own, { run: '99', at: at('10:00:02') }],
    undefined,
  ],
  [
    'the runner’s clock is fast: another came after its own upload',
    [
      { ...own, at: at('09:30:00') },
      { run: '101', at: at('09:40:00') },
    ],
    'run 101',
  ],
  [
    'a re-run proposed again after another',
    [own, { run: '101', at: at('10:01:00') }, { ...own, at: at('10:02:00') }],
    undefined,
  ],
  ['its own was never uploaded', [{ run: '101', at: at('10:00:01') }], 'run 101'],
])('%s', (_what, uploads, newer) => {
  expect(newerUpload(uploads, proposed)).toBe(newer);
});
