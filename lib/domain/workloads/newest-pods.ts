import type { KubeObject } from '../kubernetes.ts';
import { unobserved } from './conditions.ts';
import { newestDaemons } from './daemon-set.ts';
import { newestReplicaSet, replicaSetsOf, revisionName } from './deployment.ts';
import { disruptionOf } from './disruption.ts';
import type { Seen } from './kind.ts';
import { podStatus } from './pod-status.ts';
import { byOrdinal, isWanted } from './pods.ts';
import { updatedPods } from './stateful-set.ts';

/** Kinds that make pods, or are one. */
export const podKinds: readonly string[] = [
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'apps/ReplicaSet',
  '/ReplicationController',
  'batch/Job',
  '/Pod',
];

/**
 * The pods that a release is judged by: of the newest revision of this workload, not on their way out, not given up by
 * their node. A pod of an older revision proves nothing against the new one: until the controller has looked at the new
 * generation, the newest revision that it names is the one that this release may be mending.
 */
export function newestPods(object: KubeObject, seen: Seen): readonly KubeObject[] {
  return newestRevision(object, seen).filter(
    (pod) => isWanted(pod) && disruptionOf(pod) === undefined && !isSpent(pod, object),
  );
}

/** The same with those that have been ended, in order of their ordinals. */
export function newestRevision(object: KubeObject, seen: Seen): readonly KubeObject[] {
  return isSettled(object) ? [...podsOf(object, seen)].sort(byOrdinal) : [];
}

function podsOf(object: KubeObject, seen: Seen): readonly KubeObject[] {
  switch (object.kind) {
    case 'Pod':
      return [object];
    case 'StatefulSet':
      return updatedPods(object, seen);
    case 'DaemonSet':
      return newestDaemons(object, seen);
    default: {
      const maker = podMaker(object, seen);
      return maker === undefined ? [] : own(maker, seen);
    }
  }
}

/** Every pod that it or a ReplicaSet of it owns, of whatever revision. */
export function everyPod(object: KubeObject, seen: Seen): readonly KubeObject[] {
  if (object.kind === 'Pod') return [object];
  const owners = object.kind === 'Deployment' ? replicaSetsOf(object, seen) : [object];
  return owners.flatMap((owner) => own(owner, seen)).sort(byOrdinal);
}

/** Who makes the pods, and is told when the API refuses one: the newest ReplicaSet of a Deployment, else the workload. */
export function podMaker(object: KubeObject, seen: Seen): KubeObject | undefined {
  if (object.kind !== 'Deployment') return object;
  if (!isSettled(object)) return undefined;
  const newest = newestReplicaSet(object, replicaSetsOf(object, seen));
  // Two watches: the Deployment may name a revision whose ReplicaSet has not been shown yet.
  const named = revisionName(object);
  return named === undefined || newest === undefined || revisionName(newest) === named ? newest : undefined;
}

const own = (owner: KubeObject, seen: Seen): readonly KubeObject[] =>
  seen.ownedBy(owner.metadata.uid ?? '', 'Pod');

/** Those whose status says which generation it speaks of. What Pods and Jobs are made of does not change. */
const revised = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController']);

/**
 * Its controller has looked at its newest generation; until then its newest revision cannot be told. An HPA that scales
 * makes a new generation, too.
 */
export const isSettled = (object: KubeObject): boolean =>
  !revised.has(object.kind) || unobserved(object) === undefined;

/** A pod that has ended is replaced, except where that is its purpose. */
const isSpent = (pod: KubeObject, { kind }: KubeObject): boolean =>
  !['Pod', 'Job'].includes(kind) && ['Failed', 'Succeeded'].includes(podStatus(pod).phase ?? '');
