import type { KubeObject, ObjectId } from '../kubernetes.ts';
import { isFinishedJob } from '../workloads/job.ts';
import { idOf, type Remembered, type StartTrouble, type Warning } from '../workloads/kind.ts';
import type { ContainerStatus } from '../workloads/pod-status.ts';
import { PodMemory } from './memory.ts';
import { objectKey } from './types.ts';

interface ApiEvent {
  readonly involvedObject?: { readonly uid?: string; readonly fieldPath?: string };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly series?: { readonly count?: number };
}

interface SeenEvent {
  readonly event: KubeObject & ApiEvent;
  readonly at: number;
}

/** Normal events by which an autoscaler says that a node is on its way (skaffold#6011). All others are noise. */
const promises = new Set(['TriggeredScaleUp', 'Nominated']);

/**
 * The newest seen state of every object, whatever the order in which states arrive: a state with a lower
 * resourceVersion never replaces a newer one, and a uid that is gone does not come back.
 */
export class World implements Remembered {
  readonly #objects = new Map<string, KubeObject>();
  readonly #keyByUid = new Map<string, string>();
  readonly #childrenByOwner = new Map<string, Set<string>>();
  readonly #eventsBySubject = new Map<string, Map<string, SeenEvent>>();
  readonly #gone = new Set<string>();
  readonly #pods = new PodMemory();
  #appliedAt = Infinity;

  /** The release was applied at this time, milliseconds since the epoch. */
  applied(at: number): void {
    this.#appliedAt = at;
    this.#pods.applied(at);
  }

  /** The whole list of this resource in this namespace has been seen once. */
  synced(resource: string, namespace: string, at: number): void {
    if (resource === '/Pod') this.#pods.listed(namespace, at);
  }

  firstWords(podUid: string, container: string): StartTrouble | undefined {
    return this.#pods.words(podUid, container);
  }

  failedRunsBefore(pod: KubeObject, container: string): number {
    return this.#pods.failedRunsBefore(pod, container);
  }

  isNew(pod: KubeObject): boolean {
    return this.#pods.isNew(pod);
  }

  failedAt(pod: KubeObject, container: ContainerStatus): number | undefined {
    return this.#pods.failedAt(pod, container);
  }

  bornAt(podUid: string): number | undefined {
    return this.#pods.bornAt(podUid);
  }

  nodesPromised(podUid: string): number {
    return this.#events(podUid)
      .filter(({ event }) => promises.has(event.reason ?? ''))
      .reduce((sum, { event: { count, series } }) => sum + (series?.count ?? count ?? 1), 0);
  }

  find(id: ObjectId): KubeObject | undefined {
    return this.#objects.get(objectKey(id));
  }

  ownedBy(uid: string, kind: string): readonly KubeObject[] {
    const keys = this.#childrenByOwner.get(uid) ?? [];
    return [...keys].flatMap((key) => {
      const object = this.#objects.get(key);
      return object?.kind === kind ? [object] : [];
    });
  }

  warnings(uid: string): readonly Warning[] {
    return this.#events(uid)
      .filter(({ event }) => event.type === 'Warning')
      .toSorted((a, b) => (isNewer(a.event, b.event) ? -1 : 1))
      .map(({ event: { reason = '', message = '', involvedObject }, at }) => {
        const container = /\{(.+)\}$/.exec(involvedObject?.fieldPath ?? '')?.[1] ?? '';
        return { reason, message, container, at, fresh: at > this.#appliedAt };
      });
  }

  /** Takes in one state; false when it is old news. */
  observe(object: KubeObject, at = 0): boolean {
    if (object.kind === 'Event') return this.#observeEvent(object, at);
    if (object.kind === 'Pod') this.#pods.remember(object, at);
    const uid = object.metadata.uid ?? '';
    if (this.#gone.has(uid) && !isFinishedJob(object)) return false;
    const key = objectKey(idOf(object));
    const known = this.#objects.get(key);
    if (known !== undefined && !isNewer(object, known)) return false;

    if (known !== undefined && known.metadata.uid !== uid) this.#unlink(known);
    this.#objects.set(key, object);
    if (uid !== '') this.#keyByUid.set(uid, key);
    for (const owner of object.metadata.ownerReferences ?? []) {
      const siblings = this.#childrenByOwner.get(owner.uid);
      if (siblings === undefined) this.#childrenByOwner.set(owner.uid, new Set([key]));
      else siblings.add(key);
    }
    return true;
  }

  /** A Job that had finished stays: its TTL may delete it before anyone has looked at how it ended. */
  remove(id: ObjectId, uid: string): KubeObject | undefined {
    this.#gone.add(uid);
    const key = objectKey(id);
    const known = this.#objects.get(key);
    if (known === undefined || known.metadata.uid !== uid) return undefined;
    if (isFinishedJob(known)) return known;
    this.#objects.delete(key);
    this.#unlink(known);
    if (known.kind === 'Pod') this.#pods.forget(known);
    return known;
  }

  /** Keys of the object itself and of all that own it, as far as they have been seen. */
  lineage(object: KubeObject): readonly string[] {
    const subject = (object as ApiEvent).involvedObject;
    const owners =
      object.kind === 'Event'
        ? [subject?.uid ?? '']
        : (object.metadata.ownerReferences ?? []).map(({ uid }) => uid);
    const own = object.kind === 'Event' ? [] : [objectKey(idOf(object))];
    return owners.reduce<string[]>((keys, uid) => {
      const owner = this.#objects.get(this.#keyByUid.get(uid) ?? '');
      return owner === undefined || owner.metadata.uid !== uid ? keys : [...keys, ...this.lineage(owner)];
    }, own);
  }

  #events(uid: string): readonly SeenEvent[] {
    return [...(this.#eventsBySubject.get(uid)?.values() ?? [])];
  }

  #observeEvent(event: KubeObject & ApiEvent, at: number): boolean {
    const { type, reason = '', involvedObject } = event;
    const uid = involvedObject?.uid;
    if ((type !== 'Warning' && !promises.has(reason)) || uid === undefined) return false;
    const events = this.#eventsBySubject.get(uid) ?? new Map<string, SeenEvent>();
    const known = events.get(event.metadata.name);
    if (known !== undefined && !isNewer(event, known.event)) return false;
    events.set(event.metadata.name, { event, at });
    this.#eventsBySubject.set(uid, events);
    return true;
  }

  #unlink(object: KubeObject): void {
    const key = objectKey(idOf(object));
    this.#keyByUid.delete(object.metadata.uid ?? '');
    for (const owner of object.metadata.ownerReferences ?? [])
      this.#childrenByOwner.get(owner.uid)?.delete(key);
  }
}

/** Compares resourceVersions as the API server makes them: whole numbers that only grow. Others: the later one told wins. */
export function isNewer(a: KubeObject, b: KubeObject): boolean {
  const [left = '', right = ''] = [a.metadata.resourceVersion, b.metadata.resourceVersion];
  if (!/^\d+$/.test(left) || !/^\d+$/.test(right)) return true;
  return left.length === right.length ? left > right : left.length > right.length;
}
