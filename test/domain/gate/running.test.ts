import { expect, test } from '@jest/globals';
import { runningOf, underWay } from '../../../lib/domain/gate/running.ts';
import type { Deployed } from '../../../lib/domain/gate/running.ts';

type Statuses = readonly (readonly [state: string, description: string])[];

let ids = 0;
/** Statuses newest first. */
const deployed = (...statuses: Statuses): Deployed => ({
  id: (ids += 1),
  sha: 'c'.repeat(40),
  task: 'deploy',
  payload: undefined,
  statuses: statuses.map(([state, description]) => ({ state, description, at: 1_000, logUrl: '' })),
});
const before = deployed(['inactive', ''], ['success', 'prod/shop#41 verified sha256:abababababab']);

test.each<[string, Statuses, string]>([
  ['it holds', [['success', 'prod/shop#42 ready sha256:abababababab']], '#42 ready'],
  ['nobody knows', [['error', 'prod/shop#42 applied sha256:abababababab']], '#42 applied'],
  ['the API was lost', [['error', 'prod/shop#42 applied: the API was lost']], '#42 applied'],
  ['it failed and was left', [['failure', 'prod/shop#42 rejected sha256:abababababab']], '#42 rejected'],
  ['cancelled, and left', [['failure', 'prod/shop#42 rejected: cancelled, left']], '#42 rejected'],
  [
    'its run was killed, and the next one said so',
    [['failure', 'prod/shop#42 rejected: run 7 ended before the release was proven']],
    '#42 rejected',
  ],
  [
    'its smoke test failed, and nobody took it back',
    [
      ['failure', 'prod/shop#42 ready sha256:abababababab, but smoke-test: 500'],
      ['success', 'prod/shop#42 ready'],
    ],
    '#42 ready',
  ],
  ['it was taken back', [['failure', 'prod/shop#42 rolled-back sha256:abababababab']], '#41 verified'],
  ['it was given up', [['failure', 'prod/shop#42 abandoned: nothing had been applied']], '#41 verified'],
  [
    'its backup failed before helm began',
    [['failure', 'prod/shop#42 rejected sha256:abababababab: nothing had been applied']],
    '#41 verified',
  ],
  ['it is on its way', [['in_progress', 'prod/shop#42 planned']], '#41 verified'],
  ['a job that deployed nothing', [['success', '']], '#41 verified'],
])('what runs where %s', (_, statuses, expected) => {
  const running = runningOf([deployed(...statuses), before]);
  expect(`${running?.record} ${running?.state}`).toBe(`prod/shop${expected}`);
});

test('on its way: until it ends, GitHub closes its job, or no job lives that long', () => {
  const begun = deployed(['in_progress', 'prod/shop#42 planned'], ['in_progress', '']);
  const closed = deployed(['failure', ''], ['in_progress', 'prod/shop#42 planned']);
  expect(underWay([begun, before], 2_000)).toMatchObject({ record: 'prod/shop#42', since: 1_000 });
  expect(underWay([begun, before], 1_000 + 6 * 3_600_000)).toBeUndefined();
  expect(underWay([closed, before], 2_000)).toBeUndefined();
  expect(underWay([before], 2_000)).toBeUndefined();
});
