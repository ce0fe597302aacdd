/**
 * Pods that keep a StatefulSet from moving: it replaces its pods one by one and waits for each to be ready, also for
 * one of a revision that is no longer wanted (kubernetes.io, StatefulSets, forced rollback).
 */
import type { KubeObject } from '../kubernetes.ts';
import { conditionOf } from './conditions.ts';
import { isWanted } from './pods.ts';

interface Status {
  readonly observedGeneration?: number;
  readonly updateRevision?: string;
}

/** What its controller has seen of a StatefulSet is what is asked for now. */
export const isObserved = ({ metadata, status }: KubeObject): boolean =>
  ((status as Status | undefined)?.observedGeneration ?? 0) >= (metadata.generation ?? 0);

/** Its pods that are of another revision than the wanted one and have never been ready: nothing is lost with them. */
export function stuckPods(set: KubeObject, pods: readonly KubeObject[]): KubeObject[] {
  const { updateRevision } = (set.status as Status | undefined) ?? {};
  return pods.filter(
    (pod) =>
      isWanted(pod) &&
      (pod.metadata.ownerReferences ?? []).some(({ uid }) => uid === set.metadata.uid) &&
      pod.metadata.labels?.['controller-revision-hash'] !== updateRevision &&
      neverReady(pod),
  );
}

/** The kubelet says `Ready: False` first when it takes the pod; a later change means that it was ready in between. */
function neverReady(pod: KubeObject): boolean {
  const ready = conditionOf(pod, 'Ready');
  if (ready === undefined) return true;
  if (ready.status === 'True') return false;
  const { startTime } = (pod.status as { startTime?: string } | undefined) ?? {};
  const since = Date.parse(ready.lastTransitionTime ?? '');
  // Both are whole seconds, and may fall into two.
  return startTime === undefined || since <= Date.parse(startTime) + 1_000;
}
