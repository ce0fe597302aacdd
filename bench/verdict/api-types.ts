/** Kinds that no chart ships and that cases need. */
import { setTimeout as after } from 'node:timers/promises';
import type { ResourceType } from '../../lib/domain/kubernetes.ts';
import { nodeName } from '../../sandbox/layout.ts';
import { typeOf } from '../../test/e2e/support/namespace.ts';
import type { Kube } from '../../lib/ports/kube.ts';
import type { KindName } from '../../test/e2e/support/namespace.ts';
import type { Manifest, Stage } from './case.ts';

const clusterWide = (group: string, plural: string, kind: string): ResourceType => ({
  group,
  version: 'v1',
  plural,
  kind,
  namespaced: false,
});

const definitions = typeOf('apiextensions.k8s.io/v1 CustomResourceDefinition');
const node = clusterWide('', 'nodes', 'Node');
const admission = 'admissionregistration.k8s.io';
const others: Readonly<Record<string, ResourceType>> = {
  [`${admission}/v1 ValidatingAdmissionPolicy`]: clusterWide(
    admission,
    'validatingadmissionpolicies',
    'ValidatingAdmissionPolicy',
  ),
  [`${admission}/v1 ValidatingAdmissionPolicyBinding`]: clusterWide(
    admission,
    'validatingadmissionpolicybindings',
    'ValidatingAdmissionPolicyBinding',
  ),
};

/** Makes something that is not of the namespace, named after it, and has it removed at the end. */
export async function createForAll(
  stage: Stage,
  kind: KindName,
  rest: Manifest,
): Promise<() => Promise<void>> {
  const { kube } = stage.place.namespace;
  const type = others[kind] ?? typeOf(kind);
  const [apiVersion = '', kindName = ''] = kind.split(' ');
  const { metadata, ...spec } = rest;
  await kube.create(type, '', {
    apiVersion,
    kind: kindName,
    metadata: { ...(metadata as object | undefined), name: stage.namespace },
    ...spec,
  });
  const remove = (): Promise<void> => kube.delete(type, '', stage.namespace).catch(() => undefined);
  stage.defer(remove);
  return remove;
}

/** Labels the node until the end. */
export async function labelNode(stage: Stage, label: string): Promise<void> {
  const { kube } = stage.place.namespace;
  const set = (value: string | null) =>
    kube.patch(node, '', nodeName, { metadata: { labels: { [label]: value } } });
  stage.defer(async () => void (await set(null)));
  await set('yes');
}

export const patchNamespace = (stage: Stage, patch: object): Promise<unknown> =>
  stage.place.namespace.kube.patch(typeOf('v1 Namespace'), '', stage.namespace, patch);

/** A volume of the node for one claim. */
export const volumeFor = (stage: Stage, claim: string): Promise<() => Promise<void>> =>
  createForAll(stage, 'v1 PersistentVolume', {
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: '',
      persistentVolumeReclaimPolicy: 'Retain',
      capacity: { storage: '1Mi' },
      claimRef: { name: claim, namespace: stage.namespace },
      hostPath: { path: '/run/slipway-bench', type: 'DirectoryOrCreate' },
    },
  });

/** Removes it although its claim is bound. */
export async function loseVolume(stage: Stage): Promise<void> {
  const { kube } = stage.place.namespace;
  const type = typeOf('v1 PersistentVolume');
  await kube.delete(type, '', stage.namespace);
  await kube.patch(type, '', stage.namespace, { metadata: { finalizers: null } });
}

/** Who deploys may manage only what the usual charts bring. */
export async function mayManage(
  { place: { namespace } }: Stage,
  group: string,
  resource: string,
): Promise<void> {
  const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
  await namespace.create('rbac.authorization.k8s.io/v1 Role', resource, {
    rules: [{ apiGroups: [group], resources: [resource], verbs }],
  });
  await namespace.create('rbac.authorization.k8s.io/v1 RoleBinding', resource, {
    subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: namespace.name }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: resource },
  });
}

const externalSecrets = { group: 'external-secrets.io', plural: 'externalsecrets' };
const definition = `${externalSecrets.plural}.${externalSecrets.group}`;
let users = 0;
let definedBefore: Promise<void> = Promise.resolve();

/** Has the API serve ExternalSecrets, which nobody makes Secrets of here, until the last play that needs them is over. */
export async function serveExternalSecrets(stage: Stage): Promise<void> {
  const { kube } = stage.place.namespace;
  users += 1;
  stage.defer(async () => {
    users -= 1;
    if (users > 0) return;
    definedBefore = definedBefore.catch(() => undefined).then(() => undefine(kube));
    await definedBefore;
  });
  if (users === 1) definedBefore = definedBefore.then(() => define(kube));
  await definedBefore;
  await mayManage(stage, externalSecrets.group, externalSecrets.plural);
}

async function define(kube: Kube): Promise<void> {
  const { group, plural } = externalSecrets;
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: definition },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: 'externalsecret', kind: 'ExternalSecret', listKind: 'ExternalSecretList' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
  // A run that was killed has left it.
  if ((await kube.get(definitions, '', definition)) === undefined) await kube.create(definitions, '', crd);
  // Discovery tells of a definition a moment after it was made.
  await until(async () => ((await kube.resourceTypes(`${group}/v1`)) ?? []).length > 0);
}

async function undefine(kube: Kube): Promise<void> {
  await kube.delete(definitions, '', definition);
  await until(async () => (await kube.get(definitions, '', definition)) === undefined);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    if (await holds()) return;
    await after(500);
  }
  throw new Error(`${definition} is neither served nor gone`);
}
