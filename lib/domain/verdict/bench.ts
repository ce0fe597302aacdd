import type { KubeObject, ObjectId } from '../kubernetes.ts';
import { observedGeneration } from '../workloads/conditions.ts';
import { blocked, idOf, kindName } from '../workloads/kind.ts';
import { kindOf } from '../workloads/kinds.ts';
import type { Case, Rule } from './rules/rule.ts';
import { objectKey, type Finding, type Observation, type Probe, type WorkloadProgress } from './types.ts';
import { isNewer, World } from './world.ts';

/** What the rules say of one workload. */
export interface Ruling {
  readonly progress: WorkloadProgress;
  readonly findings: readonly Finding[];
  readonly probes: readonly Probe[];
}

export interface Bench {
  observe(observation: Observation): void;
  rule(id: ObjectId, now: number): Ruling;
}

type Applied = Pick<Extract<Observation, { kind: 'applied' }>, 'generations' | 'uids'>;

/**
 * Rules on single workloads. A ruling is kept until something that it was made of changes, so an event costs
 * the ruling on its own workload only, however many there are.
 */
export function createBench(ids: readonly ObjectId[], rules: readonly Rule[]): Bench {
  const world = new World();
  const past = new Map(ids.map((id) => [objectKey(id), new Past()]));
  const rulings = new Map<string, Ruling>();
  const firstSeen = new Map<string, number>();
  const answers = new Map<string, unknown>();
  let applied: Applied = { generations: {}, uids: {} };

  const changed = (object: KubeObject): void => {
    for (const key of world.lineage(object)) rulings.delete(key);
  };

  const observe = (observation: Observation): void => {
    if (observation.kind === 'object') {
      past.get(objectKey(idOf(observation.object)))?.remember(observation);
      if (world.observe(observation.object)) changed(observation.object);
    } else if (observation.kind === 'gone') {
      const removed = world.remove(observation.id, observation.uid);
      if (removed !== undefined) changed(removed);
      rulings.delete(objectKey(observation.id));
    } else if (observation.kind === 'applied') {
      applied = observation;
      for (const states of past.values()) states.appliedAt = observation.at;
      rulings.clear();
    } else if (observation.kind === 'answer') {
      answers.set(probeName(observation.probe), observation.answer);
      rulings.clear();
    }
  };

  const consider = (id: ObjectId, now: number): Ruling => {
    const key = objectKey(id);
    const object = world.find(id);
    const early = object === undefined ? 'it does not exist' : notCounting(object, key, applied);
    if (object === undefined || early !== undefined) {
      return { progress: { id, ...blocked(0, 1, early ?? '') }, findings: [], probes: [] };
    }
    const progress = kindOf(id).assess(object, world);
    const about: Case = {
      id,
      object,
      progress,
      seen: world,
      earlier: past.get(key)?.before(applied.generations[key] ?? 0) ?? [],
      answer: (probe) => answers.get(probeName(probe)),
    };
    const concerned = rules.filter((rule) => rule.kinds.includes(kindName(id)));
    return {
      progress: { id, ...progress },
      findings: concerned.flatMap((rule) => finding(rule, about, now)),
      probes: concerned
        .flatMap((rule) => rule.asks?.(about) ?? [])
        .filter((probe) => !answers.has(probeName(probe))),
    };
  };

  const finding = (rule: Rule, about: Case, now: number): Finding[] => {
    const detection = rule.detect(about);
    const name = `${rule.name} ${objectKey(about.id)}`;
    if (detection === undefined) {
      firstSeen.delete(name);
      return [];
    }
    const since = firstSeen.get(name) ?? now;
    firstSeen.set(name, since);
    return [{ ...detection, rule: rule.name, severity: rule.severity, firstSeen: since }];
  };

  const rule = (id: ObjectId, now: number): Ruling => {
    const key = objectKey(id);
    const ruling = rulings.get(key) ?? consider(id, now);
    rulings.set(key, ruling);
    return ruling;
  };

  return { observe, rule };
}

/** Why this state is from before the apply; undefined when it counts. */
function notCounting(object: KubeObject, key: string, { generations, uids }: Applied): string | undefined {
  const expected = generations[key];
  if (expected === undefined || (uids[key] !== undefined && uids[key] !== object.metadata.uid))
    return undefined;
  return (object.metadata.generation ?? 0) >= expected ? undefined : `generation ${expected} being seen`;
}

const probeName = ({ kind, subject }: Probe): string => `${kind} ${subject}`;

/** How one workload was before: its first state, and the last one that its controller wrote for each generation. */
class Past {
  appliedAt = Infinity;
  #first: { at: number; object: KubeObject } | undefined;
  readonly #byGeneration = new Map<number, KubeObject>();

  remember({ at, object }: { at: number; object: KubeObject }): void {
    const first = this.#first;
    const isEarlier =
      first === undefined || at < first.at || (at === first.at && isNewer(first.object, object));
    if (isEarlier) this.#first = { at, object };
    const generation = observedGeneration(object) ?? 0;
    const known = this.#byGeneration.get(generation);
    if (known === undefined || isNewer(object, known)) this.#byGeneration.set(generation, object);
  }

  before(generation: number): readonly KubeObject[] {
    const first = this.#first !== undefined && this.#first.at < this.appliedAt ? [this.#first.object] : [];
    const older = [...this.#byGeneration]
      .filter(([observed]) => observed < generation)
      .map(([, object]) => object);
    return [...first, ...older];
  }
}
