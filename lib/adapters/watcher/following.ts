import { UnreachableError } from '../../domain/errors.ts';
import type { KubeObject, ObjectId, ResourceType } from '../../domain/kubernetes.ts';
import { builtInType } from '../../domain/resource-types.ts';
import { objectKey, type Expectation, type Observation, type Verdict } from '../../domain/verdict/types.ts';
import { rules as allRules } from '../../domain/verdict/rules/rules.ts';
import type { Rule } from '../../domain/verdict/rules/rule.ts';
import { idOf, kindName } from '../../domain/workloads/kind.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Kube } from '../../ports/kube.ts';
import type { Log } from '../../ports/log.ts';
import type { FollowOptions, Following, RunningContainer } from '../../ports/rollout.ts';
import { containersOf } from '../kubernetes/running.ts';
import { Asking } from './asking.ts';
import { Judging } from './judging.ts';
import { Ledger } from './ledger.ts';
import { Looking } from './looking.ts';
import { Moments } from './moments.ts';
import { planWatches, type PlannedWatch } from './plan.ts';
import { ResourceWatch, type Sighting } from './resource-watch.ts';

export interface WatcherParts {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  /** All of them unless given. */
  readonly rules?: readonly Rule[];
}

/** How long a first list may take. */
const patience: Milliseconds = 30_000;
const askAgain: Milliseconds = 1_000;

/** Follows one release's objects on open watches; see the port for what each method promises. */
export class KubeFollowing implements Following {
  readonly #parts: WatcherParts;
  readonly #options: FollowOptions;
  readonly #ledger = new Ledger();
  readonly #moments: Moments;
  readonly #watches = new Map<string, ResourceWatch>();
  readonly #closed = new AbortController();
  readonly #looking: Looking;
  #gated: readonly ObjectId[];
  #starting: Promise<unknown>;
  #judging: Judging | undefined;
  #expectation: Expectation | undefined;

  constructor(gated: readonly ObjectId[], options: FollowOptions, parts: WatcherParts) {
    this.#parts = parts;
    this.#options = options;
    this.#gated = gated;
    this.#moments = new Moments(parts.clock, (at) => this.#judging?.judge(at));
    this.#looking = new Looking(parts, this.#closed.signal);
    this.#starting = this.#watchAll({ mayBeMissing: true });
    this.#starting.catch(() => undefined);
  }

  get observations(): readonly Observation[] {
    return this.#ledger.about(new Set(this.#followed().map(objectKey)));
  }

  get expectation(): Expectation | undefined {
    return this.#expectation;
  }

  async synced(): Promise<void> {
    await this.#starting;
    await this.#inTime(Promise.all([...this.#watches.values()].map((watch) => watch.synced)));
  }

  async applied(gated: readonly ObjectId[]): Promise<void> {
    this.#gated = gated;
    await this.#starting;
    await this.#watchAll({ mayBeMissing: false });
    const shown = (await Promise.all(this.#judgedWatches().map((watch) => this.#looking.now(watch)))).flat();
    const counted = new Set(gated.map(objectKey));
    const objects = shown.filter((object) => counted.has(objectKey(idOf(object))));
    this.#tell({
      kind: 'applied',
      generations: Object.fromEntries(objects.map((o) => [objectKey(idOf(o)), o.metadata.generation ?? 0])),
      uids: Object.fromEntries(objects.map((o) => [objectKey(idOf(o)), o.metadata.uid ?? ''])),
    });
    // What was before is held against what comes after.
    this.#ledger.turnPage();
  }

  async verdict(within: Milliseconds, signal?: AbortSignal, asked = within): Promise<Verdict> {
    const { clock, rules = allRules } = this.#parts;
    const { advisory = [], failFast = 'off', joinsLate = false, questions } = this.#options;
    // The present moment ends in a judgement, and it must not be before judging begins.
    const deadline = this.#tell({ kind: 'time' }).at + within;
    const late = joinsLate ? { joinsLate } : {};
    const expectation = { gated: this.#gated, advisory, deadline, timeout: within, asked, failFast, ...late };
    this.#expectation = expectation;
    const over = new AbortController();
    const asking = new Asking({
      questions,
      clock,
      onAnswer: (probe, answer) => this.#tell({ kind: 'answer', probe, answer }),
      over: over.signal,
    });
    const judging = new Judging({
      expectation,
      rules,
      seen: this.#ledger.all(),
      clock,
      onProgress: (workloads, likely) => this.#options.onProgress?.(workloads, likely),
      onTurn: () => this.#ledger.turnPage(),
      onProbes: (probes) => asking.lean(probes),
      onDue: (at, sooner) => {
        const watches = at < deadline ? this.#evidence() : this.#judgedWatches();
        this.#looking.before(at, watches, sooner).catch(() => undefined);
      },
      onTime: () => this.#tell({ kind: 'time' }),
    });
    this.#judging?.cancel('another verdict was asked for');
    this.#judging = judging;
    const cancel = (): void => judging.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) cancel();
    try {
      return await judging.verdict;
    } finally {
      over.abort();
      this.#ledger.turnPage();
      signal?.removeEventListener('abort', cancel);
    }
  }

