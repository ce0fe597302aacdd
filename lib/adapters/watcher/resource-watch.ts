import type { KubeObject, ResourceType } from '../../domain/kubernetes.ts';
import { isNewer } from '../../domain/verdict/world.ts';
import { objectKey, type Observation } from '../../domain/verdict/types.ts';
import { idOf, kindName } from '../../domain/workloads/kind.ts';
import type { Kube, WatchEvent, WatchTarget } from '../../ports/kube.ts';
import type { PlannedWatch } from './plan.ts';
import { trim } from './trim.ts';

/** An observation that has not been given its moment yet. */
export type Sighting = Observation extends infer O ? (O extends Observation ? Omit<O, 'at'> : never) : never;

/** One open watch: turns what the API tells into observations. */
export class ResourceWatch {
  readonly plan: PlannedWatch;
  readonly target: WatchTarget;
  /** Resolves when the list has been seen once, or will never be. */
  readonly synced: Promise<void>;
  readonly #tell: (sighting: Sighting) => void;
  readonly #known = new Map<string, KubeObject>();
  readonly #name: { resource: string; namespace: string };
  #sync: () => void = () => undefined;
  #firstListed: string | undefined;
  #blind = false;

  constructor(plan: PlannedWatch, type: ResourceType, tell: (sighting: Sighting) => void) {
    this.plan = plan;
    this.#tell = tell;
    this.#name = { resource: kindName(plan), namespace: plan.namespace };
    this.target = {
      resource: type,
      namespace: plan.namespace,
      ...(plan.name === undefined ? {} : { fieldSelector: `metadata.name=${plan.name}` }),
      ...(plan.kind === 'Event' ? { fieldSelector: 'type=Warning' } : {}),
    };
    this.synced = new Promise((resolve) => {
      this.#sync = resolve;
    });
  }

  /** Their newest state, trimmed. */
  get objects(): readonly KubeObject[] {
    return [...this.#known.values()];
  }

  get isBlind(): boolean {
    return this.#blind;
  }

  start(kube: Kube, signal: AbortSignal): void {
    kube.watch(this.target, (event) => this.#on(event), signal);
  }

  /** Takes in a list that was asked for beside the watch. Returns it trimmed. */
  take(objects: readonly KubeObject[]): readonly KubeObject[] {
    const trimmed = objects.map((object) => trim(object, this.target.resource));
    for (const object of trimmed) this.#see(object);
    return trimmed;
  }

  /** It cannot be seen now: said once, until something is seen again. */
  lose(reason: string, because: 'lost' | 'forbidden' = 'lost'): void {
    if (this.#blind) return;
    this.#blind = true;
    this.#tell({ kind: 'blind', ...this.#name, reason, because });
  }

  #on(event: WatchEvent): void {
    if (event.type === 'lost') {
      this.lose(event.reason);
      return;
    }
    if (event.type === 'forbidden') {
      this.lose(event.reason, 'forbidden');
      this.#sync();
      return;
    }
    this.#regain();
    if (event.type === 'listed') this.#relist(event.objects, event.resourceVersion);
    else if (event.type === 'changed') this.#see(trim(event.object, this.target.resource));
    else if (event.type === 'deleted') this.#forget(trim(event.object, this.target.resource));
  }

  #regain(): void {
    if (!this.#blind) return;
    this.#blind = false;
    this.#tell({ kind: 'sighted', ...this.#name });
  }

  #relist(objects: readonly KubeObject[], resourceVersion: string): void {
    const isFirst = this.#firstListed === undefined;
    this.#firstListed ??= resourceVersion;
    const trimmed = objects.map((object) => trim(object, this.target.resource));
    // Warnings from before the release would be blamed on it.
    const fresh =
      this.plan.kind === 'Event' ? trimmed.filter((event) => isAfter(event, this.#firstListed)) : trimmed;
    for (const object of fresh) this.#see(object);

    const listed = new Set(trimmed.map((object) => objectKey(idOf(object))));
    // An object that a fresher list has shown meanwhile is not gone: this list is older than it.
    const missing = [...this.#known].filter(
      ([key, object]) => !listed.has(key) && !isAfter(object, resourceVersion),
    );
    for (const [, object] of missing) this.#forget(object);
    if (isFirst) this.#tell({ kind: 'synced', ...this.#name });
    this.#sync();
  }

  #see(object: KubeObject): void {
    const key = objectKey(idOf(object));
    const known = this.#known.get(key);
    if (known !== undefined && !isNewer(object, known)) return;
    this.#known.set(key, object);
    this.#tell({ kind: 'object', object });
  }

  #forget(object: KubeObject): void {
    const id = idOf(object);
    const known = this.#known.get(objectKey(id));
    if (known !== undefined && known.metadata.uid === object.metadata.uid) this.#known.delete(objectKey(id));
    if (object.kind === 'Event') return;
    // The last state comes with the deletion: a Job that its TTL removes may have finished unseen.
    if (known !== undefined && isNewer(object, known)) this.#tell({ kind: 'object', object });
    this.#tell({ kind: 'gone', id, uid: object.metadata.uid ?? '' });
  }
}

const isAfter = (object: KubeObject, resourceVersion = ''): boolean =>
  isNewer(object, { ...object, metadata: { ...object.metadata, resourceVersion } });
