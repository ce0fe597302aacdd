import { autoscaledIn, autoscalerKind, resetOf, sayReset } from '../domain/autoscaled.ts';
import type { Manifest } from '../domain/autoscaled.ts';
import { TargetError } from '../domain/errors.ts';
import type { KubeObject } from '../domain/kubernetes.ts';
import { isRefusal } from '../domain/refusal.ts';
import { builtInType, knownType } from '../domain/resource-types.ts';
import type { Kube } from '../ports/kube.ts';

const autoscalers = knownType('autoscaling/v2', autoscalerKind);

/** Kinds that an autoscaler can scale and that charts are made of. */
const scalable = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController']);

/**
 * Refuses a release that would reset the replicas which an autoscaler has chosen: Helm knows nothing of autoscalers.
 * Throws TargetError naming each. Returns a line to show where the autoscalers may not be looked at.
 */
export async function checkAutoscaled(
  kube: Kube,
  namespace: string,
  { rendered, deployed }: { readonly rendered: Manifest; readonly deployed: Manifest },
  appliedBy: 'client' | 'server',
): Promise<readonly string[]> {
  if (!rendered.some(({ id }) => scalable.has(id.kind))) return [];
  const found = await inCluster(kube, namespace);
  if (found === undefined)
    return ['not allowed to list horizontalpodautoscalers: whether one has chosen replicas is not known'];

  const workloads = autoscaledIn(rendered, deployed, found);
  const resets = await Promise.all(
    workloads.map(async (workload) => {
      const type = builtInType(workload.id);
      if (type === undefined) return undefined;
      const live = await kube.get(type, workload.id.namespace, workload.id.name);
      return resetOf(workload, live, appliedBy);
    }),
  );
  const wrong = resets.filter((reset) => reset !== undefined);
  if (wrong.length === 0) return [];
  throw new TargetError('the release would reset replicas that an autoscaler has chosen', {
    subject: `autoscalers in namespace ${namespace}`,
    remedy: remedies[appliedBy],
    details: wrong.map((reset) => ['resets', sayReset(reset)] as const),
  });
}

const remedies = {
  server: 'leave spec.replicas out of the chart where an autoscaler is on',
  client:
    'let the chart set what runs now; for good, leave spec.replicas out and ship with Helm 4, which then leaves the field to the autoscaler (a release that Helm 3 made moves with extra-args: --server-side=true)',
} as const;

/** Undefined when they may not be listed; a cluster that does not serve them has none. */
async function inCluster(kube: Kube, namespace: string): Promise<readonly KubeObject[] | undefined> {
  try {
    return await kube.list({ resource: autoscalers, namespace });
  } catch (error) {
    if (isRefusal(error, 403)) return undefined;
    if (isRefusal(error, 404)) return [];
    throw error;
  }
}
