import { expect, test } from '@jest/globals';
import {
  candidatesOf,
  chooseUpdate,
  parseRunning,
  within,
} from '../../../lib/domain/environments/updates.ts';

const digest = `sha256:${'a'.repeat(64)}`;

test('candidates are the tags that are versions, newest first', () => {
  const tags = ['latest', '1.4.2', 'v1.10.0', '1.9.0', 'dev-7', '1.4', 'sha-abc', '2.0.0-rc.1', '1.4.2_7'];
  expect(candidatesOf(tags).map(({ tag }) => tag)).toEqual([
    '2.0.0-rc.1',
    'v1.10.0',
    '1.9.0',
    '1.4.2',
    '1.4.2_7',
  ]);
  expect(candidatesOf(['1.4.2_7'])[0]?.version).toBe('1.4.2+7');
});

test.each([
  ['none', { kind: 'none' }],
  ['1.4.2', { kind: 'version', version: '1.4.2' }],
  ['v1.4.2', { kind: 'version', version: '1.4.2' }],
  ['ghcr.io/octo/shop:v1.4.2', { kind: 'version', version: '1.4.2' }],
  ['localhost:5000/shop:1.4.2_7', { kind: 'version', version: '1.4.2+7' }],
  [digest, { kind: 'digest', digest }],
  [`ghcr.io/octo/shop:v1.4.2@${digest}`, { kind: 'digest', digest }],
  ['', undefined],
  ['latest', undefined],
  ['1.4', undefined],
  ['sha256:abc', undefined],
  ['localhost:5000/shop', undefined],
])('what runs, as %j', (text, running) => {
  expect(parseRunning(text)).toEqual(running);
});

const tags = ['1.4.2', '1.5.0', '1.5.1', '2.0.0', '2.1.0-rc.1'];

test.each([
  ['1.4.2', '*', '2.0.0', '2.0.0 is newer than 1.4.2, which runs'],
  ['1.4.2', '^1.4', '1.5.1', '1.5.1 is newer than 1.4.2, which runs'],
  ['1.4.2', '~1.4', undefined, '1.4.2 runs and is the newest within ~1.4'],
  ['2.0.0', '*', undefined, '2.0.0 runs and is the newest'],
  ['2.0.0', '1.x', undefined, '2.0.0 runs and is newer than 1.5.1, the newest within 1.x'],
  ['1.5.1-rc.1', '1.x', '1.5.1', '1.5.1 is newer than 1.5.1-rc.1'],
  ['2.0.0', '>=2.1.0-rc.0', '2.1.0-rc.1', '2.1.0-rc.1 is newer than 2.0.0'],
  ['2.0.0', '>=3', undefined, 'no version there is within >=3; the newest is 2.1.0-rc.1, a pre-release'],
  [undefined, '1.x', '1.5.1', '1.5.1 is there and nothing runs'],
])('%s runs, %s is wanted: %s', (running, range, to, why) => {
  const update = chooseUpdate(running, candidatesOf(tags), range);
  expect(update).toMatchObject({
    kind: to === undefined ? 'stay' : 'newer',
    why: expect.stringContaining(why),
  });
  expect(update.kind === 'newer' ? update.to.version : undefined).toBe(to);
});

test('a registry without versions', () => {
  expect(chooseUpdate('1.4.2', candidatesOf(['latest']), '*')).toEqual({
    kind: 'stay',
    why: 'no tag there is a version',
  });
  expect(within([], '*')).toEqual([]);
});
