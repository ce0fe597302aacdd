import { CancelledError, UnreachableError } from '../../lib/domain/errors.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import type { Verdict } from '../../lib/domain/verdict/types.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Helm, HelmRelease, ReleaseHistory, Revision } from '../../lib/ports/helm.ts';
import type { Lock, Locks, Records } from '../../lib/ports/records.ts';
import type { Watcher } from '../../lib/ports/rollout.ts';

/** Ports over plain objects, which behave as the adapters promise; each may be told to fail. */

type Draft = Parameters<Records['open']>[0];

export const stoppedClock: Clock = { now: () => 1_000_000, sleep: () => Promise.resolve() };

/** Time that passes only while somebody sleeps. */
export class ManualClock implements Clock {
  #now = 1_000_000;
  /** What happens meanwhile: called after each sleep. */
  onSleep: (now: number) => void | Promise<void> = () => {};

  now = (): number => this.#now;

  sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    this.#now += ms;
    await this.onSleep(this.#now);
    signal?.throwIfAborted();
  };
}

export class MemoryRecords implements Records {
  readonly all: ReleaseRecord[] = [];
  /** The API does not answer. */
  down = false;

  async of(): Promise<readonly ReleaseRecord[]> {
    if (this.down) throw new UnreachableError('the API does not answer');
    return [...this.all].sort((a, b) => b.seq - a.seq);
  }

  async open(draft: Draft): Promise<ReleaseRecord> {
    const seq = Math.max(0, ...this.all.map((record) => record.seq)) + 1;
    const record: ReleaseRecord = {
      schema: 'slipway/release-record/v1',
      id: `prod/shop#${seq}`,
      seq,
      ...draft,
    };
    this.all.push(record);
    return record;
  }

  async change(
    { seq }: Pick<ReleaseRecord, 'seq'>,
    change: (now: ReleaseRecord) => ReleaseRecord,
  ): Promise<ReleaseRecord> {
    const at = this.all.findIndex((record) => record.seq === seq);
    const next = change(this.at(seq));
    this.all[at] = next;
    return next;
  }

  async prune(): Promise<void> {}

  at(seq: number): ReleaseRecord {
    const found = this.all.find((record) => record.seq === seq);
    if (found === undefined) throw new Error(`no record #${seq}`);
    return found;
  }
}

export class MemoryLocks implements Locks {
  state: 'free' | 'held' | 'left' = 'free';
  /** How the next one gets it. */
  got: Lock['got'] = { kind: 'free' };
  /** Called when the lock is given to somebody, as after a wait. */
  onAcquire: () => void = () => {};

  async acquire(...[, holder]: Parameters<Locks['acquire']>): Promise<Lock> {
    this.state = 'held';
    this.onAcquire();
    return {
      holder,
      got: this.got,
      check: async () => {},
      release: async () => {
        if (this.state === 'held') this.state = 'free';
      },
      leave: () => {
        this.state = 'left';
      },
    };
  }
}

/** Helm and its history: revisions are marked as Helm itself marks them. */
export class MemoryHelm implements ReleaseHistory, Helm {
  readonly revisions: Revision[] = [];
  readonly calls: string[] = [];
  /** The revision that each upgrade and rollback is compared with, as Helm chooses it. */
  readonly comparedWith: number[] = [];
  manifest = '';
  installedAt = '2026-01-01T00:00:00.000Z';
  /** Runs before a revision is written. */
  beforeUpgrade: (() => void) | undefined;
  /** Runs in place of applying, once the revision is pending. */
  onUpgrade: ((how: Parameters<Helm['upgrade']>[1]) => void | Promise<void>) | undefined;
  onRollback: (() => void) | undefined;
  onUninstall: (() => void) | undefined;
  onTest: (() => boolean) | undefined;
  onList: (() => void) | undefined;
  hooks: HelmRelease['hooks'] = [];

  add(status: string, more: Partial<Revision> = {}): void {
    const revision = (this.revisions.at(-1)?.revision ?? 0) + 1;
    const { manifest, installedAt } = this;
    const about = { description: '', deployedAt: '', chart: 'shop', chartVersion: '1.0.0', hooks: [] };
    this.revisions.push({ revision, status, manifest, installedAt, ...about, ...more });
  }

  set(revision: number, status: string): void {
    const at = this.revisions.findIndex((one) => one.revision === revision);
    const found = this.revisions[at];
    if (found === undefined) throw new Error(`no revision ${revision}`);
    this.revisions[at] = { ...found, status };
  }

