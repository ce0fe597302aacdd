/** The cluster's clock may be minutes away from ours: what it writes is only held against what it wrote itself. */
import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import type { FailFast, Observation } from '../../../lib/domain/verdict/types.ts';
import {
  app,
  backingOff,
  deployment,
  image,
  judged,
  pending,
  pod,
  restarted,
  rollOut,
  running,
  see,
  stopped,
  up,
  warn,
} from './rules/scene.ts';

/** What the cluster's clock says at this second of ours. */
type ClusterClock = (second: number) => string;
const clusterAt =
  (skew: number): ClusterClock =>
  (second) =>
    new Date((second + skew) * 1_000).toISOString();

const ended = (at: ClusterClock, began: number, over: number) => ({
  terminated: { exitCode: 1, reason: 'Error', startedAt: at(began), finishedAt: at(over) },
});
/** It ran from `began` to `over` and waits now, or runs since `again`. */
const crash = (at: ClusterClock, n: number, began: number, over: number, again?: number) =>
  again === undefined
    ? { ...backingOff(n), lastState: ended(at, began, over) }
    : restarted(n, {
        ready: true,
        state: { running: { startedAt: at(again) } },
        lastState: ended(at, began, over),
      });
const timedOut = (at: ClusterClock, second: number) => ({
  conditions: [
    {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: 'ReplicaSet "web-new" has timed out progressing.',
      lastUpdateTime: at(second),
      lastTransitionTime: at(second),
    },
  ],
});
const made = (at: ClusterClock, second: number, about: KubeObject): KubeObject => ({
  ...about,
  metadata: { ...about.metadata, creationTimestamp: at(second) },
});
const timed = (at: ClusterClock, second: number, events: Observation[]): Observation[] =>
  events.map((each) =>
    each.kind === 'object'
      ? {
          ...each,
          object: { ...each.object, firstTimestamp: at(second), lastTimestamp: at(second), eventTime: null },
        }
      : each,
  );
const broken = `failed to pull and unpack image "${image}": 503 Service Unavailable`;

type History = (at: ClusterClock) => Observation[];

const histories: readonly (readonly [what: string, expected: string, history: History])[] = [
  [
    'a crash loop',
    'fail 16s CrashLoop',
    (at) =>
      rollOut(
        see(2, made(at, 2, pod(crash(at, 1, 2, 3)))),
        see(5, pod(crash(at, 2, 4, 5))),
        see(16, pod(crash(at, 3, 15, 16))),
      ),
  ],
  [
    'a crash that is outlived',
    'pass 23s',
    (at) => rollOut(see(9, pod(crash(at, 1, 1, 9))), see(10, pod(crash(at, 1, 1, 9, 10))), up(11)),
  ],
  [
    'a crash from before the release',
    'pass 8s',
    (at) =>
      rollOut(see(0.2, pod(crash(at, 4, -60, -50, -45))), see(2, pod(crash(at, 4, -60, -50, -45))), up(8)),
  ],
  [
    'the progress deadline',
    'fail 40s ProgressDeadlineExceeded',
    (at) => rollOut(see(2, pod(running())), see(40, deployment(timedOut(at, 40)))),
  ],
  [
    'the progress deadline of the rollout before',
    'pass 50s',
    (at) => [
      ...see(0, deployment(timedOut(at, -100), { generation: 1 })),
      ...rollOut(see(2, pod(running())), see(3, deployment(timedOut(at, -100))), up(50)),
    ],
  ],
  [
    'an image that a registry gives later, and its events',
    'pass 60s',
    (at) =>
      rollOut(
        see(3, pod(stopped('ErrImagePull', broken))),
        timed(at, 3, warn(3, pod(app({})), 'Failed', `Failed to pull image "${image}": ${broken}`, 'app')),
        see(50, pod(running({ ready: true, state: { running: { startedAt: at(50) } } }))),
        up(60),
      ),
  ],
  [
    'a pod that cannot be placed',
    'fail 122s Unschedulable',
    (at) =>
      rollOut(
        see(
          2,
          made(at, 2, pending({ reason: 'Unschedulable', message: '0/3 nodes', lastTransitionTime: at(2) })),
        ),
        timed(at, 2, warn(2, pod(app({})), 'FailedScheduling', '0/3 nodes are available')),
      ),
  ],
];

const call = (observations: readonly Observation[], failFast: FailFast): string => {
  const { outcome, at, findings } = judged(observations, failFast);
  const [decisive] = outcome === 'fail' ? findings : [];
  return [outcome, `${at / 1_000}s`, ...(decisive === undefined ? [] : [decisive.rule])].join(' ');
};

test.each(histories)('%s → %s, ten minutes behind, in time, and ahead', (_what, expected, history) => {
  for (const skew of [-600, 0, 600])
    expect({ skew, call: call(history(clusterAt(skew)), 'balanced') }).toEqual({ skew, call: expected });
});
