import type { KubeObject } from '../kubernetes.ts';
import { conditionOf, unobserved } from './conditions.ts';
import { blocked, ready, type Kind, type Progress, type Seen } from './kind.ts';
import { blockedPods } from './pods.ts';
import { oneLine, plural, reasonAndMessage } from '../words.ts';

interface ReplicaSetStatus {
  readonly replicas?: number;
  readonly availableReplicas?: number;
}

export const replicaSet: Kind = {
  name: 'apps/ReplicaSet',
  gates: 'default',
  ready:
    'its controller has seen the newest generation and as many pods are available as the live spec asks for',
  trap: 'it never replaces its pods: a changed template shows only on pods made later',
  assess,
  needs: ['Pod', 'Event'],
};

export const replicationController: Kind = { ...replicaSet, name: '/ReplicationController' };

function assess(object: KubeObject, seen: Seen): Progress {
  const wanted = (object.spec as { replicas?: number } | undefined)?.replicas ?? 1;
  const { replicas = 0, availableReplicas = 0 } = (object.status as ReplicaSetStatus | undefined) ?? {};
  const unseen = unobserved(object);
  if (unseen !== undefined) return blocked(0, wanted, unseen);
  if (replicas === wanted && availableReplicas >= wanted) return ready(wanted);

  const done = Math.min(wanted, availableReplicas);
  const pods = seen.ownedBy(object.metadata.uid ?? '', 'Pod');
  const counted =
    replicas > wanted
      ? `${plural(replicas - wanted, 'pod')} too many`
      : `${replicas} of ${wanted} pods created`;
  const cause = blockedReplicas(object, pods, seen) || counted;
  return blocked(done, wanted, cause);
}

/**
 * Why this controller's pods are not there or not ready: the API refuses them (quota, admission, no
 * ServiceAccount), or what the pods themselves say. Empty when neither tells.
 */
export function blockedReplicas(owner: KubeObject, pods: readonly KubeObject[], seen: Seen): string {
  const failure = conditionOf(owner, 'ReplicaFailure');
  if (failure?.status === 'True') return oneLine(failure.message ?? failure.reason ?? 'ReplicaFailure');
  return blockedPods(pods, seen) || refusalEvent(owner, seen);
}

/** StatefulSets, DaemonSets and Jobs have no condition for it, only an event, which stays after the cause has gone. */
function refusalEvent(owner: KubeObject, seen: Seen): string {
  const refused = seen
    .warnings(owner.metadata.uid ?? '')
    .find((warning) => warning.reason === 'FailedCreate');
  return refused === undefined ? '' : reasonAndMessage(refused.reason, refused.message);
}
