/** The resource types that the adapters of this folder use themselves. */
import type { ResourceType } from '../../domain/kubernetes.ts';
import { builtInType } from '../../domain/resource-types.ts';

function known(apiVersion: string, kind: string): ResourceType {
  const type = builtInType({ apiVersion, kind });
  if (type === undefined) throw new Error(`${apiVersion} ${kind} is missing in resource-types.ts`);
  return type;
}

export const secrets = known('v1', 'Secret');
export const pods = known('v1', 'Pod');
export const leases = known('coordination.k8s.io/v1', 'Lease');
export const deployments = known('apps/v1', 'Deployment');
export const replicaSets = known('apps/v1', 'ReplicaSet');
export const statefulSets = known('apps/v1', 'StatefulSet');
