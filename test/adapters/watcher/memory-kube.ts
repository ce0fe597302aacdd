/** A Kubernetes API in memory: just enough of the Kube port to watch, and to fail as the real one can. */
import { setTimeout as sleep } from 'node:timers/promises';
import { UnreachableError } from '../../../lib/domain/errors.ts';
import type { KubeObject, ResourceType } from '../../../lib/domain/kubernetes.ts';
import { objectKey } from '../../../lib/domain/verdict/types.ts';
import { idOf } from '../../../lib/domain/workloads/kind.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { Kube, WatchEvent, WatchTarget } from '../../../lib/ports/kube.ts';

export const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
};

interface Open {
  readonly target: WatchTarget;
  readonly tell: (event: WatchEvent) => void;
}

export class MemoryKube {
  /** `list pods`, `watch pods shop`: what was asked of it, in order. */
  readonly requests: string[] = [];
  readonly served = new Map<string, ResourceType[]>();
  readonly forbidden = new Set<string>();
  /** `up` answers, `down` refuses connections, `silent` never answers. */
  state: 'up' | 'down' | 'silent' = 'up';
  readonly #objects = new Map<string, KubeObject>();
  readonly #open = new Set<Open>();
  #version = 100;

  /** Stores it and tells the watches; `silently` only stores, as an event that is still on its way. */
  put(object: KubeObject, options: { silently?: boolean } = {}): KubeObject {
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } };
    this.#objects.set(objectKey(idOf(stored)), stored);
    if (options.silently !== true) this.#tell('changed', stored);
    return stored;
  }

  remove(object: KubeObject): void {
    this.#objects.delete(objectKey(idOf(object)));
    this.#tell('deleted', {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(++this.#version) },
    });
  }

  lose(): void {
    this.state = 'down';
    for (const { tell } of this.#open) tell({ type: 'lost', reason: 'connection refused' });
  }

  /** Comes back with a new list, as after a 410. */
  restore(): void {
    this.state = 'up';
    for (const { target, tell } of this.#open) {
      tell({ type: 'restored' });
      tell({ type: 'listed', objects: this.#matching(target), resourceVersion: String(this.#version) });
    }
  }

  readonly kube: Kube = {
    server: 'memory',
    list: (target) => this.#list(target),
    watch: (target, onEvent, signal) => this.#watch(target, onEvent, signal),
    resourceTypes: (apiVersion) => Promise.resolve(this.served.get(apiVersion)),
  } satisfies Partial<Kube> as unknown as Kube;

  async #list(target: WatchTarget): Promise<readonly KubeObject[]> {
    this.requests.push(`list ${target.resource.plural}`);
    if (this.state === 'silent') return new Promise(() => undefined);
    if (this.state === 'down') throw new UnreachableError('connection refused');
    return this.#matching(target);
  }

  #watch(target: WatchTarget, tell: (event: WatchEvent) => void, signal: AbortSignal): void {
    const { plural } = target.resource;
    this.requests.push(['watch', plural, target.namespace, target.fieldSelector ?? ''].join(' ').trim());
    const open = { target, tell };
    this.#open.add(open);
    signal.addEventListener('abort', () => this.#open.delete(open), { once: true });
    setImmediate(() => {
      if (this.forbidden.has(plural)) tell({ type: 'forbidden', reason: `${plural} is forbidden` });
      else tell({ type: 'listed', objects: this.#matching(target), resourceVersion: String(this.#version) });
    });
  }

  #matching({ resource, namespace }: WatchTarget): KubeObject[] {
    return [...this.#objects.values()].filter(
      ({ kind, metadata }) =>
        kind === resource.kind && (namespace === '' || metadata.namespace === namespace),
    );
  }

  #tell(type: 'changed' | 'deleted', object: KubeObject): void {
    for (const { target, tell } of this.#open) {
      const shows =
        target.resource.kind === object.kind &&
        (target.namespace === '' || target.namespace === object.metadata.namespace);
      if (shows && !this.forbidden.has(target.resource.plural) && this.state === 'up') tell({ type, object });
    }
  }
}
