import type { ObjectId } from '../kubernetes.ts';
import { autoscaler } from './autoscaler.ts';
import { apiService, customResource, customResourceDefinition } from './by-condition.ts';
import { cronJob } from './cron-job.ts';
import { daemonSet } from './daemon-set.ts';
import { deployment } from './deployment.ts';
import { job } from './job.ts';
import { kindName, ready, type Kind } from './kind.ts';
import { ingress, service } from './load-balancer.ts';
import { pod } from './pod.ts';
import { replicaSet, replicationController } from './replica-set.ts';
import { statefulSet } from './stateful-set.ts';
import { volumeClaim } from './volume-claim.ts';

/** Any other built-in kind: there is nothing to become. */
const plain: Kind = {
  name: 'any other built-in kind',
  gates: 'asked',
  ready: 'it exists',
  trap: 'ConfigMaps, Roles and the like have no state to wait for',
  assess: () => ready(1),
  needs: [],
};

/** Every kind whose readiness we know, in the order of docs/readiness.md. */
export const kinds: readonly Kind[] = [
  deployment,
  statefulSet,
  daemonSet,
  replicaSet,
  replicationController,
  job,
  pod,
  customResourceDefinition,
  volumeClaim,
  service,
  ingress,
  autoscaler,
  cronJob,
  apiService,
  customResource,
  plain,
];

const byName = new Map(kinds.map((kind) => [kind.name, kind]));

/** The readiness of an object's kind. A dotted group that is not Kubernetes' own is a custom resource's. */
export function kindOf(id: Pick<ObjectId, 'apiVersion' | 'kind'>): Kind {
  return byName.get(kindName(id)) ?? (isCustom(id) ? customResource : plain);
}

/** Not by `.k8s.io`: Gateway API and volume snapshots bear it and come as CRDs all the same. */
const ownGroups = new Set([
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]);

function isCustom({ apiVersion }: Pick<ObjectId, 'apiVersion'>): boolean {
  const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : [''];
  return group.includes('.') && !ownGroups.has(group);
}
