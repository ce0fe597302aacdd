import { isMap, valueAt } from './images/values-path.ts';
import { describeObject } from './kubernetes.ts';
import type { KubeObject, ObjectId } from './kubernetes.ts';
import type { ManifestObject } from './manifest/parse.ts';
import { plural } from './words.ts';

export type Manifest = readonly Pick<ManifestObject, 'id' | 'object'>[];

export const autoscalerKind = 'HorizontalPodAutoscaler';

/** A workload of the new manifest and the autoscaler, in the cluster now, that chooses its replicas. */
export interface Autoscaled {
  readonly id: ObjectId;
  readonly autoscaler: string;
  /** `spec.replicas` of the new manifest; undefined where it leaves the field alone. */
  readonly written: number | undefined;
  /** The deployed manifest has the field, and the new one does not. */
  readonly dropped: boolean;
}

/**
 * The workloads whose replicas an autoscaler chooses at this moment. One that leaves with this release has nothing
 * to say any more. Where neither manifest names the number, Helm never touches it.
 */
export function autoscaledIn(
  rendered: Manifest,
  deployed: Manifest,
  autoscalers: readonly KubeObject[],
): Autoscaled[] {
  const names = (manifest: Manifest): Set<string> =>
    new Set(manifest.filter(({ id }) => id.kind === autoscalerKind).map(({ id }) => keyOf(id)));
  const [stay, were] = [names(rendered), names(deployed)];
  const staying = autoscalers.filter(({ metadata: { name, namespace = '' } }) => {
    const key = keyOf({ namespace, name });
    return stay.has(key) || !were.has(key);
  });
  return rendered.flatMap(({ id, object }) => {
    const scaler = staying.find((one) => one.metadata.namespace === id.namespace && scales(one, id));
    const before = deployed.find((other) => other.id.kind === id.kind && keyOf(other.id) === keyOf(id));
    const written = replicasOf(object);
    const dropped = written === undefined && before !== undefined && replicasOf(before.object) !== undefined;
    if (scaler === undefined || (written === undefined && !dropped)) return [];
    return [{ id, autoscaler: scaler.metadata.name, written, dropped }];
  });
}

export interface Reset {
  readonly workload: Autoscaled;
  readonly runs: number;
  readonly becomes: number;
}

/**
 * What applying would make of the replicas that run; undefined where it leaves them as they are. A field that is
 * dropped falls back to Kubernetes' default, 1, unless Helm applies on the server and somebody else owns it
 * (kubernetes.io/docs, Server-Side Apply, transferring ownership).
 */
export function resetOf(
  workload: Autoscaled,
  live: KubeObject | undefined,
  appliedBy: 'client' | 'server',
): Reset | undefined {
  if (live === undefined) return undefined;
  const runs = replicasOf(live) ?? 1;
  // At 0 an autoscaler is switched off.
  if (runs === 0) return undefined;
  const kept = workload.dropped && appliedBy === 'server' && ownedByOthers(live);
  const becomes = kept ? runs : (workload.written ?? 1);
  return becomes === runs ? undefined : { workload, runs, becomes };
}

/** `Deployment shop/web: 7 pods as HorizontalPodAutoscaler web chose, would become 2 (spec.replicas of the chart)`. */
export function sayReset({ workload: { id, autoscaler, dropped }, runs, becomes }: Reset): string {
  const why = dropped
    ? 'the chart no longer sets spec.replicas, and 1 is the default'
    : 'spec.replicas of the chart';
  return `${describeObject(id)}: ${plural(runs, 'pod')} as ${autoscalerKind} ${autoscaler} chose, would become ${becomes} (${why})`;
}

const keyOf = ({ namespace, name }: Pick<ObjectId, 'namespace' | 'name'>): string => `${namespace}/${name}`;

const scales = (scaler: KubeObject, { kind, name }: ObjectId): boolean =>
  valueAt(scaler, ['spec', 'scaleTargetRef', 'kind']) === kind &&
  valueAt(scaler, ['spec', 'scaleTargetRef', 'name']) === name;

function replicasOf(object: KubeObject): number | undefined {
  const replicas = valueAt(object, ['spec', 'replicas']);
  return typeof replicas === 'number' ? replicas : undefined;
}

function ownedByOthers(live: KubeObject): boolean {
  const entries = valueAt(live, ['metadata', 'managedFields']);
  return (
    Array.isArray(entries) &&
    entries.some(
      (entry: unknown) =>
        isMap(entry) &&
        entry['manager'] !== 'helm' &&
        valueAt(entry, ['fieldsV1', 'f:spec', 'f:replicas']) !== undefined,
    )
  );
}
