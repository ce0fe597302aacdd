import type { KubeObject, ResourceType } from './kubernetes.ts';

type Row = readonly [groupVersion: string, plural: string, kind: string, scope?: 'cluster'];

/** The kinds that charts are made of; anything else is asked of the API's discovery. */
const rows: readonly Row[] = [
  ['v1', 'pods', 'Pod'],
  ['v1', 'services', 'Service'],
  ['v1', 'configmaps', 'ConfigMap'],
  ['v1', 'secrets', 'Secret'],
  ['v1', 'serviceaccounts', 'ServiceAccount'],
  ['v1', 'persistentvolumeclaims', 'PersistentVolumeClaim'],
  ['v1', 'persistentvolumes', 'PersistentVolume', 'cluster'],
  ['v1', 'namespaces', 'Namespace', 'cluster'],
  ['v1', 'events', 'Event'],
  ['v1', 'endpoints', 'Endpoints'],
  ['v1', 'limitranges', 'LimitRange'],
  ['v1', 'resourcequotas', 'ResourceQuota'],
  ['v1', 'replicationcontrollers', 'ReplicationController'],
  ['apps/v1', 'deployments', 'Deployment'],
  ['apps/v1', 'replicasets', 'ReplicaSet'],
  ['apps/v1', 'statefulsets', 'StatefulSet'],
  ['apps/v1', 'daemonsets', 'DaemonSet'],
  ['apps/v1', 'controllerrevisions', 'ControllerRevision'],
  ['batch/v1', 'jobs', 'Job'],
  ['batch/v1', 'cronjobs', 'CronJob'],
  ['autoscaling/v1', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler'],
  ['autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler'],
  ['policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget'],
  ['networking.k8s.io/v1', 'ingresses', 'Ingress'],
  ['networking.k8s.io/v1', 'ingressclasses', 'IngressClass', 'cluster'],
  ['networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy'],
  ['rbac.authorization.k8s.io/v1', 'roles', 'Role'],
  ['rbac.authorization.k8s.io/v1', 'rolebindings', 'RoleBinding'],
  ['rbac.authorization.k8s.io/v1', 'clusterroles', 'ClusterRole', 'cluster'],
  ['rbac.authorization.k8s.io/v1', 'clusterrolebindings', 'ClusterRoleBinding', 'cluster'],
  ['coordination.k8s.io/v1', 'leases', 'Lease'],
  ['scheduling.k8s.io/v1', 'priorityclasses', 'PriorityClass', 'cluster'],
  ['storage.k8s.io/v1', 'storageclasses', 'StorageClass', 'cluster'],
  ['apiextensions.k8s.io/v1', 'customresourcedefinitions', 'CustomResourceDefinition', 'cluster'],
  ['apiregistration.k8s.io/v1', 'apiservices', 'APIService', 'cluster'],
  [
    'admissionregistration.k8s.io/v1',
    'mutatingwebhookconfigurations',
    'MutatingWebhookConfiguration',
    'cluster',
  ],
  [
    'admissionregistration.k8s.io/v1',
    'validatingwebhookconfigurations',
    'ValidatingWebhookConfiguration',
    'cluster',
  ],
];

const types = new Map(rows.map((row) => [`${row[0]}/${row[2]}`, typeOf(row)]));

function typeOf([groupVersion, plural, kind, scope]: Row): ResourceType {
  const [group, version] = groupVersion.includes('/') ? groupVersion.split('/') : ['', groupVersion];
  return { group: group ?? '', version: version ?? '', plural, kind, namespaced: scope !== 'cluster' };
}

/** Where a built-in kind is served; undefined for custom resources. */
export const builtInType = (object: Pick<KubeObject, 'apiVersion' | 'kind'>): ResourceType | undefined =>
  types.get(`${object.apiVersion}/${object.kind}`);

/** The same for a kind that our own code names: not to know it is a defect. */
export function knownType(apiVersion: string, kind: string): ResourceType {
  const type = builtInType({ apiVersion, kind });
  if (type === undefined) throw new Error(`${apiVersion} ${kind} is missing in resource-types.ts`);
  return type;
}
