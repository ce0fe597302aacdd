import type { ObjectId } from '../../domain/kubernetes.ts';
import { kindName } from '../../domain/workloads/kind.ts';
import { kindOf } from '../../domain/workloads/kinds.ts';

/** One list → watch to be held open. */
export interface PlannedWatch {
  readonly key: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty: cluster-scoped. */
  readonly namespace: string;
  /** Only this object. */
  readonly name?: string;
  /** It shows objects that are judged; the others only explain them. */
  readonly judged: boolean;
}

const helpers = {
  ReplicaSet: 'apps/v1',
  Pod: 'v1',
  Event: 'v1',
} as const;

/** Definitions run to a megabyte each and clusters hold hundreds: only the ones asked for are followed. */
const oneByOne = new Set(['apiextensions.k8s.io/CustomResourceDefinition']);

/** The watches that these objects need: one per kind and namespace, and one for each kind that explains theirs. */
export function planWatches(ids: readonly ObjectId[]): PlannedWatch[] {
  const judged = ids.map((id) => planned(id, true));
  const explaining = ids.flatMap((id) =>
    kindOf(id).needs.map((kind) =>
      planned({ apiVersion: helpers[kind], kind, namespace: id.namespace, name: '' }, false),
    ),
  );
  const byKey = new Map<string, PlannedWatch>();
  for (const watch of [...judged, ...explaining]) if (!byKey.has(watch.key)) byKey.set(watch.key, watch);
  return [...byKey.values()];
}

function planned({ apiVersion, kind, namespace, name }: ObjectId, judged: boolean): PlannedWatch {
  const key = `${kindName({ apiVersion, kind })} ${namespace}`;
  const watch = { key, apiVersion, kind, namespace, judged };
  return oneByOne.has(kindName(watch)) ? { ...watch, key: `${key} ${name}`, name } : watch;
}
