/** What the truth clock reads off a Deployment. Its rule is the benchmark's own, not one of the tools'. */

export interface Deployment {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly generation?: number };
  readonly spec: {
    readonly replicas?: number;
    readonly template: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

export interface Sighting {
  readonly namespace: string;
  readonly name: string;
  /** Which change its pods are of: the chart's `stamp`. */
  readonly stamp: string;
  readonly available: boolean;
  /** When the news arrived, milliseconds since the epoch. */
  readonly at: number;
}

/** Available: its controller has seen the change, and all replicas there are, are updated and available. */
export function sightingOf({ metadata, spec, status = {} }: Deployment, at: number): Sighting {
  const wanted = spec.replicas ?? 1;
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const available =
    observedGeneration >= (metadata.generation ?? 0) &&
    [replicas, updatedReplicas, availableReplicas].every((count) => count === wanted);
  const stamp = spec.template.metadata?.annotations?.['sandbox/stamp'] ?? '';
  return { namespace: metadata.namespace, name: metadata.name, stamp, available, at };
}

interface Known extends Sighting {
  /** When the Deployment was first seen with this change. */
  readonly changedAt: number;
}

/** Remembers since when each Deployment is in the state that it is in. */
export class Sightings {
  readonly #known = new Map<string, Map<string, Known>>();

  add(sighting: Sighting): void {
    const { namespace, name } = sighting;
    const inNamespace = this.#known.get(namespace) ?? new Map<string, Known>();
    this.#known.set(namespace, inNamespace);
    const before = inNamespace.get(name);
    const changedAt = before?.stamp === sighting.stamp ? before.changedAt : sighting.at;
    if (changedAt === before?.changedAt && before.available === sighting.available) return;
    inNamespace.set(name, { ...sighting, changedAt });
  }

  /** When the last of `count` Deployments became available with this change; undefined while one is not. */
  lastAvailable(namespace: string, stamp: string, count: number): number | undefined {
    const done = [...(this.#known.get(namespace)?.values() ?? [])].filter(
      (sighting) => sighting.available && sighting.stamp === stamp,
    );
    return done.length < count ? undefined : Math.max(...done.map(({ at }) => at));
  }

  /** When the first of the namespace's Deployments was seen with this change; NaN while none is. */
  changedAt(namespace: string, stamp: string): number {
    const changed = [...(this.#known.get(namespace)?.values() ?? [])].filter((one) => one.stamp === stamp);
    return changed.length === 0 ? Number.NaN : Math.min(...changed.map(({ changedAt }) => changedAt));
  }
}
