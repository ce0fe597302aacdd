import type { KubeObject, ObjectId } from '../kubernetes.ts';
import { observedGeneration } from '../workloads/conditions.ts';
import { blocked, idOf, kindName } from '../workloads/kind.ts';
import { kindOf } from '../workloads/kinds.ts';
import { isSettled, newestPods } from '../workloads/newest-pods.ts';
import { Clocks } from './clocks.ts';
import { patienceOf } from './fail-fast.ts';
import type { Excuse } from './others.ts';
import type { Case, Detection, Rule } from './rules/rule.ts';
import { settlingOf, trialsOf, type Settling } from './settling.ts';
import {
  objectKey,
  probeName,
  type Expectation,
  type Finding,
  type Observation,
  type Probe,
  type Severity,
  type WorkloadProgress,
} from './types.ts';
import { isNewer, World } from './world.ts';

/** What the rules say of one workload. */
export interface Ruling {
  readonly progress: WorkloadProgress;
  readonly findings: readonly Finding[];
  readonly probes: readonly Probe[];
  /** Where `progress` is ready: it does not count before this is over. */
  readonly settling?: Settling | undefined;
  /** Of the findings that may be another workload's doing. */
  readonly excuses: ReadonlyMap<Finding, Excuse>;
}

export interface Bench {
  observe(observation: Observation): void;
  rule(id: ObjectId, now: number): Ruling;
}

type Applied = Omit<Extract<Observation, { kind: 'applied' }>, 'kind'>;

/**
 * Rules on single workloads. A ruling is kept until something that it was made of changes, so an event costs
 * the ruling on its own workload only, however many there are.
 */
