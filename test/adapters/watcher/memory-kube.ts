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

const refusal = (status: number, message: string): Error =>
  Object.assign(new Error(message), { refusal: { status, reason: 'Forbidden', message } });

interface Open {
  readonly target: WatchTarget;
  readonly tell: (event: WatchEvent) => void;
}

export class MemoryKube {
  /** `list pods`, `watch pods shop`, `get secrets shop/db`: what was asked of it, in order. */
  readonly requests: string[] = [];
  readonly served = new Map<string, ResourceType[]>();
  /** May not be watched. */
  readonly forbidden = new Set<string>();
  /** May be neither read nor listed. */
  readonly unreadable = new Set<string>();
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
    this.vanish(object)();
  }

  /** Removes it; the watches are told when the returned function is called. */
  vanish(object: KubeObject): () => void {
    this.#objects.delete(objectKey(idOf(object)));
    const resourceVersion = String(++this.#version);
    return () => this.#tell('deleted', { ...object, metadata: { ...object.metadata, resourceVersion } });
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

  /** The same connection goes on: what was missed is told after it. */
  reconnect(): void {
    this.state = 'up';
    for (const { target, tell } of this.#open) {
      tell({ type: 'restored' });
      setImmediate(() => {
        for (const object of this.#matching(target)) tell({ type: 'changed', object });
      });
    }
  }

  readonly kube: Kube = {
    server: 'memory',
    get: (resource, namespace, name) => this.#get(resource, namespace, name),
    list: (target) => this.#list(target),
    watch: (target, onEvent, signal) => this.#watch(target, onEvent, signal),
    resourceTypes: (apiVersion) => this.#types(apiVersion),
  } satisfies Partial<Kube> as unknown as Kube;

  /** Reached, and may this be read? */
  async #ask(plural: string): Promise<void> {
    if (this.state === 'silent') await new Promise(() => undefined);
    if (this.state === 'down') throw new UnreachableError('connection refused');
    if (this.unreadable.has(plural)) throw refusal(403, `${plural} is forbidden`);
  }

  async #get(resource: ResourceType, namespace: string, name: string): Promise<KubeObject | undefined> {
    this.requests.push(`get ${resource.plural} ${namespace}/${name}`);
    await this.#ask(resource.plural);
    return this.#matching({ resource, namespace }).find(({ metadata }) => metadata.name === name);
  }

  async #list(target: WatchTarget): Promise<readonly KubeObject[]> {
    this.requests.push(`list ${target.resource.plural}`);
    await this.#ask(target.resource.plural);
    return this.#matching(target);
  }

  async #types(apiVersion: string): Promise<ResourceType[] | undefined> {
    if (this.state === 'down') throw new UnreachableError('connection refused');
    return this.served.get(apiVersion);
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
