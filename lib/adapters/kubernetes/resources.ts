/** The resource types that the adapters of this folder use themselves. */
import { knownType } from '../../domain/resource-types.ts';

export const secrets = knownType('v1', 'Secret');
export const pods = knownType('v1', 'Pod');
export const leases = knownType('coordination.k8s.io/v1', 'Lease');
export const deployments = knownType('apps/v1', 'Deployment');
export const replicaSets = knownType('apps/v1', 'ReplicaSet');
export const statefulSets = knownType('apps/v1', 'StatefulSet');
