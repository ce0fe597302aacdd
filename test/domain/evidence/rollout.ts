/** A rollout that fails, in the shapes that a kubelet and the API write. */
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import type { Finding, Observation, Verdict } from '../../../lib/domain/verdict/types.ts';
import { idOf } from '../../../lib/domain/workloads/kind.ts';
import { saw } from '../verdict/rollout.ts';
import { deploymentOf, object, owner, replicaSetOf } from '../workloads/objects.ts';

export const ended = (exitCode: number, reason = 'Error', more: object = {}) => ({
  terminated: {
    exitCode,
    reason,
    startedAt: '2026-01-01T00:00:01Z',
    finishedAt: '2026-01-01T00:00:02Z',
    containerID: 'containerd://0c1f',
    ...more,
  },
});

export const backsOff = (container: string, pod: string) => ({
  waiting: {
    reason: 'CrashLoopBackOff',
    message: `back-off 20s restarting failed container=${container} pod=${pod}_shop(uid-Pod-${pod})`,
  },
});

export const running = { running: { startedAt: '2026-01-01T00:00:03Z' } };

export const container = (name: string, state: object, more: object = {}) => ({
  name,
  ready: false,
  started: false,
  restartCount: 0,
  state,
  lastState: {},
  ...more,
});

/** Of ReplicaSet `web-new` unless it is told otherwise. */
export const pod = (
  name: string,
  containers: readonly object[],
  { by = ['ReplicaSet', 'web-new'] as [string, string], image = 'shop:2', status = {}, meta = {} } = {},
): KubeObject =>
  object('v1', 'Pod', name, {
    meta: { ...owner(...by), ...meta },
    spec: {
      nodeName: 'node-1',
      initContainers: [{ name: 'migrate', image }],
      containers: [
        { name: 'app', image },
        { name: 'proxy', image: 'envoy:1' },
      ],
    },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }],
      containerStatuses: containers,
      ...status,
    },
  });

/** `restarts` of a container that exits 1 as soon as it begins. */
export const crashing = (name: string, restarts = 3): KubeObject =>
  pod(name, [
    container('app', backsOff('app', name), { restartCount: restarts, lastState: ended(1) }),
    container('proxy', running, { ready: true, started: true }),
  ]);

export const web = deploymentOf({ replicas: 2 }, { replicas: 2, updatedReplicas: 2 });
export const oldSet = replicaSetOf('web-old', 1);
export const newSet = replicaSetOf('web-new', 2);

export const finding = (cause: string, over: Partial<Finding> = {}): Finding => ({
  subject: 'Deployment shop/web',
  rule: 'CrashLoop',
  cause,
  severity: 'likely',
  firstSeen: 10,
  proof: 'the API says so',
  remedy: 'read its log',
  ...over,
});

/** A fail for the first of these; every object that is not ready is a workload of the release. */
export const failed = (findings: readonly Finding[], workloads: readonly KubeObject[] = [web]): Verdict => ({
  outcome: 'fail',
  reason: `${findings[0]?.subject}: ${findings[0]?.cause}`,
  findings,
  at: 1_000,
  workloads: workloads.map((each) => ({
    id: idOf(each),
    ready: false,
    done: 0,
    wanted: 2,
    blockedOn: 'pod web-new-a container app: exit 1 (Error)',
  })),
});

/** What is there when the watch begins, and what comes after it, a second apart. */
export const watched = (before: readonly KubeObject[], after: readonly KubeObject[]): Observation[] => [
  ...before.map((each) => saw(1, each)),
  ...after.map((each, index) => saw(1_000 * (index + 1), each)),
];
