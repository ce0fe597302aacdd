import type { KubeObject } from '../kubernetes.ts';
import { unobserved } from './conditions.ts';
import { blocked, ready, type Kind, type Progress, type Seen } from './kind.ts';
import { isWanted } from './pods.ts';
import { blockedReplicas } from './replica-set.ts';

interface DaemonSetStatus {
  readonly currentNumberScheduled?: number;
  readonly desiredNumberScheduled?: number;
  readonly updatedNumberScheduled?: number;
  readonly numberAvailable?: number;
}

export const daemonSet: Kind = {
  name: 'apps/DaemonSet',
  gates: 'default',
  ready:
    'its controller has seen the newest generation, and on each node that wants one a pod of the newest revision is available',
  trap: 'nodes come and go, so how many are wanted is read anew each time; with OnDelete the old pods stay on purpose and count when available',
  assess,
  needs: ['Pod', 'Event'],
};

function assess(object: KubeObject, seen: Seen): Progress {
  const {
    desiredNumberScheduled: wanted = 0,
    currentNumberScheduled: scheduled = wanted,
    updatedNumberScheduled: updated = 0,
    numberAvailable: available = 0,
  } = statusOf(object);
  const unseen = unobserved(object);
  if (unseen !== undefined) return blocked(0, wanted, unseen);

  const mustUpdate = onDelete(object) ? 0 : wanted;
  if (updated >= mustUpdate && available >= wanted) return ready(wanted);
  const outdated = onDelete(object) ? 0 : Math.max(0, scheduled - updated);
  const done = Math.min(wanted, Math.max(0, available - outdated));
  const cause =
    blockedReplicas(object, shownDaemons(object, seen), seen) ||
    (updated < mustUpdate ? `${updated} of ${wanted} nodes have the new revision` : 'pods not available yet');
  return blocked(done, wanted, cause);
}

/** The status names no revision, but pods carry the generation of the template that they were made from. */
export function newestDaemons(object: KubeObject, seen: Seen): readonly KubeObject[] {
  const template = object.metadata.annotations?.['deprecated.daemonset.template.generation'];
  return seen
    .ownedBy(object.metadata.uid ?? '', 'Pod')
    .filter((pod) => template === undefined || pod.metadata.labels?.['pod-template-generation'] === template);
}

/** While none is of the newest, what keeps the older ones is all that can be told. */
function shownDaemons(object: KubeObject, seen: Seen): readonly KubeObject[] {
  const newest = newestDaemons(object, seen).filter(isWanted);
  return newest.length > 0 ? newest : seen.ownedBy(object.metadata.uid ?? '', 'Pod').filter(isWanted);
}

const onDelete = (object: KubeObject): boolean =>
  (object.spec as { updateStrategy?: { type?: string } } | undefined)?.updateStrategy?.type === 'OnDelete';

/** How many pods keep an older revision: on purpose, when the set counts as ready. */
export function keptOldOnNodes(object: KubeObject): number {
  const { desiredNumberScheduled: wanted = 0, updatedNumberScheduled: updated = 0 } = statusOf(object);
  return Math.max(0, wanted - updated);
}

const statusOf = (object: KubeObject): DaemonSetStatus =>
  (object.status as DaemonSetStatus | undefined) ?? {};
