import type { KubeObject } from '../kubernetes.ts';
import { conditionOf, unobserved } from './conditions.ts';
import { blocked, ready, type Kind, type Progress, type Seen } from './kind.ts';
import { blockedReplicas } from './replica-set.ts';
import { plural } from '../words.ts';

export interface DeploymentSpec {
  readonly replicas?: number;
  readonly paused?: boolean;
  readonly minReadySeconds?: number;
}

interface DeploymentStatus {
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly availableReplicas?: number;
}

const revision = 'deployment.kubernetes.io/revision';

export const deployment: Kind = {
  name: 'apps/Deployment',
  gates: 'default',
  ready:
    'its controller has seen the newest generation, all replicas that the live spec asks for are of the newest revision and available, and none of an older one is left',
  trap: 'the number wanted is the live one, which an HPA may have moved, never the manifest’s; only pods of the newest ReplicaSet are blamed; a paused rollout never ends and never times out',
  assess,
  needs: ['ReplicaSet', 'Pod', 'Event'],
};

/** The same meaning as `kubectl rollout status`: updated, available, and nothing old left. */
function assess(object: KubeObject, seen: Seen): Progress {
  const { replicas: wanted = 1 } = specOf(object);
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = statusOf(object);
  const unseen = unobserved(object);
  if (unseen !== undefined) return blocked(0, wanted, unseen);

  const newest = newestReplicaSet(object, replicaSetsOf(object, seen));
  const old = Math.max(0, replicas - updatedReplicas);
  const newestAvailable = (newest?.status as DeploymentStatus | undefined)?.availableReplicas;
  const done = Math.min(wanted, updatedReplicas, newestAvailable ?? Math.max(0, availableReplicas - old));

  if (updatedReplicas >= wanted && old === 0 && availableReplicas >= updatedReplicas) return ready(wanted);
  return blocked(done, wanted, blockedOn(object, newest, seen));
}

function blockedOn(object: KubeObject, newest: KubeObject | undefined, seen: Seen): string {
  const { replicas: wanted = 1, paused = false, minReadySeconds = 0 } = specOf(object);
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = statusOf(object);
  if (paused && updatedReplicas < wanted) {
    const { name, namespace = '' } = object.metadata;
    return `the rollout is paused (kubectl rollout resume deployment/${name} -n ${namespace})`;
  }
  if (newest === undefined)
    return conditionOf(object, 'ReplicaFailure')?.message ?? 'no ReplicaSet of its own yet';

  const pods = seen.ownedBy(newest.metadata.uid ?? '', 'Pod');
  const cause = blockedReplicas(newest, pods, seen);
  if (cause !== '') return cause;
  if (updatedReplicas < wanted) return `${updatedReplicas} of ${wanted} pods created`;
  if (availableReplicas < updatedReplicas) {
    return minReadySeconds > 0 ? `pods must stay ready for ${minReadySeconds}s` : 'pods not available yet';
  }
  return `${plural(Math.max(0, replicas - updatedReplicas), 'pod')} of an older revision still running`;
}

/** Of a Deployment: the revision that its controller now fills; of a ReplicaSet: the newest that it was made for. */
export const revisionName = ({ metadata }: KubeObject): string | undefined =>
  metadata.annotations?.[revision];

/**
 * The ReplicaSet, of those that it owns, that the Deployment's controller now fills: the one with the Deployment's
 * own revision number, else the highest. An undo gives the old ReplicaSet a new, higher number.
 */
export function newestReplicaSet(object: KubeObject, sets: readonly KubeObject[]): KubeObject | undefined {
  const current = revisionName(object);
  const newestFirst = sets.toSorted(
    (a, b) => revisionOf(b) - revisionOf(a) || compare(madeAt(b), madeAt(a)) || compare(nameOf(b), nameOf(a)),
  );
  return newestFirst.find((set) => current !== undefined && revisionName(set) === current) ?? newestFirst[0];
}

export const replicaSetsOf = ({ metadata }: KubeObject, seen: Seen): readonly KubeObject[] =>
  seen.ownedBy(metadata.uid ?? '', 'ReplicaSet');

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
const revisionOf = (set: KubeObject): number => Number(revisionName(set) ?? 0);
const nameOf = ({ metadata }: KubeObject): string => metadata.name;
const madeAt = (set: KubeObject): string => set.metadata.creationTimestamp ?? '';

const specOf = (object: KubeObject): DeploymentSpec => (object.spec as DeploymentSpec | undefined) ?? {};
const statusOf = (object: KubeObject): DeploymentStatus =>
  (object.status as DeploymentStatus | undefined) ?? {};
