/** Random histories of one release: states, events, losses and answers as they may come in any order (seeded). */
import type { KubeObject, ObjectId } from '../../../lib/domain/kubernetes.ts';
import type { Expectation, FailFast, Observation, Probe } from '../../../lib/domain/verdict/types.ts';
import { probeName } from '../../../lib/domain/verdict/types.ts';
import { idOf } from '../../../lib/domain/workloads/kind.ts';
import { object, podOf, readyPod, replicaSetOf, waiting, warning } from '../workloads/objects.ts';
import { applied, blind, gone, saw, sighted } from './rollout.ts';

export type Random = () => number;

export function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export const pick = <T>(random: Random, items: readonly T[]): T =>
  items[Math.floor(random() * items.length)] as T;

export const shuffled = <T>(random: Random, items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, rank: random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);

export const chance = (random: Random, probability: number): boolean => random() < probability;

const web = (random: Random): KubeObject => {
  const generation = pick(random, [1, 2, 2, 2, 3]);
  const count = (): number => pick(random, [0, 0, 1, 2]);
  return object('apps/v1', 'Deployment', 'web', {
    meta: {
      generation,
      ...(chance(random, 0.1)
        ? { annotations: { 'slipway.dev/fail-fast': pick(random, ['40s', 'strict']) } }
        : {}),
    },
    spec: { replicas: 2, paused: chance(random, 0.05) },
    status: {
      observedGeneration: pick(random, [generation, generation, generation, generation - 1]),
      replicas: count(),
      updatedReplicas: count(),
      availableReplicas: count(),
      conditions: chance(random, 0.01)
        ? [
            {
              type: 'Progressing',
              status: 'False',
              reason: 'ProgressDeadlineExceeded',
              lastUpdateTime: pick(random, ['a', 'b']),
            },
          ]
        : [],
    },
  });
};

const seed = (random: Random): KubeObject =>
  object('batch/v1', 'Job', 'seed', {
    meta: { uid: pick(random, ['one', 'two']) },
    status: {
      conditions: chance(random, 0.7)
        ? [{ type: chance(random, 0.02) ? 'Failed' : 'Complete', status: 'True' }]
        : [],
    },
  });

const image = 'r.io/shop/web:2';
const notFound = `failed to pull and unpack image "${image}": ${image}: not found`;
const ended = (exitCode: number, reason = 'Error') => ({ terminated: { exitCode, reason } });
const container = (status: object) => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'app', ready: false, started: true, restartCount: 0, ...status }],
});
const crashing = (restartCount: number) => ({
  restartCount,
  state: { waiting: { reason: 'CrashLoopBackOff' } },
  lastState: ended(1),
});

