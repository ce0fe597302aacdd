/** Short words for what happens to one rollout, in seconds: the release is applied at 1s and given 600s. */
import type { KubeObject, ObjectId, ObjectMeta } from '../../../../lib/domain/kubernetes.ts';
import type { FailFast, Observation, Probe, Verdict } from '../../../../lib/domain/verdict/types.ts';
import { idOf } from '../../../../lib/domain/workloads/kind.ts';
import { deploymentOf, podOf, replicaSetOf, warning } from '../../workloads/objects.ts';
import { applied, gone, live, saw, web } from '../rollout.ts';

export const image = '127.0.0.1:5000/shop/web:2';

/** One container `app`; `status` is the part that matters. */
export const app = (status: object, name = 'app'): object => ({
  name,
  ready: false,
  started: false,
  restartCount: 0,
  ...status,
});

export const stopped = (reason: string, message = '', more: object = {}): object =>
  app({ state: { waiting: { reason, message } }, ...more });

export const running = (more: object = {}): object => app({ started: true, state: { running: {} }, ...more });

const ended = (exitCode: number, reason = 'Error', message = ''): object => ({
  terminated: { exitCode, reason, ...(message === '' ? {} : { message }) },
});

/** It has just ended for the `n`th time. */
export const crashed = (n: number, exitCode = 1, reason = 'Error', message = ''): object =>
  app({ restartCount: n - 1, state: ended(exitCode, reason, message) });

/** It waits after its `n`th end. */
export const backingOff = (n: number, exitCode = 1, reason = 'Error', message = ''): object =>
  app({
    restartCount: n - 1,
    state: {
      waiting: {
        reason: 'CrashLoopBackOff',
        message: 'back-off 20s restarting failed container=app pod=web-a_shop(uid-Pod-web-a)',
      },
    },
    lastState: ended(exitCode, reason, message),
  });

/** It runs again after `n` ends. */
export const restarted = (n: number, more: object = {}): object =>
  running({ restartCount: n, lastState: ended(1), ...more });

interface PodWords {
  readonly name?: string;
  readonly by?: [kind: string, name: string];
  readonly spec?: object;
  readonly meta?: Partial<ObjectMeta>;
  readonly status?: object;
}

/** A pod of the new ReplicaSet with this one container. */
export function pod(
  container: object,
  { name = 'web-a', by, spec, meta, status }: PodWords = {},
): KubeObject {
  const words = { phase: 'Pending', containerStatuses: [container], ...status };
  const { name: own } = container as { name: string };
  return {
    ...podOf(name, by ?? ['ReplicaSet', 'web-new'], words, meta),
    spec: { containers: [{ name: own, image, ...spec }], nodeName: 'n1' },
  };
}

export const pending = (condition: object, words: PodWords = {}): KubeObject => {
  const made = pod(app({}), words);
  return {
    ...made,
    status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', ...condition }] },
  };
};

let states = 0;

/** A state of an object that is newer than all from before this second, in whatever order a test is written down. */
function stamped(second: number, object: KubeObject): KubeObject {
  const resourceVersion = String(Math.round(second * 1_000) * 1_000_000 + states++);
  return { ...object, metadata: { ...object.metadata, resourceVersion } };
}

/** The objects were seen in these states at this second. */
export const see = (second: number, ...objects: KubeObject[]): Observation[] =>
  objects.map((object) => saw(second * 1_000, stamped(second, object)));

export const left = (second: number, object: KubeObject): Observation[] => [gone(second * 1_000, object)];

export const warn = (
  second: number,
  about: KubeObject,
  reason: string,
  message: string,
  container = '',
): Observation[] =>
  see(second, warning(about, reason, message, container === '' ? '' : `spec.containers{${container}}`));

export const answer = (second: number, probe: Probe, said: string): Observation[] => [
  { at: second * 1_000, kind: 'answer', probe, answer: said },
];

export const newSet = (status: object = {}): KubeObject =>
  replicaSetOf('web-new', 2, { status: { observedGeneration: 1, ...status } });

export const deployment = (
  status: object = {},
  meta: Partial<ObjectMeta> = {},
  spec: object = {},
): KubeObject =>
  deploymentOf({ replicas: 1, ...spec }, status, {
    generation: 2,
    annotations: { 'deployment.kubernetes.io/revision': '2' },
    ...meta,
  });

/** The rollout has come through. */
export const up = (second: number): Observation[] =>
  see(second, deployment({ replicas: 1, updatedReplicas: 1, availableReplicas: 1 }));

/** Deployment web, applied with a new ReplicaSet, and what happens then. */
export const rollOut = (...happens: readonly (readonly Observation[])[]): Observation[] => [
  ...see(0, deployment({}, { generation: 1 })),
  { at: 500, kind: 'synced', resource: '/Pod', namespace: 'shop' },
  applied(1_000, deployment()),
  ...see(1, newSet(), deployment()),
  ...happens.flat(),
];

/** The same for any other workload, as it was applied. */
export const rollOutOf = (
  workload: KubeObject,
  ...happens: readonly (readonly Observation[])[]
): Observation[] => [
  { at: 500, kind: 'synced', resource: '/Pod', namespace: 'shop' },
  applied(1_000, workload),
  ...see(1, workload),
  ...happens.flat(),
];

export function judged(
  observations: readonly Observation[],
  failFast: FailFast = 'balanced',
  gated: ObjectId = web,
): Verdict {
  const inOrder = observations.toSorted((a, b) => a.at - b.at);
  const { verdict } = live({ gated: [gated], deadline: 600_000, timeout: 600_000, failFast }, inOrder);
  if (verdict === undefined) throw new Error('no verdict, not even at the deadline');
  return verdict;
}

/** `fail 31s`, `pass 20s`, `late` when only the deadline decided. */
export function when(
  observations: readonly Observation[],
  failFast: FailFast,
  gated: ObjectId = web,
): string {
  const { outcome, at } = judged(observations, failFast, gated);
  return at >= 600_000 ? 'late' : `${outcome} ${at / 1_000}s`;
}

/** One case: how `strict` and `balanced` judge it. */
export type Row = readonly [
  what: string,
  strict: string,
  balanced: string,
  observations: Observation[],
  about?: KubeObject,
];

export const both = ([, , , observations, about]: Row): string[] =>
  (['strict', 'balanced'] as const).map((preset) =>
    when(observations, preset, about === undefined ? web : idOf(about)),
  );
