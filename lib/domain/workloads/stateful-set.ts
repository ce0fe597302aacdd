import type { KubeObject } from '../kubernetes.ts';
import { unobserved } from './conditions.ts';
import { blocked, ready, type Kind, type Progress, type Seen } from './kind.ts';
import { blockedPods, isPodReady, isWanted } from './pods.ts';
import { blockedReplicas } from './replica-set.ts';

interface StatefulSetSpec {
  readonly replicas?: number;
  readonly minReadySeconds?: number;
  readonly updateStrategy?: {
    readonly type?: string;
    readonly rollingUpdate?: { readonly partition?: number };
  };
}

interface StatefulSetStatus {
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly updatedReplicas?: number;
  readonly currentRevision?: string;
  readonly updateRevision?: string;
}

export const statefulSet: Kind = {
  name: 'apps/StatefulSet',
  gates: 'default',
  ready:
    'its controller has seen the newest generation, all replicas are ready (available, with minReadySeconds) and those at or above the partition are of the update revision',
  trap: 'below a partition, and everywhere with OnDelete, pods keep the old revision on purpose: those count when they are ready, and a finding says how many they are',
  assess,
  needs: ['Pod', 'Event'],
};

function assess(object: KubeObject, seen: Seen): Progress {
  const { replicas: wanted = 1, minReadySeconds = 0 } = specOf(object);
  const status = statusOf(object);
  const unseen = unobserved(object);
  if (unseen !== undefined) return blocked(0, wanted, unseen);

  const up = (minReadySeconds > 0 ? status.availableReplicas : status.readyReplicas) ?? 0;
  const mustUpdate = mustBeUpdated(object);
  const updated = status.updatedReplicas ?? 0;
  // Without a partition the controller moves currentRevision last of all: only then is the rollout over.
  const settled = mustUpdate < wanted || onDelete(object) || status.currentRevision === status.updateRevision;
  if (up >= wanted && updated >= mustUpdate && settled) return ready(wanted);

  const outdated = Math.min((status.replicas ?? wanted) - updated, mustUpdate - updated);
  const done = Math.min(wanted, Math.max(0, up - Math.max(0, outdated)));
  return blocked(done, wanted, blockedOn(object, seen, { up, updated, mustUpdate, wanted }));
}

function blockedOn(
  object: KubeObject,
  seen: Seen,
  counts: { up: number; updated: number; mustUpdate: number; wanted: number },
): string {
  const pods = seen.ownedBy(object.metadata.uid ?? '', 'Pod');
  const cause = blockedPods(updatedPods(object, seen), seen) || blockedReplicas(object, pods, seen);
  if (cause !== '') return cause;
  if (counts.updated < counts.mustUpdate) {
    const ending = pods.find((pod) => !isWanted(pod));
    const waits = ending === undefined ? '' : `, pod ${ending.metadata.name} is ending`;
    return `${counts.updated} of ${counts.mustUpdate} pods of the new revision${waits}`;
  }
  if (counts.up < counts.wanted) return `${pods.filter(isPodReady).length} of ${counts.wanted} pods ready`;
  return 'the controller has not closed the rollout yet';
}

/** Its pods of the revision that it is being moved to. */
export const updatedPods = (object: KubeObject, seen: Seen): readonly KubeObject[] =>
  seen
    .ownedBy(object.metadata.uid ?? '', 'Pod')
    .filter((pod) => pod.metadata.labels?.['controller-revision-hash'] === statusOf(object).updateRevision);

/** How many replicas must be of the update revision: none with OnDelete, those at or above the partition else. */
function mustBeUpdated(object: KubeObject): number {
  const { replicas = 1, updateStrategy } = specOf(object);
  if (onDelete(object)) return 0;
  return Math.max(0, replicas - (updateStrategy?.rollingUpdate?.partition ?? 0));
}

const onDelete = (object: KubeObject): boolean => specOf(object).updateStrategy?.type === 'OnDelete';

/** How many pods keep an older revision: on purpose, when the set counts as ready. */
export function keptOld(object: KubeObject): number {
  const { replicas = 1 } = specOf(object);
  const { updatedReplicas = 0, currentRevision, updateRevision } = statusOf(object);
  return currentRevision === updateRevision ? 0 : Math.max(0, replicas - updatedReplicas);
}

const specOf = (object: KubeObject): StatefulSetSpec => (object.spec as StatefulSetSpec | undefined) ?? {};
const statusOf = (object: KubeObject): StatefulSetStatus =>
  (object.status as StatefulSetStatus | undefined) ?? {};
