import { expect } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { streamPacking } from '../../../lib/adapters/streams/packing.ts';
import { manifestSchema } from '../../../lib/domain/database/backup-manifest.ts';
import type { BackupManifest } from '../../../lib/domain/database/backup-manifest.ts';
import type { Contents, Database, DatabaseFacts, Dump } from '../../../lib/ports/database.ts';
import type { Storage } from '../../../lib/ports/storage.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { storeDump } from '../../../lib/steps/backup/pipeline.ts';
import type { BackupOrder, StoredDump } from '../../../lib/steps/backup/pipeline.ts';
import { collect } from '../../support/bytes.ts';
import { accountOf } from '../../support/memory-storage.ts';
import type { MemoryStorage } from '../../support/memory-storage.ts';

export const identity = await generateX25519Identity();
export const recipient = await identityToRecipient(identity);
export const packing = streamPacking(processStreams({ PATH: process.env['PATH'] ?? '' }), 2, systemClock);

export const whole = Buffer.alloc(3_000_000, 'some bytes of a dump\0');
const version = { engine: 'postgresql', major: 15, minor: 18, text: '15.18' } as const;
const facts: DatabaseFacts = {
  server: version,
  dumpTool: version,
  bytes: 1,
  encoding: 'UTF8',
  locale: 'C.UTF-8',
  extensions: [],
  installable: ['plpgsql'],
  nonTransactional: [],
};
export const contents: Contents = {
  fingerprint: {
    kind: 'rows',
    method: 'columns by name',
    tables: [{ name: 'public.t', rows: 2, hash: '7' }],
  },
  schema: { kind: 'unreadable', why: 'not asked' },
  migrations: [],
};

export interface FakeDatabase extends Database {
  readonly closed: () => number;
  readonly restored: () => Buffer | undefined;
}

export interface Script {
  /** After so many bytes, what is thrown. */
  fails?: readonly [share: number, error: Error];
  contents?: Promise<Contents> | Contents;
  /** Called with the share of the dump that was read. */
  onRead?: (share: number) => void;
  restores?: Contents;
  facts?: Partial<DatabaseFacts>;
  /** On the server's disk. */
  free?: number;
}

/** A database that dumps `whole`, or fails where it is told. */
export function database({
  fails,
  contents: told = contents,
  onRead,
  restores = contents,
  facts: rest = {},
  free,
}: Script = {}): FakeDatabase {
  let [closed, restored] = [0, undefined as Buffer | undefined];
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < whole.length; at += 10_000) {
      onRead?.(at / whole.length);
      if (fails !== undefined && at >= fails[0] * whole.length) throw fails[1];
      yield whole.subarray(at, at + 10_000);
    }
    if (fails?.[0] === 1) throw fails[1];
  }
  const promised = Promise.resolve(told);
  promised.catch(() => undefined);
  const dump: Dump = {
    bytes: bytes(),
    account: () => accountOf(whole),
    takenAt: '2026-11-26T02:00:00.000Z',
    format: 'pg_dump custom',
    facts: { ...facts, ...rest },
    contents: promised,
    close: async () => void closed++,
  };
  return {
    described: 'postgresql database shop',
    probe: async () => ({ ...facts, ...rest }),
    dump: async () => dump,
    dumpGlobals: () => Promise.reject(new Error('nobody asks for them here')),
    contents: async () => restores,
    schema: async () => restores,
    occupants: async () => [],
    async restore(source) {
      restored = await collect(source);
      return accountOf(restored);
    },
    parse: async (source) => accountOf(await collect(source)),
    applyGlobals: async (sql) => void (await collect(sql)),
    freeBytes: async () => free,
    durability: async () => ({ now: dump.takenAt, archive: { kind: 'off' }, replicas: [] }),
    createBeside: () => Promise.reject(new Error('nobody asks for one here')),
    namesBeside: async () => [],
    dropBeside: async () => undefined,
    closed: () => closed,
    restored: () => restored,
  };
}

export const order: BackupOrder = {
  key: 'shop/1.dump',
  level: 3,
  recipients: [recipient],
  identities: [identity],
  mayBeEmpty: false,
  fingerprint: 'rows',
  withoutRows: [],
};
export const onLeft = (): void => {
  throw new Error('something was left');
};

/** Runs it, and sees that a failure left nothing and that the dump was closed. */
export async function store(
  from: FakeDatabase,
  storage: MemoryStorage,
  rest: Partial<BackupOrder> = {},
  over: Partial<Storage> = {},
): Promise<StoredDump | { failed: unknown }> {
  const before = [...storage.objects.keys()];
  const done = await storeDump(
    { ...order, ...rest },
    { database: from, packing, storage: { ...storage, ...over }, onLeft },
  ).catch((failed: unknown) => ({ failed }));
  expect(from.closed()).toBe(1);
  expect([...storage.open]).toEqual([]);
  if ('failed' in done) expect([...storage.objects.keys()]).toEqual(before);
  return done;
}

export const manifestOf = (stored: StoredDump, rest: Partial<BackupManifest> = {}): BackupManifest => ({
  schema: manifestSchema,
  id: 'shop-1',
  takenAt: stored.takenAt,
  storedAt: stored.takenAt,
  engine: 'postgresql',
  database: 'shop',
  place: '',
  serverVersion: '15.18',
  toolVersion: '15.18',
  object: { key: stored.object.key, ...stored.packed },
  raw: stored.raw,
  layers: stored.layers,
  format: stored.format,
  fingerprint: stored.contents.fingerprint,
  schemaFingerprint: '',
  migrations: [],
  extensions: [],
  withoutRows: [],
  verified: { level: 'complete', at: stored.takenAt },
  by: { images: [] },
  ...rest,
});
