import { backupDb } from '../../../actions/backup-db/run.ts';
import type { BackupResult } from '../../../actions/backup-db/run.ts';
import { parseInputs } from '../../../actions/backup-db/inputs.ts';
import type { BackupPorts, Ports } from '../../../actions/backup-db/ports.ts';
import { backupId, dumpKey, manifestKey } from '../../../lib/domain/database/backup-key.ts';
import { manifestText } from '../../../lib/domain/database/backup-manifest.ts';
import type { BackupManifest, VerificationLevel } from '../../../lib/domain/database/backup-manifest.ts';
import { TargetError } from '../../../lib/domain/errors.ts';
import type { Database } from '../../../lib/ports/database.ts';
import type { Packing } from '../../../lib/ports/packing.ts';
import type { ScratchOrder } from '../../../lib/ports/scratch.ts';
import type { Storage } from '../../../lib/ports/storage.ts';
import { actor } from '../../domain/record/samples.ts';
import { database, packing, recipient } from '../../steps/backup/fakes.ts';
import type { Script } from '../../steps/backup/fakes.ts';
import { from } from '../../support/bytes.ts';
import { accountOf, memoryStorage } from '../../support/memory-storage.ts';

export const of = { engine: 'postgresql', database: 'shop' } as const;
export const hour = 3_600_000;
export const now = Date.UTC(2026, 10, 26, 4, 15, 0);

export const least = {
  engine: 'postgresql',
  url: 'postgresql://app@db.test/shop',
  destination: 'file:/backups',
  recipients: recipient,
};

/** Database, storage and scratch server in memory, and what backup-db makes of them. */
export class Yard {
  readonly storage = memoryStorage();
  readonly said: string[] = [];
  readonly warned: string[] = [];
  readonly kept = new Map<string, string>();
  readonly stop = new AbortController();
  /** When it is aborted, the timeout is over. */
  readonly timeIsUp = new AbortController();
  /** What was done to the storage and the scratch servers, in order. */
  readonly done: string[] = [];
  /** What the scratch servers were to be like. */
  readonly ordered: ScratchOrder[] = [];
  /** Of the database, and of the one that is restored into. */
  script: Script = {};
  over: Partial<Database> = {};
  scratch: { script?: Script; over?: Partial<Database>; cannot?: Error } = {};
  overStorage: Partial<Storage> = {};
  overPacking: Partial<Packing> = {};
  #now = now;

  /** A backup that is there already. */
  there(hoursAgo: number, level: VerificationLevel = 'complete', rest: Partial<BackupManifest> = {}): string {
    const at = now - hoursAgo * hour;
    const id = backupId(at, 'aaaaaa');
    const key = dumpKey(of, id, { encrypted: false });
    const bytes = Buffer.from(`the dump ${id}`);
    const manifest: BackupManifest = {
      schema: 'slipway/backup-manifest/v1',
      id,
      takenAt: new Date(at).toISOString(),
      storedAt: new Date(at).toISOString(),
      ...of,
      place: '',
      serverVersion: '15.18',
      toolVersion: '15.18',
      object: { key, ...accountOf(bytes) },
      raw: accountOf(bytes),
      layers: [{ kind: 'zstd', level: 3 }],
      format: 'pg_dump custom',
      fingerprint: { kind: 'counts', tables: [] },
      migrations: [],
      extensions: [],
      withoutRows: [],
      verified: { level, at: new Date(at).toISOString() },
      by: { images: [] },
      ...rest,
    };
    this.storage.objects.set(key, bytes);
    this.storage.objects.set(manifestKey(of, id, level), Buffer.from(manifestText(manifest)));
    return id;
  }

  keys(): string[] {
    return [...this.storage.objects.keys()].sort();
  }

  async run(given: Readonly<Record<string, string>> = {}): Promise<BackupResult> {
    const inputs = parseInputs({ ...least, globals: 'false', ...given }, {});
    return backupDb(inputs, this.#ports());
  }

  async check(given: Readonly<Record<string, string>> = {}): Promise<BackupResult> {
    const { engine, destination } = least;
    const inputs = parseInputs({ mode: 'check', engine, destination, database: 'shop', ...given }, {});
    return backupDb(inputs, this.#ports());
  }

  #storage(): Storage {
    const told =
      <Args extends [string, ...never[]], Result>(what: string, work: (...args: Args) => Promise<Result>) =>
      (...args: Args): Promise<Result> => {
        this.done.push(`${what} ${args[0]}`);
        return work(...args);
      };
    const storage = { ...this.storage, ...this.overStorage };
    return { ...storage, put: told('put', storage.put), delete: told('delete', storage.delete) };
  }

  #ports(): Ports {
    return {
      clock: {
        now: () => now,
        sleep: (_, signal) =>
          new Promise((resolve, reject) => {
            this.timeIsUp.signal.addEventListener('abort', () => resolve());
            signal?.addEventListener('abort', () => reject(signal.reason as Error));
          }),
      },
      signal: this.stop.signal,
      connect: async (inputs, signal) => {
        if (inputs.mode === 'cron-job') throw new Error('it is run by another test');
        const ports = this.#backupPorts(signal);
        return inputs.mode === 'check' ? { mode: 'check', inputs, ports } : { mode: 'backup', inputs, ports };
      },
    };
  }

  #backupPorts(signal: AbortSignal): BackupPorts {
    const { script, over, cannot } = this.scratch;
    const storage = this.#storage();
    return {
      // A storage of this step says nothing more once the step is cancelled.
      storage: {
        ...storage,
        async delete(key) {
          signal.throwIfAborted();
          await storage.delete(key);
        },
      },
      tidy: { delete: (key) => storage.delete(key) },
      packing: { ...packing, ...this.overPacking },
      database: { ...database(this.script), ...globals, ...this.over },
      scratch: {
        described: 'a scratch server in memory',
        sweep: async () => [],
        preflight: async (order) => {
          this.ordered.push(order);
          if (cannot !== undefined) throw cannot;
        },
        start: async (order) => {
          this.ordered.push(order);
          this.done.push('start scratch');
          return {
            described: 'scratch 1',
            database: { ...database(script), ...over },
            stop: async () => void this.done.push('stop scratch'),
          };
        },
      },
      files: {
        keep: (name, text) => {
          this.kept.set(name, text);
          return `/tmp/${name}`;
        },
      },
      clock: { now: () => (this.#now += 1), sleep: async () => undefined },
      log: {
        info: (line) => this.said.push(line),
        warn: (line) => this.warned.push(line),
        debug: () => undefined,
        group: (_, body) => body(),
        untrusted: () => undefined,
        mask: () => undefined,
      },
      actor,
      signal,
      chance: () => '1a2b3c',
      heartbeat: () => ({ [Symbol.dispose]: () => undefined }),
    };
  }
}

const globals: Partial<Database> = {
  async dumpGlobals() {
    const sql = Buffer.from('CREATE ROLE app;\n');
    return { bytes: from(sql), account: () => accountOf(sql) };
  },
};

export const refusal = (message: string): TargetError =>
  new TargetError(message, { subject: 'a test', remedy: 'none' });
