import type { Milliseconds } from '../domain/duration.ts';
import type { KubeObject, ObjectId } from '../domain/kubernetes.ts';
import { knownType } from '../domain/resource-types.ts';
import { isObserved, stuckPods } from '../domain/workloads/stuck-pods.ts';
import type { Clock } from '../ports/clock.ts';
import type { Kube } from '../ports/kube.ts';
import type { Log } from '../ports/log.ts';

export interface StuckPorts {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long a controller may take to see what was applied before it is looked at as it stands. */
const patience: Milliseconds = 10_000;
const pause: Milliseconds = 200;

/** The pods that keep these StatefulSets on the revision that was left. */
export async function findStuckPods(gated: readonly ObjectId[], ports: StuckPorts): Promise<KubeObject[]> {
  const sets = gated.filter(({ kind }) => kind === 'StatefulSet');
  const found = await Promise.all(sets.map((id) => stuckIn(id, ports)));
  return found.flat();
}

/** Deletes them, each only while it is the very pod that was seen; their controller makes new ones. */
export async function freeStuckPods(gated: readonly ObjectId[], ports: StuckPorts): Promise<void> {
  for (const { metadata } of await findStuckPods(gated, ports)) {
    const { name, namespace = '', uid } = metadata;
    ports.log.info(`deleting pod ${name}: it never became ready, and its StatefulSet waits for it`);
    await ports.kube.delete(pod, namespace, name, uid === undefined ? {} : { uid });
  }
}

const pod = knownType('v1', 'Pod');
const statefulSet = knownType('apps/v1', 'StatefulSet');

async function stuckIn({ namespace, name }: ObjectId, { kube, clock }: StuckPorts): Promise<KubeObject[]> {
  const deadline = clock.now() + patience;
  let set = await kube.get(statefulSet, namespace, name);
  while (set !== undefined && !isObserved(set) && clock.now() < deadline) {
    await clock.sleep(pause);
    set = await kube.get(statefulSet, namespace, name);
  }
  return set === undefined ? [] : stuckPods(set, await kube.list({ resource: pod, namespace }));
}
