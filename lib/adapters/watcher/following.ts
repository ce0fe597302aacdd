import { UnreachableError } from '../../domain/errors.ts';
import type { KubeObject, ObjectId, ResourceType } from '../../domain/kubernetes.ts';
import { builtInType } from '../../domain/resource-types.ts';
import { objectKey, type Observation, type Verdict } from '../../domain/verdict/types.ts';
import { idOf, kindName } from '../../domain/workloads/kind.ts';
import { formatDuration, type Milliseconds } from '../../domain/duration.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Kube } from '../../ports/kube.ts';
import type { Log } from '../../ports/log.ts';
import type { FollowOptions, Following, RunningContainer } from '../../ports/rollout.ts';
import { containersOf } from '../kubernetes/running.ts';
import { Judging } from './judging.ts';
import { Ledger } from './ledger.ts';
import { Moments } from './moments.ts';
import { planWatches, type PlannedWatch } from './plan.ts';
import { ResourceWatch, type Sighting } from './resource-watch.ts';

export interface WatcherParts {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
}

/** How long a first list may take, and how long `applied` goes on asking an API that does not answer. */
const patience: Milliseconds = 30_000;
/** Before a verdict "not ready in time" the API is asked once more: it may have gone silent. */
const lastLook: Milliseconds = 2_000;
const askAgain: Milliseconds = 1_000;

/** Follows one release's objects on open watches; see the port for what each method promises. */
export class KubeFollowing implements Following {
  readonly #parts: WatcherParts;
  readonly #options: FollowOptions;
  readonly #ledger = new Ledger();
  readonly #moments: Moments;
  readonly #watches = new Map<string, ResourceWatch>();
  readonly #closed = new AbortController();
  #gated: readonly ObjectId[];
  #starting: Promise<unknown>;
  #judging: Judging | undefined;

  constructor(gated: readonly ObjectId[], options: FollowOptions, parts: WatcherParts) {
    this.#parts = parts;
    this.#options = options;
    this.#gated = gated;
    this.#moments = new Moments(parts.clock, (at) => this.#judging?.judge(at));
    this.#starting = this.#watchAll({ mayBeMissing: true });
    this.#starting.catch(() => undefined);
  }

  get observations(): readonly Observation[] {
    return this.#ledger.about(new Set(this.#followed().map(objectKey)));
  }

  async synced(): Promise<void> {
    await this.#starting;
    await this.#inTime(Promise.all([...this.#watches.values()].map((watch) => watch.synced)));
  }

  async applied(gated: readonly ObjectId[]): Promise<void> {
    this.#gated = gated;
    await this.#starting;
    await this.#watchAll({ mayBeMissing: false });
    const shown = (await Promise.all(this.#judgedWatches().map((watch) => this.#listFresh(watch)))).flat();
    const counted = new Set(gated.map(objectKey));
    const objects = shown.filter((object) => counted.has(objectKey(idOf(object))));
    this.#tell({
      kind: 'applied',
      generations: Object.fromEntries(objects.map((o) => [objectKey(idOf(o)), o.metadata.generation ?? 0])),
      uids: Object.fromEntries(objects.map((o) => [objectKey(idOf(o)), o.metadata.uid ?? ''])),
    });
  }

  async verdict(within: Milliseconds, signal?: AbortSignal, asked = within): Promise<Verdict> {
    // The present moment ends in a judgement, and it must not be before judging begins.
    const deadline = this.#moments.now() + within;
    const judging = new Judging({
      expectation: {
        gated: this.#gated,
        advisory: this.#options.advisory ?? [],
        deadline,
        timeout: within,
        asked,
      },
      seen: this.#ledger.all(),
      clock: this.#parts.clock,
      onProgress: (workloads) => this.#options.onProgress?.(workloads),
      onTime: () => this.#moments.now(),
    });
    this.#judging?.cancel('another verdict was asked for');
    this.#judging = judging;
    const over = new AbortController();
    const cancel = (): void => judging.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) cancel();
    this.#lookBefore(deadline, Math.min(lastLook, within / 5), over.signal).catch(() => undefined);
    try {
      return await judging.verdict;
    } finally {
      over.abort();
      this.#ledger.turnPage();
      signal?.removeEventListener('abort', cancel);
    }
  }

  running(gated: readonly ObjectId[]): readonly RunningContainer[] {
    const watches = [...this.#watches.values()].filter(({ plan }) => plan.kind !== 'Event');
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

  #tell(sighting: Sighting): void {
    const observation: Observation = { ...sighting, at: this.#moments.now() };
    this.#ledger.add(observation);
    this.#judging?.observe(observation);
    if (observation.kind === 'blind') this.#warn(observation);
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
      const watch = new ResourceWatch(plan, type, (sighting) => this.#tell(sighting));
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

  async #listFresh(watch: ResourceWatch): Promise<readonly KubeObject[]> {
    const { kube, clock } = this.#parts;
    for (const giveUp = clock.now() + patience; ;) {
      try {
        return watch.take(await kube.list(watch.target));
      } catch (error) {
        if (!(error instanceof UnreachableError) || clock.now() >= giveUp) throw error;
        await clock.sleep(askAgain, this.#closed.signal);
      }
    }
  }

  /** Without an answer by the deadline, or with a refusal, what a watch has shown last is not known to be so now. */
  async #lookBefore(deadline: number, lead: Milliseconds, over: AbortSignal): Promise<void> {
    const { kube, clock } = this.#parts;
    const left = (): Milliseconds => Math.max(0, deadline - clock.now());
    await clock.sleep(Math.max(0, left() - lead), over);
    await Promise.all(
      this.#judgedWatches().map(async (watch) => {
        const silence = clock.sleep(Math.max(0, left() - 1), over).then(() => undefined);
        const list = kube.list(watch.target).catch((error: unknown) => error as Error);
        const answer = await Promise.race([list, silence]);
        if (over.aborted) return;
        if (answer === undefined) watch.lose(`no answer from the API for ${formatDuration(lead)}`);
        else if (answer instanceof Error) watch.lose(answer.message);
        else watch.take(answer);
      }),
    );
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
