import { pods as podResource } from '../../lib/adapters/kubernetes/resources.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import type { KubeObject } from '../../lib/domain/kubernetes.ts';
import type { TestNamespace } from '../../test/e2e/support/namespace.ts';

/** The pods of a namespace, as they come and go; those that wait at a scheduling gate are let through in time. */
export class Pods implements Disposable {
  /** How long a new pod waits at its gate, when it has one. */
  hold: Milliseconds = 0;
  readonly #namespace: TestNamespace;
  readonly #pods = new Map<string, KubeObject>();
  readonly #held = new Set<string>();
  readonly #closed = new AbortController();
  readonly #onChange = new Set<() => void>();

  constructor(namespace: TestNamespace) {
    this.#namespace = namespace;
    const target = { resource: podResource, namespace: namespace.name };
    namespace.kube.watch(
      target,
      (event) => {
        if (event.type === 'listed') for (const pod of event.objects) this.#see(pod);
        if (event.type === 'changed') this.#see(event.object);
        if (event.type === 'deleted') this.#pods.delete(event.object.metadata.name);
        for (const look of this.#onChange) look();
      },
      this.#closed.signal,
    );
  }

  /** Resolves when just this many pods are there and none is on its way out. */
  settled(wanted: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        const leaving = [...this.#pods.values()].some(
          ({ metadata }) => metadata.deletionTimestamp !== undefined,
        );
        if (leaving || this.#pods.size !== wanted) return;
        this.#onChange.delete(look);
        resolve();
      };
      this.#onChange.add(look);
      look();
    });
  }

  [Symbol.dispose](): void {
    this.#closed.abort();
  }

  #see(pod: KubeObject): void {
    const { name } = pod.metadata;
    this.#pods.set(name, pod);
    const { schedulingGates = [] } = pod['spec'] as { readonly schedulingGates?: readonly unknown[] };
    if (schedulingGates.length === 0 || this.#held.has(name)) return;
    this.#held.add(name);
    setTimeout(() => void this.#letThrough(name), this.hold);
  }

  async #letThrough(name: string): Promise<void> {
    const { kube, name: namespace } = this.#namespace;
    // A pod that has gone meanwhile waits for nobody; one that stays gated ends the round by its timeout.
    await kube
      .patch(podResource, namespace, name, { spec: { schedulingGates: [] } })
      .catch((error: unknown) => console.error(`pod ${name} stays at its gate: ${String(error)}`));
  }
}
