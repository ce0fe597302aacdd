import { expect, test } from '@jest/globals';
import type { Deployed } from '../../../lib/domain/gate/running.ts';
import { waysBack } from '../../../lib/domain/gate/ways-back.ts';

type Said = [second: number, state: string, description: string];

/** Statuses are given oldest first, as they came; GitHub lists the newest first. */
const deployed = (task: string, said: Said[], payload: object = {}): Deployed => ({
  id: 1,
  sha: 'a'.repeat(40),
  task,
  payload,
  statuses: said
    .map(([second, state, description]) => ({ state, description, at: second * 1_000, logUrl: '' }))
    .toReversed(),
});

const rollback = (payload: object): Deployed =>
  deployed(
    'rollback',
    [
      [0, 'in_progress', 'prod/shop#8 planned'],
      [40, 'success', 'prod/shop#8 ready'],
      [90, 'success', 'prod/shop#8 verified'],
    ],
    payload,
  );

const takenBack = (state = 'rolled-back'): Deployed =>
  deployed('deploy', [
    [-60, 'in_progress', ''],
    [0, 'in_progress', 'prod/shop#7 planned'],
    [200, 'failure', `prod/shop#7 ${state}`],
  ]);

const held = deployed('deploy', [
  [0, 'in_progress', 'prod/shop#6 planned'],
  [50, 'success', 'prod/shop#6 verified'],
]);

const byGate = deployed('deploy', [[0, 'success', '']]);

test.each<[string, Deployed[], object]>([
  ['nothing was deployed', [], { found: [], among: 0 }],
  ['a release that held, and a gate', [byGate, held], { found: [], among: 1 }],
  ['a rollback, until it said so first', [rollback({})], { found: [{ took: 40_000, withRelease: false }] }],
  [
    'the undo of deploy-helm, from when the release began',
    [takenBack()],
    { found: [{ took: 200_000, withRelease: true }] },
  ],
  ['both of one release', [rollback({ undoes: 'prod/shop#7' }), takenBack()], { found: [{ took: 40_000 }] }],
  ['of two releases', [rollback({ undoes: 'prod/shop#3' }), takenBack()], { found: [{}, {}], among: 2 }],
  ['rejected and left in place', [takenBack('rejected')], { found: [], among: 1 }],
  [
    'a rollback that did not hold',
    [deployed('rollback', [[0, 'failure', 'prod/shop#8 rejected']])],
    { found: [], among: 1 },
  ],
  [
    'nobody said when it began',
    [deployed('deploy', [[9, 'failure', 'prod/shop#7 rolled-back']])],
    { found: [{ took: undefined, withRelease: true }] },
  ],
])('%s', (_what, newestFirst, expected) => {
  expect(waysBack(newestFirst)).toMatchObject(expected);
});
