/** What runs: the containers of the newest revision's pods, as their runtime reports them. */
import type { KubeObject, ObjectId } from '../../domain/kubernetes.ts';
import { newestReplicaSet } from '../../domain/workloads/deployment.ts';
import type { Kube } from '../../ports/kube.ts';
import type { RunningContainer, RunningImages } from '../../ports/rollout.ts';
import { deployments, pods, replicaSets, statefulSets } from './resources.ts';

interface Container {
  readonly name: string;
  readonly image: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly imageID?: string;
}

interface Pod extends KubeObject {
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

/** Everything of one namespace that says which pods are of the newest revision. */
export interface NamespaceState {
  readonly pods: readonly KubeObject[];
  readonly deployments: readonly KubeObject[];
  readonly replicaSets: readonly KubeObject[];
  readonly statefulSets: readonly KubeObject[];
}

/** One list of pods per namespace; of Deployments, ReplicaSets and StatefulSets too where such workloads are gated. */
export function kubeRunningImages(kube: Kube): RunningImages {
  return {
    async of(release, gated) {
      const byNamespace = Map.groupBy(gated, (id) => id.namespace || release.namespace);
      const found = await Promise.all(
        [...byNamespace].map(async ([namespace, ids]) => {
          const listIf = (kind: string, resource: typeof pods, how = {}): Promise<readonly KubeObject[]> =>
            ids.some((id) => id.kind === kind)
              ? kube.list({ resource, namespace, ...how })
              : Promise.resolve([]);
          const revisions = { metadataOnly: true };
          const [listed, owners, sets, stateful] = await Promise.all([
            kube.list({ resource: pods, namespace }),
            listIf('Deployment', deployments, revisions),
            listIf('Deployment', replicaSets, revisions),
            listIf('StatefulSet', statefulSets),
          ]);
          return containersOf(ids, {
            pods: listed,
            deployments: owners,
            replicaSets: sets,
            statefulSets: stateful,
          });
        }),
      );
      return found.flat();
    },
  };
}

/** The containers of the workloads' newest pods. Pods on their way out, and failed ones left behind, do not count. */
export function containersOf(gated: readonly ObjectId[], state: NamespaceState): RunningContainer[] {
  const counting = (state.pods as readonly Pod[]).filter(
    (pod) => pod.metadata.deletionTimestamp === undefined && pod.status?.phase !== 'Failed',
  );
  return gated.flatMap((id) =>
    newestPods(id, counting, state).flatMap(({ metadata, spec, status }) => {
      const reported = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
      return [...(spec.initContainers ?? []), ...spec.containers].map(({ name, image }) => ({
        container: `${id.kind}/${id.name}/${name}`,
        pod: metadata.name,
        asked: image,
        imageId: reported.find((one) => one.name === name)?.imageID ?? '',
      }));
    }),
  );
}

function newestPods(
  id: ObjectId,
  all: readonly Pod[],
  { deployments, replicaSets, statefulSets }: NamespaceState,
): readonly Pod[] {
  const own = all.filter(ownedBy(id.kind, id.name));
  switch (id.kind) {
    case 'Pod':
      return all.filter((pod) => pod.metadata.name === id.name);
    case 'Deployment': {
      const deployment = deployments.find((each) => each.metadata.name === id.name);
      const sets = replicaSets.filter(ownedBy('Deployment', id.name));
      const newest = deployment === undefined ? undefined : newestReplicaSet(deployment, sets);
      return newest === undefined ? [] : all.filter(ownedBy('ReplicaSet', newest.metadata.name));
    }
    case 'StatefulSet': {
      const set = statefulSets.find((each) => each.metadata.name === id.name);
      const { updateRevision } = (set?.status ?? {}) as { updateRevision?: string };
      return own.filter((pod) => revisionHash(pod) === updateRevision);
    }
    case 'DaemonSet': {
      // A DaemonSet only ever makes pods of its newest revision, so the youngest pod tells which that is.
      const [youngest] = own.toSorted((a, b) => bornAt(b) - bornAt(a));
      return own.filter((pod) => revisionHash(pod) === revisionHash(youngest));
    }
    default:
      return own;
  }
}

const ownedBy =
  (kind: string, name: string) =>
  ({ metadata }: KubeObject): boolean =>
    metadata.ownerReferences?.some(
      (owner) => owner.controller === true && owner.kind === kind && owner.name === name,
    ) ?? false;

const bornAt = ({ metadata }: KubeObject): number => Date.parse(metadata.creationTimestamp ?? '');

const revisionHash = (pod: KubeObject | undefined): string | undefined =>
  pod?.metadata.labels?.['controller-revision-hash'];
