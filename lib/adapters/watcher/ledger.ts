import type { KubeObject } from '../../domain/kubernetes.ts';
import { objectKey, type Observation } from '../../domain/verdict/types.ts';
import { conditionOf, observedGeneration } from '../../domain/workloads/conditions.ts';
import { failedRuns } from '../../domain/workloads/crashes.ts';
import { idOf } from '../../domain/workloads/kind.ts';
import { containersOf, podStatus } from '../../domain/workloads/pod-status.ts';

type ObjectObservation = Extract<Observation, { kind: 'object' }>;

interface Entry {
  readonly at: number;
  /** The object without its resourceVersion: two states that read the same are one fact. */
  readonly text: string;
  readonly size: number;
  readonly generation: number | undefined;
  /** Of a pod: how it and each of its containers stands. Graces are counted from when that changed. */
  readonly standing: string;
  readonly chapter: number;
}

type Entries = ReadonlyMap<number, Entry>;

/** States kept of one object: the first, the last of each generation and chapter, the first of each standing, and the newest few. */
const newestKept = 4;
/** A probe that flaps would fill it: of so many states the oldest no longer stay for how the pod stood in them. */
const standingsKept = 60;

/**
 * What has been seen, in order, bounded: all that a verdict depends on stays (the newest state of each object,
 * how it was before, and since when each pod has stood as it does), of the states between only the newest few.
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
      size: text.length,
      generation: observedGeneration(object),
      standing: standingOf(object),
      chapter: this.#chapter,
    });
    this.#observations.set(this.#next++, observation);
    this.#thin(entries);
  }

  all(): readonly Observation[] {
    return [...this.#observations.values()];
  }

  /**
   * Those about these objects and what they own. Beyond `limit` characters first the states go from which nothing was
   * concluded; then all but the first and newest of each, and the first observation says how many were left out.
   */
  about(keys: ReadonlySet<string>, limit = 800_000): readonly Observation[] {
    const related = this.#relatives(keys);
    const isRelated = (observation: Observation): boolean =>
      observation.kind === 'object'
        ? related.has(subjectOf(observation.object))
        : observation.kind !== 'gone' || related.has(observation.uid);
    const found = [...this.#observations].filter(([, observation]) => isRelated(observation));
    for (const choose of [everyPlace, telling]) {
      const chosen = this.#chosen(found, choose);
      if (chosen.size <= limit) return chosen.observations;
    }
    const { observations } = this.#chosen(found, ends);
    const leftOut = this.#chosen(found, telling).observations.length - observations.length;
    const at = observations[0]?.at ?? 0;
    return leftOut === 0 ? observations : [{ at, kind: 'left-out', count: leftOut }, ...observations];
  }

  #chosen(
    found: readonly (readonly [number, Observation])[],
    choose: (entries: Entries) => readonly number[],
  ): { observations: readonly Observation[]; size: number } {
    const sizes = new Map(
      [...this.#entries.values()].flatMap((entries) =>
        choose(entries).map((place) => [place, entries.get(place)?.size ?? 0]),
      ),
    );
    const chosen = found.filter(([place, { kind }]) => kind !== 'object' || sizes.has(place));
    return {
      observations: chosen.map(([, observation]) => observation),
      size: chosen.reduce((sum, [place]) => sum + (sizes.get(place) ?? 0), 0),
    };
  }

  #thin(entries: Map<number, Entry>): void {
    const told = new Set(telling(entries));
    const spare = [...entries.keys()].slice(1, -newestKept).filter((place) => !told.has(place));
    for (const place of spare) {
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

const everyPlace = (entries: Entries): readonly number[] => [...entries.keys()];

/** Where something was concluded, or a clock may have begun to run. */
function telling(entries: Entries): readonly number[] {
  const all = [...entries];
  return all.flatMap(([place, entry], index) => {
    const [before, after] = [all[index - 1]?.[1], all[index + 1]?.[1]];
    const isLast =
      after === undefined || after.generation !== entry.generation || after.chapter !== entry.chapter;
    const isTurn = index >= all.length - standingsKept && before?.standing !== entry.standing;
    return isLast || isTurn || index === 0 ? [place] : [];
  });
}

const ends = (entries: Entries): readonly number[] => {
  const places = [...entries.keys()];
  return [...places.slice(0, 1), ...places.slice(-1)];
};

/** What rules tell causes apart by. The kubelet goes to and fro between two words for one pull that fails. */
function standingOf(object: KubeObject): string {
  if (object.kind !== 'Pod') return '';
  const containers = containersOf(object).map(({ status }) => {
    const { running, waiting } = status.state ?? {};
    const doing = running === undefined ? (waiting?.reason ?? 'ended') : 'runs';
    return [
      failedRuns(status),
      status.ready,
      status.started,
      doing.replace('ImagePullBackOff', 'ErrImagePull'),
    ];
  });
  const { phase, reason } = podStatus(object);
  const scheduled = conditionOf(object, 'PodScheduled')?.reason;
  return JSON.stringify([containers, phase, reason, scheduled, object.metadata.deletionTimestamp]);
}