  get statuses(): string[] {
    return this.revisions.map(({ revision, status }) => `${revision} ${status}`);
  }

  async list(): Promise<readonly Revision[]> {
    this.onList?.();
    return this.revisions.toReversed();
  }

  async read(_: unknown, revision: number): Promise<Revision | undefined> {
    return this.revisions.find((one) => one.revision === revision);
  }

  async writeBack(...[, { failed, restored }]: Parameters<ReleaseHistory['writeBack']>): Promise<void> {
    if ((this.revisions.at(-1)?.revision ?? 0) > failed) throw new Error('somebody else works on it');
    if (restored !== undefined) this.set(restored, 'deployed');
    this.set(failed, 'failed');
  }

  async mark(...[, revision, status]: Parameters<ReleaseHistory['mark']>): Promise<void> {
    this.set(revision, status);
  }

  async forget(_: unknown, revision: number): Promise<void> {
    const at = this.revisions.findIndex((one) => one.revision === revision);
    if (at >= 0) this.revisions.splice(at, 1);
  }

  chartDigest = '';
  /** The chart's own values. */
  defaults: unknown = {};

  async version(): ReturnType<Helm['version']> {
    return { major: 4, minor: 3, patch: 0, text: 'v4.3.0' };
  }

  async chart(): ReturnType<Helm['chart']> {
    return {
      path: '/charts/shop',
      name: 'shop',
      version: '1.0.0',
      appVersion: '',
      digest: this.chartDigest,
      kubeVersion: '',
      defaults: this.defaults,
      missingDependencies: [],
      hasCrds: false,
    };
  }

  async crds(): Promise<string> {
    return '';
  }

  async render(): Promise<HelmRelease> {
    return {
      ...this.#newest(),
      revision: (this.revisions.at(-1)?.revision ?? 0) + 1,
      manifest: this.manifest,
    };
  }

  async upgrade(...[intent, how]: Parameters<Helm['upgrade']>): Promise<HelmRelease> {
    this.beforeUpgrade?.();
    this.calls.push(`upgrade, wait: ${intent.wait}`);
    const deployed = this.revisions.findLast(({ status }) => status === 'deployed');
    this.comparedWith.push((deployed ?? this.revisions.at(-1))?.revision ?? 0);
    return this.#write('pending-upgrade', intent.description ?? '', () => this.onUpgrade?.(how));
  }

  async rollback(...[, to, { forceConflicts }]: Parameters<Helm['rollback']>): Promise<void> {
    this.calls.push(`rollback to ${to}${forceConflicts === true ? ', by force' : ''}`);
    this.comparedWith.push(this.revisions.at(-1)?.revision ?? 0);
    await this.#write('pending-rollback', `Rollback to ${to}`, this.onRollback);
  }

  async uninstall(): Promise<void> {
    this.calls.push('uninstall');
    this.onUninstall?.();
    this.revisions.splice(0);
  }

  async test(): ReturnType<Helm['test']> {
    return { passed: this.onTest?.() ?? true, output: '' };
  }

  async #write(
    pending: string,
    description: string,
    apply: (() => void | Promise<void>) | undefined,
  ): Promise<HelmRelease> {
    this.add(pending, { description });
    const { revision } = this.#newest();
    await apply?.();
    for (const one of this.revisions) if (one.status === 'deployed') this.set(one.revision, 'superseded');
    this.set(revision, 'deployed');
    return this.#newest();
  }

  #newest(): HelmRelease {
    const { revision = 0, status = '', installedAt = this.installedAt } = this.revisions.at(-1) ?? {};
    const about = { name: 'shop', namespace: 'prod', description: '', notes: '', chart: 'shop' };
    return {
      ...about,
      revision,
      status,
      installedAt,
      chartVersion: '1.0.0',
      manifest: this.manifest,
      hooks: this.hooks,
    };
  }
}

type Outcome = Verdict['outcome'] | (() => Verdict['outcome'] | Promise<Verdict['outcome']>);

/** Gives these verdicts, one for each roll-out; an outcome that throws is a watcher that cannot look. */
export const memoryWatcher = (...outcomes: Outcome[]): Watcher => ({
  follow: () => ({
    observations: [],
    running: () => [],
    synced: async () => {},
    applied: async () => {},
    close: () => {},
    async verdict(_, signal) {
      const next = outcomes.shift() ?? 'pass';
      const outcome = typeof next === 'function' ? await next() : next;
      if (signal?.aborted === true) throw new CancelledError();
      return { outcome, reason: `it is a ${outcome}`, findings: [], at: 1_000_000, workloads: [] };
    },
  }),
});
