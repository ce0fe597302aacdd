import { describeObject } from '../../kubernetes.ts';
import { blockedPods, isPodReady } from '../../workloads/pods.ts';
import { isObserved, stuckPods } from '../../workloads/stuck-pods.ts';
import type { Case, Detection, Grace, Rule } from './rule.ts';

const graces = { '': { strict: 30_000, balanced: 120_000 } } as const satisfies Record<string, Grace>;

export const behindOldPod: Rule = {
  name: 'BehindOldPod',
  severity: 'likely',
  kinds: ['apps/StatefulSet'],
  when: 'its controller has seen the newest generation, no pod of the newest revision is at fault, and a pod of an older one has never been ready',
  graces,
  trap: 'an ordered StatefulSet waits for each pod to be ready, also for one that the next revision is to replace: the way back needs that pod deleted (kubernetes.io, StatefulSets, forced rollback). One that was ready before is replaced in its turn; with podManagementPolicy Parallel or OnDelete nothing waits',
  detect,
};

interface Spec {
  readonly podManagementPolicy?: string;
  readonly updateStrategy?: { readonly type?: string };
}

function detect({ id, object, pods, seen }: Case): Detection[] {
  const { podManagementPolicy, updateStrategy } = (object.spec as Spec | undefined) ?? {};
  if (podManagementPolicy === 'Parallel' || updateStrategy?.type === 'OnDelete') return [];
  if (!isObserved(object) || pods.some((pod) => !isPodReady(pod))) return [];
  return stuckPods(object, seen.ownedBy(object.metadata.uid ?? '', 'Pod')).map((pod) => ({
    subject: describeObject(id),
    key: pod.metadata.uid ?? '',
    grace: graces[''],
    cause: `it waits for pod ${pod.metadata.name} of an older revision, which was never ready`,
    proof: blockedPods([pod], seen),
    remedy: `kubectl delete pod ${pod.metadata.name} -n ${id.namespace}: it is made anew of the newest revision`,
  }));
}
