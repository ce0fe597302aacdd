import { setTimeout as wait } from 'node:timers/promises';
import { finishLeft } from '../../../actions/restore-db/finish.ts';
import { parseInputs } from '../../../actions/restore-db/inputs.ts';
import type { Left } from '../../../actions/restore-db/left.ts';
import type { Ports } from '../../../actions/restore-db/ports.ts';
import { restoreDb } from '../../../actions/restore-db/run.ts';
import type { RestoreResult } from '../../../actions/restore-db/run.ts';
import { dumpKey, globalsKey, manifestKey } from '../../../lib/domain/database/backup-key.ts';
import { manifestText } from '../../../lib/domain/database/backup-manifest.ts';
import type { BackupManifest } from '../../../lib/domain/database/backup-manifest.ts';
import { CancelledError, TargetError } from '../../../lib/domain/errors.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { Cancellable, Database, Durability } from '../../../lib/ports/database.ts';
import type { ScratchOrder, ScratchServers } from '../../../lib/ports/scratch.ts';
import { actor } from '../../domain/record/samples.ts';
import {
  contents,
  database,
  identity,
  manifestOf,
  packing,
  recipient,
  store,
} from '../../steps/backup/fakes.ts';
import type { Script } from '../../steps/backup/fakes.ts';
import { collect, from } from '../../support/bytes.ts';
import { accountOf, memoryStorage } from '../../support/memory-storage.ts';
import type { MemoryStorage } from '../../support/memory-storage.ts';

export { contents, identity };

export const of = { engine: 'postgresql', database: 'shop' } as const;
/** 04:00 on the day of the tests; backups are of 02:00. */
export const start = Date.parse('2026-11-26T04:00:00.000Z');
export const newestId = '20261126T020000Z-00000a';

/** A server whose databases are told by name; each is as `Script` says, and holds what was restored into it. */
export class Server {
  readonly databases = new Map<string, Database>();
  readonly dropped: string[] = [];
  script: Script;
  occupants: readonly string[] = [];
  globals = '';
  /** What a restore does once it has read so much of the dump. */
  onRestore: ((read: number) => void) | undefined;
  /** It takes the connection and says nothing more. */
  isSilent = false;
  durability: Durability | Error = {
    now: '2026-11-26T04:00:00.000Z',
    archive: { kind: 'off' },
    replicas: [],
  };

  constructor(script: Script = {}) {
    this.script = script;
    this.databases.set('shop', this.open('shop'));
  }

  open(name: string): Database {
    const fake = database(this.script);
    let isFull = false;
    return {
      ...fake,
      described: `postgresql database ${name}`,
      occupants: async () => (isFull ? ['table public.t'] : this.occupants),
      restore: async (dump, { signal }) => {
        const account = await fake.restore(watched(dump, this.onRestore, signal), {
          oneTransaction: true,
          owners: true,
        });
        isFull = true;
        return account;
      },
      applyGlobals: async (sql) => {
        for await (const chunk of sql) this.globals += Buffer.from(chunk).toString();
      },
      probe: async (options) => (this.isSilent ? silence(options) : fake.probe(options)),
      durability: async (options) => {
        if (this.isSilent) await silence(options);
        if (this.durability instanceof Error) throw this.durability;
        return this.durability;
      },
      namesBeside: async (prefix) => [...this.databases.keys()].filter((each) => each.startsWith(prefix)),
      createBeside: async (made) => {
        if (this.databases.has(made))
          throw new TargetError(`${made} is taken`, { subject: name, remedy: '' });
        this.databases.set(made, this.open(made));
        return this.databases.get(made) as Database;
      },
      dropBeside: async (gone) => {
        this.dropped.push(gone);
        this.databases.delete(gone);
      },
    };
  }
}

const silence = ({ signal }: Cancellable = {}): Promise<never> =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new CancelledError())));

async function* watched(
  dump: AsyncIterable<Uint8Array>,
  onRead: ((read: number) => void) | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of dump) {
    read += chunk.length;
    onRead?.(read);
    if (signal?.aborted === true) throw new CancelledError();
    yield chunk;
  }
}

