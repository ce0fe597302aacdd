import { parseInputs } from '../../../actions/release/inputs.ts';
import { finishLeft } from '../../../actions/release/finish.ts';
import type { Left } from '../../../actions/release/left.ts';
import type { Ports } from '../../../actions/release/ports.ts';
import { release } from '../../../actions/release/run.ts';
import type { ReleaseResult } from '../../../actions/release/result.ts';
import type { BackupPorts } from '../../../actions/backup-db/ports.ts';
import type { Result } from '../../../lib/domain/report/result.ts';
import { facts } from '../../steps/schemas.ts';
import { database as memoryDatabase, packing } from '../../steps/backup/fakes.ts';
import { memoryStorage } from '../../support/memory-storage.ts';
import { Target } from '../deploy-helm/memory.ts';

export const kubeconfig = JSON.stringify({
  contexts: [{ name: 'prod', context: { cluster: 'prod', user: 'ci' } }],
  clusters: [{ name: 'prod', cluster: { server: 'https://prod.example.com' } }],
  users: [{ name: 'ci', user: { token: 'secret-token' } }],
});

export const database = 'engine: postgresql\nurl: postgresql://app@db.test/shop\n';

/** `up` adds a column, `down` drops it; a test may write another file. */
export const file = `
environments:
  prod: { namespace: prod, url: "https://shop.test/" }
release:
  deploy: { release: shop, chart: charts/shop }
  backup: { destination: "file:/backups", globals: false }
  migration: { command: up, undo: automatic, undo-command: down }
  smoke: { checks: [{ name: answers, http: "http://shop.test/" }], timeout: 2s }
`;

const old = ['id integer not null', 'total bigint'];
export const migrated = [...old, 'note text'];

/** A whole release over one target in memory, main and post. */
export class House {
  readonly target: Target;
  file = file;
  /** What was run of the migration. */
  readonly commands: string[] = [];
  /** What each command does; a number is its exit status. */
  onCommand: Record<string, () => number | Promise<number>> = {
    up: () => this.schema(migrated),
    down: () => this.schema(old),
  };
  answer = 200;
  /** Before the smoke test asks anything. */
  onSmoke: () => void = () => undefined;
  /** Before the dump is stored. */
  onBackup: () => void = () => undefined;
  readonly storage = memoryStorage();
  #chances = 0;
  left: Left | undefined;

  constructor(...verdicts: ConstructorParameters<typeof Target>) {
    this.target = new Target(...verdicts);
    this.target.watchDatabase();
  }

  schema(columns: readonly string[]): number {
    this.target.database.facts = facts(columns);
    return 0;
  }

  get said(): string {
    return this.target.said.join('\n');
  }

  run(given: Record<string, string> = {}): Promise<ReleaseResult> {
    return release(inputs(given), this.ports());
  }

  /** Post of a step whose main ended early. */
  post(given: Record<string, string> = {}): Promise<Result | undefined> {
    const { target, left } = this;
    target.cancel = new AbortController();
    const ports = this.ports();
    const cancelledAt = ports.clock.now();
    const deploy =
      target.left === undefined
        ? undefined
        : { left: target.left, ports: { ...target.ports, signal: ports.signal, cancelledAt } };
    const leftRelease = left && { left, inputs: () => inputs(given), ports, cancelledAt };
    return finishLeft({ deploy, rollback: undefined, release: leftRelease });
  }

  ports(): Ports {
    const { target } = this;
    const { clock, log, actor } = target.ports;
    const { signal } = target.cancel;
    const files = {
      writePrivate: async (name: string) => name,
      keep: (name: string) => name,
      read: async (path: string) => (path.endsWith('slipway.yml') ? this.file : undefined),
    };
    const onRelease = { ...target.ports, files, signal };
    const asking = {
      probes: {
        http: async () => ({ status: this.answer, headers: {}, body: '', truncated: false }),
        tcp: async () => undefined,
        tls: async () => ({ validTo: Infinity }),
        finds: (pattern: RegExp, text: string) => pattern.test(text),
      },
      forwards: { open: async () => '127.0.0.1:1', close: async () => undefined },
      spawn: async () => {
        throw new Error('nothing is to be started');
      },
    };
    return {
      clock,
      log,
      files,
      workspace: '/work',
      actor,
      signal,
      leave: (left) => {
        this.left = left;
      },
      spawn: async ({ argv }, { signal: stop } = {}) => {
        const command = argv.join(' ');
        this.commands.push(command);
        const status = (await this.onCommand[command]?.()) ?? 127;
        return {
          status,
          stdout: '',
          stderr: '',
          duration: 1,
          cancelled: stop?.aborted === true,
          timedOut: false,
        };
      },
      connect: {
        deploy: async () => onRelease,
        rollback: async () => ({ ...onRelease, ...asking, leave: () => undefined }),
        smoke: async () => {
          this.onSmoke();
          return {
            ...onRelease,
            ...asking,
            clock: movingClock(),
            reports: { find: async () => [] },
            workspace: '/work',
          };
        },
        backup: () => ({
          clock: movingClock(),
          signal: onRelease.signal,
          connect: async (given) => {
            if (given.mode !== 'backup') throw new Error('a release makes a backup');
            return { mode: 'backup', inputs: given, ports: this.#backup(onRelease) };
          },
        }),
        commands: async () => ({ KUBECONFIG: '/kubeconfig' }),
      },
    };
  }

  #backup({
    clock,
    log,
    actor,
    signal,
  }: Pick<Target['ports'], 'clock' | 'log' | 'actor' | 'signal'>): BackupPorts {
    const { storage } = this;
    return {
      storage: {
        ...storage,
        put: async (...args) => {
          this.onBackup();
          return storage.put(...args);
        },
      },
      tidy: storage,
      packing,
      database: memoryDatabase({}),
      scratch: undefined,
      files: { keep: (name) => name },
      clock,
      log,
      actor,
      signal,
      chance: () => String((this.#chances += 1)).padStart(6, '0'),
      heartbeat: () => ({ [Symbol.dispose]: () => undefined }),
    };
  }
}

/** Who waits for an attempt moves the time on; the heartbeat waits for ever. */
function movingClock(): Ports['clock'] {
  let now = 1_000_000;
  return {
    now: () => now,
    sleep: async (ms, signal) => {
      if (signal !== undefined && ms >= 10_000) return new Promise(() => undefined);
      now += ms;
    },
  };
}

export const inputs = (given: Record<string, string> = {}) =>
  parseInputs({ environment: 'prod', kubeconfig, database, ...given }, {});
