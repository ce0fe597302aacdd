import { setTimeout as wait } from 'node:timers/promises';
import { finishLeft } from '../../../actions/rollback/finish.ts';
import { parseInputs } from '../../../actions/rollback/inputs.ts';
import type { Inputs } from '../../../actions/rollback/inputs.ts';
import type { Left } from '../../../actions/rollback/left.ts';
import type { Ports } from '../../../actions/rollback/ports.ts';
import { rollback } from '../../../actions/rollback/run.ts';
import type { RollbackResult } from '../../../actions/rollback/run.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { DeploymentPlan } from '../../../lib/ports/github.ts';
import { actor, content, record } from '../../domain/record/samples.ts';
import { MemoryHelm, MemoryLocks, MemoryRecords, memoryWatcher, stoppedClock } from '../../steps/memory.ts';
import { MemoryDatabase, MemorySchemas } from '../../steps/schemas.ts';

export const kubeconfig = JSON.stringify({
  contexts: [{ name: 'prod', context: { cluster: 'prod', user: 'ci' } }],
  clusters: [{ name: 'prod', cluster: { server: 'https://prod.example.com' } }],
  users: [{ name: 'ci', user: { token: 'secret-token' } }],
});

export const inputs = (given: Record<string, string> = {}): Inputs =>
  parseInputs({ release: 'shop', namespace: 'prod', from: 'running', kubeconfig, ...given }, {});

/** A check that the memory's probes answer as `Target.answer` says. */
export const verify = '- name: the shop answers\n  http: http://shop.test/\n  timeout: 1s';

/** A second of it lasts five milliseconds: for what asks again and again. */
export const fastClock: Clock = {
  now: () => Math.round(performance.now() * 200),
  sleep: (ms, signal) => wait(ms / 200, undefined, signal === undefined ? {} : { signal }),
};

export const imageOf = (version: number): string =>
  `registry.test/shop:v${version}@sha256:${String(version).repeat(64)}`;

const another = { ...actor, run: '41', actor: 'bob' };

/** One target over which rollback runs in memory, main and post: revisions 1 and 2 were shipped, 2 runs. */
export class Target {
  readonly helm = new MemoryHelm();
  readonly records = new MemoryRecords();
  readonly schemas = new MemorySchemas();
  readonly database = new MemoryDatabase();
  readonly locks = new MemoryLocks();
  cancel = new AbortController();
  readonly said: string[] = [];
  readonly warned: string[] = [];
  /** What GitHub was told, in order: `begin rollback`, `7 success`. */
  /** Of the GitHub Deployments that were begun. */
  readonly commits: string[] = [];
  readonly told: string[] = [];
  readonly closed: string[] = [];
  left: Left | undefined;
  /** What GitHub says of any other job. */
  job: Awaited<ReturnType<Ports['jobs']['finished']>> = 'unknown';
  /** What the old version answers. */
  answer = 200;
  ports: Ports;

  constructor(...verdicts: Parameters<typeof memoryWatcher>) {
    this.ports = {
      clock: stoppedClock,
      log: {
        info: (line) => this.said.push(line),
        warn: (line) => this.warned.push(line),
        debug: () => {},
        group: (_, body) => body(),
        untrusted: () => {},
        mask: () => {},
      },
      kube: {
        server: 'https://prod.example.com',
        get: async () => undefined,
        list: async () => [],
        denied: async () => [],
        resourceTypes: async () => undefined,
      } as unknown as Ports['kube'],
      helm: this.helm,
      history: this.helm,
      hookLogs: { follow: async () => ({ stop: async () => {} }) },
      watcher: memoryWatcher(...verdicts),
      running: { of: async () => [] },
      registry: { exists: async () => 'found', resolve: async () => ({ kind: 'absent' }) },
      records: this.records,
      schemas: this.schemas,
      locks: this.locks,
      jobs: { finished: async () => this.job },
      github: {
        begin: async ({ task, commit = '' }: DeploymentPlan) => {
          this.told.push(`begin ${task}`);
          this.commits.push(commit);
          return 7;
        },
        report: async (id, state) => void this.told.push(`${id} ${state}`),
      },
      files: { writePrivate: async (name) => name, keep: (name) => name, read: async () => undefined },
      probes: {
        http: async () => ({ status: this.answer, headers: {}, body: '', truncated: false }),
        tcp: async () => {},
        tls: async () => ({ validTo: Infinity }),
        finds: (pattern, text) => pattern.test(text),
      },
      forwards: {
        open: async () => '127.0.0.1:1',
        close: async () => void this.closed.push('forwards'),
      },
      spawn: async () => {
        throw new Error('nothing is to be started');
      },
      leave: (left) => {
        this.left = left;
      },
      actor,
      holder: { actor, nonce: 'n', pid: 1, runner: 'r' },
      signal: this.cancel.signal,
      progress: () => {},
    };
    this.ship('superseded');
    this.ship('deployed');
  }

  /** One more revision, and the record of its release, verified unless it says otherwise. */
  ship(status: string, more: Partial<ReleaseRecord> = {}): ReleaseRecord {
    this.helm.add(status);
    const { installedAt } = this.helm;
    const seq = this.records.all.length + 1;
    const images = { 'Deployment/shop/shop': imageOf(seq) };
    const to = { ...content, images };
    const shipped = record(seq, { state: 'verified', by: another, installedAt, to, ...more });
    this.records.all.push(shipped);
    return shipped;
  }

  /** The step is given `database` from now on. */
  watchDatabase(): this {
    this.ports = { ...this.ports, database: this.database };
    return this;
  }

  rollBack(given: Record<string, string> = {}): Promise<RollbackResult> {
    return rollback(inputs(given), this.ports);
  }

  /** `after` the cancel, milliseconds. */
  post({ after = 0 } = {}): ReturnType<typeof finishLeft> {
    if (this.left === undefined) throw new Error('nothing was left');
    const left = JSON.parse(JSON.stringify(this.left)) as Left;
    const signal = new AbortController().signal;
    const cancelledAt = this.ports.clock.now() - after;
    return finishLeft({ left, ports: { ...this.ports, signal, cancelledAt } });
  }

  /** `#1 verified`, `#2 rolled-back`. */
  get states(): string[] {
    return this.records.all.map(({ seq, state }) => `#${seq} ${state}`);
  }
}