/** A storage with one backup of shop, and all that restore-db talks to. */
export class World {
  readonly storage: MemoryStorage = memoryStorage();
  readonly server = new Server();
  /** What a drill starts. */
  readonly throwaway = new Server();
  readonly said: string[] = [];
  readonly warned: string[] = [];
  readonly kept = new Map<string, string>();
  /** What the scratch servers were to be like. */
  readonly ordered: ScratchOrder[] = [];
  readonly scratch = { started: 0, stopped: 0, preflights: 0, sweeps: 0 };
  readonly cancel = new AbortController();
  left: Left | undefined;
  /** Milliseconds that pass whenever somebody asks what time it is. */
  pace = 0;
  #now = start;

  /** Waits as long as it is told to, but a thousandth of it. */
  readonly clock: Clock = {
    now: () => (this.#now += this.pace),
    sleep: (ms, signal) => wait(ms / 1_000, undefined, signal === undefined ? {} : { signal }),
  };

  ports(): Ports {
    return {
      storage: this.storage,
      packing,
      database: this.server.databases.get('shop'),
      live: async () => this.server.open('shop'),
      scratch: this.servers(),
      clock: this.clock,
      log: {
        info: (line) => this.said.push(line),
        warn: (line) => this.warned.push(line),
        debug: () => {},
        group: (_, body) => body(),
        untrusted: () => {},
        mask: () => {},
      },
      files: {
        keep: (name, text) => {
          this.kept.set(name, text);
          return `/tmp/${name}`;
        },
        writePrivate: async () => '',
        read: async () => undefined,
      },
      actor,
      signal: this.cancel.signal,
      leave: (left) => {
        this.left = left;
      },
      heartbeat: () => ({ [Symbol.dispose]: () => {} }),
    };
  }

  servers(): ScratchServers {
    const { scratch, throwaway } = this;
    return {
      described: 'a server in memory',
      sweep: async () => {
        scratch.sweeps += 1;
        return [];
      },
      preflight: async (order) => {
        this.ordered.push(order);
        scratch.preflights += 1;
      },
      start: async (order) => {
        this.ordered.push(order);
        scratch.started += 1;
        return {
          described: 'scratch server 1',
          database: throwaway.open('scratch'),
          stop: async () => void (scratch.stopped += 1),
        };
      },
    };
  }

  /** Stores a backup as backup-db does; the manifest is changed as `rest` says. */
  async backUp(id = newestId, rest: Partial<BackupManifest> = {}): Promise<BackupManifest> {
    const stored = await store(database(), this.storage, { key: dumpKey(of, id, { encrypted: true }) });
    if ('failed' in stored) throw stored.failed;
    const globals = await this.#storeGlobals(id);
    const manifest = manifestOf(stored, {
      id,
      globals,
      verified: { level: 'restored', at: stored.takenAt },
      ...rest,
    });
    const { level } = manifest.verified;
    this.storage.objects.set(manifestKey(of, id, level), Buffer.from(manifestText(manifest)));
    return manifest;
  }

  async #storeGlobals(id: string): Promise<NonNullable<BackupManifest['globals']>> {
    const key = globalsKey(of, id, { encrypted: true });
    const sql = from('CREATE ROLE shop;');
    const bytes = await collect(packing.encrypt(packing.compress(sql, { level: 3 }), [recipient]));
    this.storage.objects.set(key, bytes);
    return { key, ...accountOf(bytes) };
  }

  run(given: Readonly<Record<string, string>> = {}): Promise<RestoreResult> {
    return restoreDb(inputs(given), this.ports());
  }

  post() {
    return finishLeft(
      this.left === undefined
        ? undefined
        : { left: this.left, database: this.server.databases.get('shop') as Database },
    );
  }
}

export const inputs = (given: Readonly<Record<string, string>> = {}) => {
  const isDrill = given['mode'] === 'drill';
  const place = isDrill ? { database: 'shop' } : { url: 'postgresql://shop@db.test:5432/shop' };
  return parseInputs(
    { mode: 'into', engine: 'postgresql', destination: 'file:backups', identity, ...place, ...given },
    {},
  );
};

export async function backedUp(rest: Partial<BackupManifest> = {}): Promise<World> {
  const world = new World();
  await world.backUp(newestId, rest);
  return world;
}