export function createBench(
  ids: readonly ObjectId[],
  rules: readonly Rule[],
  { failFast = 'off', joinsLate = false }: Pick<Expectation, 'failFast' | 'joinsLate'> = {},
): Bench {
  const world = new World();
  const past = new Map(ids.map((id) => [objectKey(id), new Past()]));
  const rulings = new Map<string, Ruling>();
  const clocks = new Clocks();
  const answers = new Map<string, { readonly at: number; readonly answer: unknown }>();
  let applied: Applied = { at: 0, generations: {}, uids: {} };

  const changed = (object: KubeObject): void => {
    for (const key of world.lineage(object)) rulings.delete(key);
  };

  const observe = (observation: Observation): void => {
    if (observation.kind === 'object') {
      past.get(objectKey(idOf(observation.object)))?.remember(observation);
      if (world.observe(observation.object, observation.at)) changed(observation.object);
    } else if (observation.kind === 'gone') {
      const removed = world.remove(observation.id, observation.uid);
      if (removed !== undefined) changed(removed);
      rulings.delete(objectKey(observation.id));
    } else if (observation.kind === 'applied') {
      applied = observation;
      world.applied(observation.at);
      for (const states of past.values()) states.appliedAt = observation.at;
      rulings.clear();
    } else if (observation.kind === 'synced') {
      world.synced(observation.resource, observation.namespace, observation.at);
      rulings.clear();
    } else if (observation.kind === 'answer') {
      answers.set(probeName(observation.probe), observation);
      rulings.clear();
    }
  };

  /** What was asked about an earlier release says nothing of this one. */
  const answerTo = (probe: Probe): unknown => {
    const known = answers.get(probeName(probe));
    return known !== undefined && known.at >= applied.at ? known.answer : undefined;
  };

  const consider = (id: ObjectId, now: number): Ruling => {
    const key = objectKey(id);
    const object = world.find(id);
    const early = object === undefined ? 'it does not exist' : notCounting(object, key, applied);
    const concerned = rules.filter((rule) => rule.kinds.includes(kindName(id)));
    if (object === undefined || early !== undefined) {
      for (const rule of concerned) clocks.turn(clockName(rule, id), [], now);
      clocks.turn(`trials ${key}`, [], now);
      return {
        progress: { id, ...blocked(0, 1, early ?? '') },
        findings: [],
        probes: [],
        excuses: new Map(),
      };
    }
    const progress = kindOf(id).assess(object, world);
    const about: Case = {
      id,
      object,
      progress,
      seen: world,
      pods: newestPods(object, world),
      earlier: past.get(key)?.before(applied.generations[key] ?? 0) ?? [],
      answer: answerTo,
    };
    const found = concerned.flatMap((rule) => findingOf(rule, about, now) ?? []);
    return {
      progress: { id, ...progress },
      findings: found.map(({ finding }) => finding),
      probes: concerned.flatMap((rule) => rule.asks?.(about) ?? []),
      settling: settling(about, now),
      excuses: new Map(
        found.flatMap(({ finding, excuse }) => (excuse === undefined ? [] : [[finding, excuse]])),
      ),
    };
  };

  const settling = ({ object, pods, seen }: Case, now: number): Settling | undefined => {
    const trials = trialsOf(object, pods, seen, joinsLate ? now : undefined);
    const keys = trials.map(({ key }) => key);
    const hold = !isSettled(object);
    return settlingOf(trials, clocks.turn(`trials ${objectKey(idOf(object))}`, keys, now, { hold }));
  };

  /** Of all that a rule finds in one workload, what decides first: ten pods with one cause are one finding. */
  const findingOf = (rule: Rule, about: Case, now: number): Found | undefined => {
    const detections = [rule.detect(about) ?? []]
      .flat()
      .filter((detection) => mayCount(rule, detection, about));
    const keys = detections.map(({ key = '' }) => key);
    const since = clocks.turn(clockName(rule, about.id), keys, now, {
      lull: rule.lull,
      hold: !isSettled(about.object),
    });
    const found = detections.map((detection): Found => {
      const { key = '', grace, severity = rule.severity, excuse, ...told } = detection;
      const firstSeen = since.get(key) ?? now;
      const patience = severity === 'likely' ? patienceOf(grace, about.object, failFast) : undefined;
      const call = patience === undefined ? {} : { callAt: firstSeen + patience };
      const finding = { ...told, rule: rule.name, severity, firstSeen, ...call };
      const longest = patienceOf(excuse?.grace, about.object, failFast);
      if (excuse === undefined || longest === undefined) return { finding };
      return { finding, excuse: { lastRunBegan: excuse.lastRunBegan, until: firstSeen + longest } };
    });
    return found.toSorted((a, b) => decidesFirst(a.finding, b.finding))[0];
  };

  const rule = (id: ObjectId, now: number): Ruling => {
    const key = objectKey(id);
    const ruling = rulings.get(key) ?? consider(id, now);
    rulings.set(key, ruling);
    return ruling;
  };

  return { observe, rule };
}

interface Found {
  readonly finding: Finding;
  readonly excuse?: Excuse;
}

const clockName = ({ name }: Rule, id: ObjectId): string => `${name} ${objectKey(id)}`;

/** What is ready is not doomed, whatever one of its surplus pods is at. */
const mayCount = (rule: Rule, { severity = rule.severity }: Detection, { progress }: Case): boolean =>
  !progress.ready || severity === 'advisory';

const rank: Readonly<Record<Severity, number>> = { terminal: 0, likely: 1, advisory: 2 };

const decidesFirst = (a: Finding, b: Finding): number => {
  const [left = Infinity, right = Infinity] = [a.callAt, b.callAt];
  return rank[a.severity] - rank[b.severity] || (left === right ? 0 : left - right);
};

/** Why this state is from before the apply; undefined when it counts. */
function notCounting(object: KubeObject, key: string, { generations, uids }: Applied): string | undefined {
  const expected = generations[key];
  if (expected === undefined || (uids[key] !== undefined && uids[key] !== object.metadata.uid))
    return undefined;
  return (object.metadata.generation ?? 0) >= expected ? undefined : `generation ${expected} being seen`;
}

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
