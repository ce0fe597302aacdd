import type { KubeObject } from '../../domain/kubernetes.ts';
import { observedGeneration } from '../../domain/workloads/conditions.ts';
import { objectKey, type Observation } from '../../domain/verdict/types.ts';
import { idOf } from '../../domain/workloads/kind.ts';

type ObjectObservation = Extract<Observation, { kind: 'object' }>;

interface Entry {
  readonly at: number;
  /** The object without its resourceVersion: two states that read the same are one fact. */
  readonly text: string;
  readonly generation: number | undefined;
  readonly chapter: number;
}

/** States kept of one object: the first, the last of each generation and chapter, and the newest few. */
const newestKept = 4;

/**
 * What has been seen, in order, bounded: all that a verdict depends on stays (the newest state of each object,
 * and how it was before), of the states between only the newest few.
 */
export class Ledger {
  readonly #observations = new Map<number, Observation>();
  readonly #entries = new Map<string, Map<number, Entry>>();
  #next = 0;
  #chapter = 0;

  /** Something was concluded from what is there now (a verdict, a likely doom, the state before): it stays, whatever comes. */
  turnPage(): void {
    this.#chapter += 1;
  }

  add(observation: Observation): void {
    if (observation.kind !== 'object') {
      this.#observations.set(this.#next++, observation);
      return;
    }
    const { object } = observation;
    const uid = object.metadata.uid ?? objectKey(idOf(object));
    const entries = this.#entries.get(uid) ?? new Map<number, Entry>();
    this.#entries.set(uid, entries);
    const text = JSON.stringify({ ...object, metadata: { ...object.metadata, resourceVersion: '' } });
    const [place, last] = [...entries].at(-1) ?? [];
    if (place !== undefined && last?.text === text) {
      this.#observations.set(place, { ...observation, at: last.at });
      return;
    }
    entries.set(this.#next, {
      at: observation.at,
      text,
      generation: observedGeneration(object),
      chapter: this.#chapter,
    });
    this.#observations.set(this.#next++, observation);
    this.#thin(entries);
  }

  all(): readonly Observation[] {
    return [...this.#observations.values()];
  }

  /** Those about these objects and what they own; beyond `limit` characters only the first and newest state of each. */
  about(keys: ReadonlySet<string>, limit = 800_000): readonly Observation[] {
    const related = this.#relatives(keys);
    const isRelated = (observation: Observation): boolean =>
      observation.kind === 'object'
        ? related.has(subjectOf(observation.object))
        : observation.kind !== 'gone' || related.has(observation.uid);
    const found = [...this.#observations].filter(([, observation]) => isRelated(observation));
    const size = [...related].reduce((sum, uid) => sum + textLength(this.#entries.get(uid)), 0);
    if (size <= limit) return found.map(([, observation]) => observation);
    const ends = new Set([...this.#entries.values()].flatMap(firstAndLast));
    return found
      .filter(([place, { kind }]) => kind !== 'object' || ends.has(place))
      .map(([, observation]) => observation);
  }

  #thin(entries: Map<number, Entry>): void {
    const places = [...entries];
    const spare = places.slice(1, -newestKept).filter(([, entry], index) => {
      const following = places[index + 2]?.[1];
      return following?.generation === entry.generation && following?.chapter === entry.chapter;
    });
    for (const [place] of spare) {
      entries.delete(place);
      this.#observations.delete(place);
    }
  }

  #relatives(keys: ReadonlySet<string>): Set<string> {
    const objects = [...this.#observations.values()].filter(
      (seen): seen is ObjectObservation => seen.kind === 'object',
    );
    const related = new Set<string>();
    for (let grown = true; grown;) {
      const before = related.size;
      for (const { object } of objects) {
        const owned = object.metadata.ownerReferences?.some(({ uid }) => related.has(uid)) ?? false;
        if (owned || keys.has(objectKey(idOf(object)))) related.add(object.metadata.uid ?? '');
      }
      grown = related.size > before;
    }
    return related;
  }
}

const subjectOf = (object: KubeObject): string =>
  (object['involvedObject'] as { uid?: string } | undefined)?.uid ?? object.metadata.uid ?? '';

const textLength = (entries: ReadonlyMap<number, Entry> | undefined): number =>
  [...(entries?.values() ?? [])].reduce((sum, { text }) => sum + text.length, 0);

const firstAndLast = (entries: ReadonlyMap<number, Entry>): number[] => {
  const places = [...entries.keys()];
  return [...places.slice(0, 1), ...places.slice(-1)];
};
