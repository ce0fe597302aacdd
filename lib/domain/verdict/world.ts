import type { KubeObject, ObjectId } from '../kubernetes.ts';
import { isFinishedJob } from '../workloads/job.ts';
import { idOf, type Seen, type Warning } from '../workloads/kind.ts';
import { objectKey } from './types.ts';

interface ApiEvent {
  readonly involvedObject?: { readonly uid?: string; readonly fieldPath?: string };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
}

/**
 * The newest seen state of every object, whatever the order in which states arrive: a state with a lower
 * resourceVersion never replaces a newer one, and a uid that is gone does not come back.
 */
export class World implements Seen {
  readonly #objects = new Map<string, KubeObject>();
  readonly #keyByUid = new Map<string, string>();
  readonly #childrenByOwner = new Map<string, Set<string>>();
  readonly #eventsBySubject = new Map<string, Map<string, KubeObject>>();
  readonly #gone = new Set<string>();

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
    const events = [...(this.#eventsBySubject.get(uid)?.values() ?? [])];
    return events
      .toSorted((a, b) => (isNewer(a, b) ? -1 : 1))
      .map((event) => {
        const { reason = '', message = '', involvedObject } = event as KubeObject & ApiEvent;
        return { reason, message, container: /\{(.+)\}$/.exec(involvedObject?.fieldPath ?? '')?.[1] ?? '' };
      });
  }

  /** Takes in one state; false when it is old news. */
  observe(object: KubeObject): boolean {
    if (object.kind === 'Event') return this.#observeEvent(object);
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

  #observeEvent(event: KubeObject): boolean {
    const { type, involvedObject } = event as KubeObject & ApiEvent;
    const uid = involvedObject?.uid;
    if (type !== 'Warning' || uid === undefined) return false;
    const events = this.#eventsBySubject.get(uid) ?? new Map<string, KubeObject>();
    const known = events.get(event.metadata.name);
    if (known !== undefined && !isNewer(event, known)) return false;
    events.set(event.metadata.name, event);
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
