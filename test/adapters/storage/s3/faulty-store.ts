/** A store that is reached through the fault proxy: one server per test file, one proxy and one prefix per test. */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { startStorageProxy } from '../../../../sandbox/storage/storage-proxy.ts';
import { startVersitygw } from '../../../../sandbox/storage/versitygw.ts';
import type { Versitygw } from '../../../../sandbox/storage/versitygw.ts';
import type { Storage, StoredObject } from '../../../../lib/ports/storage.ts';
import { keysOf, MiB, openUploads, storeOn, streamOf } from './stores.ts';

/** Five parts. */
export const size: number = 36 * MiB + 123;

export interface FaultyStore {
  server: Versitygw;
  proxy: Awaited<ReturnType<typeof startStorageProxy>>;
  storage: Storage;
  /** Below which `storage` keeps everything. */
  prefix: string;
  warnings: string[];
  /** The same store with another idea of how long a silence may be. */
  patientFor(timeout: number): Storage;
}

/** Registers the hooks; what it returns is filled before each test. */
export function useFaultyStore(): FaultyStore {
  const store = {} as FaultyStore;
  let nth = 0;
  beforeAll(async () => {
    store.server = await startVersitygw();
  }, 600_000);
  afterAll(() => store.server?.stop());
  beforeEach(async () => {
    const { server } = store;
    const proxy = await startStorageProxy(server);
    const warnings: string[] = [];
    nth += 1;
    const prefix = `fault-${nth}`;
    const place = { kind: 's3', bucket: server.bucket, prefix } as const;
    // An idle machine answers in milliseconds; a busy one must not pass for a silent storage.
    const patientFor = (timeout: number) => storeOn(server, proxy.url, { place, warnings, timeout });
    Object.assign(store, { proxy, warnings, prefix, patientFor, storage: patientFor(20_000) });
  });
  afterEach(async () => {
    await store.proxy[Symbol.asyncDispose]();
  });
  return store;
}

export const storeDump = async ({ storage }: FaultyStore): Promise<StoredObject> =>
  (await storage.put('dump', streamOf(size))).finish();

export async function expectNothingLeft({ server, proxy, storage, prefix }: FaultyStore): Promise<void> {
  proxy.heal();
  expect(await openUploads(server, prefix)).toEqual([]);
  expect(await keysOf(storage)).toEqual([]);
}
