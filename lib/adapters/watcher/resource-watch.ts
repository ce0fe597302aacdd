import type { KubeObject, ResourceType } from '../../domain/kubernetes.ts';
import { isNewer } from '../../domain/verdict/world.ts';
import { objectKey, type Observation } from '../../domain/verdict/types.ts';
import { idOf, kindName } from '../../domain/workloads/kind.ts';
import type { Kube, WatchEvent, WatchTarget } from '../../ports/kube.ts';
import type { PlannedWatch } from './plan.ts';
import { trim, type Hide } from './trim.ts';

/** An observation that has not been given its moment yet. */
export type Sighting = Observation extends infer O ? (O extends Observation ? Omit<O, 'at'> : never) : never;

/**
 * Not by `type=Warning`: an autoscaler's promise of a node is a Normal event. What every roll-out says of itself is left
 * out by the API server, which can exclude reasons but not choose from several.
 */
const withoutRoutine = [
  'Scheduled',
  'Pulling',
  'Pulled',
  'Created',
  'Started',
  'Killing',
  'SuccessfulCreate',
  'SuccessfulDelete',
  'ScalingReplicaSet',
  'Completed',
]
  .map((reason) => `reason!=${reason}`)
  .join(',');

/** One open watch: turns what the API tells into observations. */
export class ResourceWatch {
  readonly plan: PlannedWatch;
  readonly target: WatchTarget;
  /** Resolves when the list has been seen once, or will never be. */
  readonly synced: Promise<void>;
  readonly #tell: (sighting: Sighting) => void;
  readonly #onRestored: (watch: ResourceWatch) => void;
  readonly #trimmed: (object: KubeObject) => KubeObject;
  readonly #known = new Map<string, KubeObject>();
  readonly #name: { resource: string; namespace: string };
  #sync: () => void = () => undefined;
  #firstListed: string | undefined;
  #blind = false;
  #cutOff = false;

  /** `onRestored`: it is connected again, but blind until it has been looked at. */
  constructor(
    plan: PlannedWatch,
    type: ResourceType,
    tell: (sighting: Sighting) => void,
    onRestored: (watch: ResourceWatch) => void,
    hide?: Hide,
  ) {
    this.plan = plan;
    this.#tell = tell;
    this.#onRestored = onRestored;
    this.#trimmed = (object) => trim(object, type, hide);
    this.#name = { resource: kindName(plan), namespace: plan.namespace };
    this.target = {
      resource: type,
      namespace: plan.namespace,
      ...(plan.name === undefined ? {} : { fieldSelector: `metadata.name=${plan.name}` }),
      ...(plan.kind === 'Event' ? { fieldSelector: withoutRoutine } : {}),
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

  /** Asks for a list beside the watch and takes it in, whatever the watch has not told yet. Returns it trimmed. */
  async look(kube: Kube): Promise<readonly KubeObject[]> {
    const before = this.objects;
    const listed = (await kube.list(this.target)).map((object) => this.#trimmed(object));
    const there = new Set(listed.map(({ metadata }) => metadata.uid));
    for (const object of this.#sinceRelease(listed)) this.#see(object);
    const isGone = (object: KubeObject): boolean =>
      !there.has(object.metadata.uid) &&
      this.#known.get(objectKey(idOf(object)))?.metadata.uid === object.metadata.uid;
    for (const object of before.filter(isGone)) this.#forget(object);
    return listed;
  }

  /** It cannot be seen now: said once, until something is seen again. */
  lose(reason: string, because: 'lost' | 'forbidden' = 'lost'): void {
    if (this.#blind) return;
    this.#blind = true;
    this.#tell({ kind: 'blind', ...this.#name, reason, because });
  }

  /** It can be seen again, as it was just looked at; not while its connection is lost. */
  regain(): void {
    if (!this.#blind || this.#cutOff) return;
    this.#blind = false;
    this.#tell({ kind: 'sighted', ...this.#name });
  }

  #on(event: WatchEvent): void {
    this.#cutOff = event.type === 'lost';
    if (event.type === 'lost') {
      this.lose(event.reason);
      return;
    }
    // What happened meanwhile is told after this: judged now, a cause that has cleared would still stand.
    if (event.type === 'restored' && this.#blind) this.#onRestored(this);
    if (event.type === 'forbidden') {
      this.lose(event.reason, 'forbidden');
      this.#sync();
      return;
    }
    if (event.type === 'listed') {
      this.regain();
      this.#relist(event.objects, event.resourceVersion);
    } else if (event.type === 'changed') this.#see(this.#trimmed(event.object));
    else if (event.type === 'deleted') this.#forget(this.#trimmed(event.object));
  }

  #relist(objects: readonly KubeObject[], resourceVersion: string): void {
    const isFirst = this.#firstListed === undefined;
    this.#firstListed ??= resourceVersion;
    const trimmed = objects.map((object) => this.#trimmed(object));
    for (const object of this.#sinceRelease(trimmed)) this.#see(object);

    const listed = new Set(trimmed.map((object) => objectKey(idOf(object))));
    // An object that a fresher list has shown meanwhile is not gone: this list is older than it.
    const missing = [...this.#known].filter(
      ([key, object]) => !listed.has(key) && !isAfter(object, resourceVersion),
    );
    for (const [, object] of missing) this.#forget(object);
    if (isFirst) this.#tell({ kind: 'synced', ...this.#name });
    this.#sync();
  }

  /** Warnings from before the release would be blamed on it. */
  #sinceRelease(objects: readonly KubeObject[]): readonly KubeObject[] {
    return this.plan.kind === 'Event'
      ? objects.filter((event) => isAfter(event, this.#firstListed))
      : objects;
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
    // The last state comes with the deletion: a Job that its TTL removes may have finished unseen, and a list may have
    // missed it before.
    if (known === undefined || isNewer(object, known)) this.#tell({ kind: 'object', object });
    this.#tell({ kind: 'gone', id, uid: object.metadata.uid ?? '' });
  }
}

const isAfter = (object: KubeObject, resourceVersion = ''): boolean =>
  isNewer(object, { ...object, metadata: { ...object.metadata, resourceVersion } });
