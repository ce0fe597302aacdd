/** Kinds that no chart ships and that cases need. */
import type { ResourceType } from '../../lib/domain/kubernetes.ts';
import { nodeName } from '../../sandbox/layout.ts';
import { typeOf } from '../../test/e2e/support/namespace.ts';
import type { KindName } from '../../test/e2e/support/namespace.ts';
import type { Manifest, Stage } from './case.ts';

const clusterWide = (group: string, plural: string, kind: string): ResourceType => ({
  group,
  version: 'v1',
  plural,
  kind,
  namespaced: false,
});

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
