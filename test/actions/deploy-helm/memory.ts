import { parseInputs } from '../../../actions/deploy-helm/inputs.ts';
import type { Inputs } from '../../../actions/deploy-helm/inputs.ts';
import { finish } from '../../../actions/deploy-helm/finish.ts';
import type { Left } from '../../../actions/deploy-helm/left.ts';
import type { Ports } from '../../../actions/deploy-helm/ports.ts';
import { deployHelm } from '../../../actions/deploy-helm/run.ts';
import type { DeployResult } from '../../../actions/deploy-helm/run.ts';
import { actor } from '../../domain/record/samples.ts';
import { MemoryHelm, MemoryLocks, MemoryRecords, memoryWatcher, stoppedClock } from '../../steps/memory.ts';
import { MemoryDatabase, MemorySchemas } from '../../steps/schemas.ts';

const kubeconfig = JSON.stringify({
  contexts: [{ name: 'prod', context: { cluster: 'prod', user: 'ci' } }],
  clusters: [{ name: 'prod', cluster: { server: 'https://prod.example.com' } }],
  users: [{ name: 'ci', user: { token: 'secret-token' } }],
});

/** One target over which deploy-helm runs in memory, main and post. */
export class Target {
  readonly helm = new MemoryHelm();
  readonly records = new MemoryRecords();
  readonly schemas = new MemorySchemas();
  readonly database = new MemoryDatabase();
  readonly locks = new MemoryLocks();
  cancel = new AbortController();
  readonly said: string[] = [];
  /** What GitHub was told: `7 success prod/shop#1 ready`. */
  readonly told: string[] = [];
  /** The commits of the GitHub Deployments that were begun. */
  readonly announced: string[] = [];
  left: Left | undefined;
  /** The files that the step finds. */
  readonly workspace = new Map<string, string>();
  /** What GitHub says of any other job. */
  job: Awaited<ReturnType<Ports['jobs']['finished']>> = 'unknown';
  ports: Ports;

  constructor(...verdicts: Parameters<typeof memoryWatcher>) {
    this.ports = {
      clock: stoppedClock,
      log: {
        info: (line) => this.said.push(line),
        warn: (line) => this.said.push(line),
        debug: () => {},
        group: (_, body) => body(),
        untrusted: () => {},
        mask: () => {},
      },
      kube: {
        server: 'https://prod.example.com',
        version: async () => ({ gitVersion: 'v1.34.0' }),
        get: async () => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'prod' } }),
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
        begin: async ({ commit = '' }) => {
          this.announced.push(commit);
          return 7;
        },
        report: async (id, state, { description }) => void this.told.push(`${id} ${state} ${description}`),
      },
      files: {
        writePrivate: async (name) => name,
        keep: (name) => name,
        read: async (path) => this.workspace.get(path),
      },
      leave: (left) => {
        this.left = left;
      },
      actor,
      holder: { actor, nonce: 'n', pid: 1, runner: 'r' },
      signal: this.cancel.signal,
      progress: () => {},
    };
  }

  deploy(given: Record<string, string> = {}): Promise<DeployResult> {
    return deployHelm(inputs(given), this.ports);
  }

  /** The step is given `database` from now on. */
  watchDatabase(): this {
    this.ports = { ...this.ports, database: this.database };
    return this;
  }

  /** `after` the cancel, milliseconds. */
  post({ after = 0 } = {}): ReturnType<typeof finish> {
    if (this.left === undefined) throw new Error('nothing was left');
    const signal = new AbortController().signal;
    return finish(JSON.parse(JSON.stringify(this.left)) as Left, {
      ...this.ports,
      signal,
      cancelledAt: this.ports.clock.now() - after,
    });
  }
}

export const inputs = (given: Record<string, string> = {}): Inputs =>
  parseInputs({ release: 'shop', namespace: 'prod', chart: 'charts/shop', kubeconfig, ...given }, {});