const podStates: readonly ((random: Random) => object)[] = [
  () => readyPod,
  () => readyPod,
  () => container({ state: { running: {} } }),
  () => container({ state: { running: {} }, started: false }),
  () => waiting('ErrImagePull', notFound),
  () =>
    waiting(
      'ErrImagePull',
      'pulling from host r.io failed with status code [manifests 2]: 503 Service Unavailable',
    ),
  () => waiting('ImagePullBackOff', `Back-off pulling image "${image}"`),
  () => waiting('CreateContainerConfigError', 'secret "db" not found'),
  () => waiting('ContainerCreating'),
  (random) => container(crashing(pick(random, [1, 2, 3]))),
  (random) =>
    container({
      restartCount: pick(random, [1, 2]),
      state: { running: {} },
      lastState: ended(137, 'OOMKilled'),
    }),
  (random) => container({ restartCount: pick(random, [0, 1]), state: ended(127) }),
  () => ({
    phase: 'Pending',
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: '0/1 nodes are available: 1 Insufficient cpu.',
      },
    ],
  }),
  () => ({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' }),
];

const somePod = (random: Random, states: readonly ((random: Random) => object)[]): KubeObject => ({
  ...podOf(
    pick(random, ['p', 'q']),
    ['ReplicaSet', pick(random, ['web-a', 'web-a', 'web-b'])],
    pick(random, states)(random),
    chance(random, 0.05) ? { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 10 } : {},
  ),
  spec: { containers: [{ name: 'app', image, readinessProbe: { periodSeconds: 5, failureThreshold: 2 } }] },
});

const refusals = [
  'Error creating: pods "web-x" is forbidden: exceeded quota: few, requested: pods=1, used: pods=3, limited: pods=3',
  'Internal error occurred: failed calling webhook "vet.acme.dev": no endpoints available for service "vet"',
];

const someSet = (random: Random): KubeObject =>
  replicaSetOf(pick(random, ['web-a', 'web-b']), pick(random, [1, 2]), {
    status: {
      observedGeneration: 1,
      conditions: chance(random, 0.15)
        ? [
            {
              type: 'ReplicaFailure',
              status: 'True',
              reason: 'FailedCreate',
              message: pick(random, refusals),
            },
          ]
        : [],
    },
  });

/** An event that keeps its name is one that is seen again. */
const someEvent = (random: Random): KubeObject => {
  const about = podOf(pick(random, ['p', 'q']), ['ReplicaSet', 'web-a'], {});
  const [reason, message, path] = pick(random, [
    ['FailedMount', 'MountVolume.SetUp failed for volume "tls" : secret "tls" not found', ''],
    ['FailedMount', 'MountVolume.SetUp failed for volume "env" : configmap "env" not found', ''],
    ['Unhealthy', 'Startup probe failed: connection refused', 'spec.containers{app}'],
    ['Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503', 'spec.containers{app}'],
    ['Failed', `Failed to pull image "${image}": ${notFound}`, 'spec.containers{app}'],
    ['TriggeredScaleUp', 'pod triggered scale-up', ''],
  ] as const);
  const made = warning(about, reason, message, path);
  const type = reason === 'TriggeredScaleUp' ? 'Normal' : 'Warning';
  const name = `${about.metadata.name}.${reason}.${message.length}`;
  return { ...made, type, count: pick(random, [1, 2]), metadata: { ...made.metadata, name } };
};

type Maker = (random: Random, states: readonly ((random: Random) => object)[]) => KubeObject;

const makers: readonly Maker[] = [web, seed, someSet, somePod, somePod, somePod, somePod, someEvent];

const manifest = (again: boolean): Probe => ({ kind: 'manifest', subject: image, namespace: 'shop', again });
const questions: readonly (readonly [Probe, readonly string[]])[] = [
  [manifest(false), ['absent', 'denied', 'present', 'unknown']],
  [manifest(true), ['absent', 'present', 'unknown']],
  [{ kind: 'object', subject: 'Secret shop/db' }, ['absent', 'promised', 'present', 'unknown']],
  [{ kind: 'object', subject: 'Secret shop/tls' }, ['absent', 'present']],
];

export const gated: ObjectId[] = [idOf(web(randomOf(1))), idOf(seed(randomOf(1)))];

/** Five minutes to judge in, by the preset that this seed has. */
export const expectationOf = (seedNumber: number): Expectation => ({
  gated,
  deadline: 300_000,
  timeout: 300_000,
  failFast: pick(randomOf(seedNumber * 7), ['strict', 'balanced', 'balanced', 'off'] satisfies FailFast[]),
});

const losses = (at: number): readonly Observation[] => [
  blind(at),
  sighted(at),
  blind(at, 'lost', 'batch/Job'),
  sighted(at, 'batch/Job'),
  blind(at, 'lost', '/Pod'),
  sighted(at, '/Pod'),
];

/** Moments of one to four observations each; within a moment no object changes twice, for one watch keeps its order. */
export function history(random: Random): Observation[][] {
  const moments: Observation[][] = [];
  const live = new Map<string, KubeObject>();
  // Some releases change at every turn, some stand still for minutes; each has only a few troubles, or none would last.
  const pace = pick(random, [2_000, 5_000, 15_000]);
  const troubles = shuffled(random, podStates).slice(0, 3);
  const turns = pick(random, [8, 20, Infinity]);
  for (let at = 1_000, turn = 0; at < 290_000 && turn < turns; at += pace, turn++) {
    const touched = new Map<string, Observation>();
    for (let n = 1 + Math.floor(random() * 4); n > 0; n--) {
      const made = pick(random, makers)(random, troubles);
      const name = `${made.kind}/${made.metadata.name}`;
      const known = live.get(name);
      const goes = known !== undefined && made.kind !== 'Event' && chance(random, 0.1);
      if (goes) live.delete(name);
      else live.set(name, made);
      touched.set(name, goes ? gone(at, known) : saw(at, made));
    }
    if (chance(random, 0.2)) {
      const [probe, answers] = pick(random, questions);
      touched.set(probeName(probe), { at, kind: 'answer', probe, answer: pick(random, answers) });
    }
    const moment = [...touched.values()];
    if (turn === 1) moment.push({ at, kind: 'synced', resource: '/Pod', namespace: 'shop' });
    if (turn === 3)
      moment.push(applied(at, ...[...live.values()].filter(({ kind }) => kind === 'Deployment')));
    if (chance(random, 0.05)) moment.push(pick(random, losses(at)));
    moments.push(moment);
  }
  return moments;
}