  running(gated: readonly ObjectId[]): readonly RunningContainer[] {
    const watches = this.#evidence();
    if (watches.some((watch) => watch.isBlind)) return [];
    return [...Map.groupBy(gated, (id) => id.namespace)].flatMap(([namespace, ids]) => {
      const seen = (kind: string): readonly KubeObject[] =>
        watches
          .filter(({ plan }) => plan.kind === kind && plan.namespace === namespace)
          .flatMap(({ objects }) => objects);
      return containersOf(ids, {
        pods: seen('Pod'),
        deployments: seen('Deployment'),
        replicaSets: seen('ReplicaSet'),
        statefulSets: seen('StatefulSet'),
      });
    });
  }

  close(): void {
    this.#closed.abort();
    this.#judging?.cancel('the watcher was closed');
  }

  #tell(sighting: Sighting): Observation {
    const observation: Observation = { ...sighting, at: this.#moments.now() };
    this.#ledger.add(observation);
    this.#judging?.observe(observation);
    if (observation.kind === 'blind') this.#warn(observation);
    return observation;
  }

  /** An API that is lost is lost to every watch: said once. */
  #warn({ resource, namespace, reason, because }: Extract<Observation, { kind: 'blind' }>): void {
    const blind = [...this.#watches.values()].filter((watch) => watch.isBlind);
    if (because === 'lost' && blind.length > 1) return;
    const kind = resource.slice(resource.indexOf('/') + 1);
    this.#parts.log.warn(`cannot see ${kind}s${namespace === '' ? '' : ` in ${namespace}`}: ${reason}`);
  }

  #followed(): readonly ObjectId[] {
    return [...this.#gated, ...(this.#options.advisory ?? [])];
  }

  /** Watches of objects; events only explain. */
  #evidence(): ResourceWatch[] {
    return [...this.#watches.values()].filter(({ plan }) => plan.kind !== 'Event');
  }

  #judgedWatches(): ResourceWatch[] {
    return planWatches(this.#gated).flatMap(({ key, judged }) => {
      const watch = judged ? this.#watches.get(key) : undefined;
      return watch === undefined ? [] : [watch];
    });
  }

  async #watchAll(options: { mayBeMissing: boolean }): Promise<void> {
    const missing = planWatches(this.#followed()).filter(({ key }) => !this.#watches.has(key));
    await Promise.all(missing.map((plan) => this.#watch(plan, options)));
  }

  /** A kind whose definition comes with this release is not served before it is applied, nor the moment after. */
  async #watch(plan: PlannedWatch, { mayBeMissing }: { mayBeMissing: boolean }): Promise<void> {
    const type = await this.#typeOf(plan);
    if (this.#watches.has(plan.key)) return;
    if (type !== undefined) {
      const watch = new ResourceWatch(
        plan,
        type,
        (sighting) => this.#tell(sighting),
        (restored) => void this.#looking.untilSeen(restored).catch(() => undefined),
        this.#options.hide,
      );
      this.#watches.set(plan.key, watch);
      watch.start(this.#parts.kube, this.#closed.signal);
      return;
    }
    if (mayBeMissing) return;
    const name = { resource: kindName(plan), namespace: plan.namespace };
    this.#tell({
      kind: 'blind',
      ...name,
      reason: `the API does not serve ${plan.apiVersion} ${plan.kind}`,
      because: 'lost',
    });
    this.#watchLater(plan).catch(() => undefined);
  }

  async #watchLater(plan: PlannedWatch): Promise<void> {
    const isServed = async (): Promise<boolean> =>
      (await this.#typeOf(plan).catch(() => undefined)) !== undefined;
    while (!(await isServed())) await this.#parts.clock.sleep(askAgain, this.#closed.signal);
    await this.#watch(plan, { mayBeMissing: true });
    await this.#watches.get(plan.key)?.synced;
    this.#tell({ kind: 'sighted', resource: kindName(plan), namespace: plan.namespace });
  }

  async #typeOf(plan: PlannedWatch): Promise<ResourceType | undefined> {
    const known = builtInType(plan);
    if (known !== undefined) return known;
    const served = await this.#parts.kube.resourceTypes(plan.apiVersion);
    return served?.find(({ kind }) => kind === plan.kind);
  }

  async #inTime(promise: Promise<unknown>): Promise<void> {
    const over = new AbortController();
    const late = this.#parts.clock.sleep(patience, AbortSignal.any([over.signal, this.#closed.signal]));
    try {
      await Promise.race([
        promise,
        late.then(() => {
          throw new UnreachableError(
            `the API at ${this.#parts.kube.server} has listed nothing for ${patience / 1_000}s`,
          );
        }),
      ]);
    } finally {
      over.abort();
    }
  }
}
