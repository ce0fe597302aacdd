import { createHash } from 'node:crypto';
import type { Account } from '../../lib/domain/storage/account.ts';
import { ObjectExistsError } from '../../lib/domain/storage/damaged.ts';
import type { Storage } from '../../lib/ports/storage.ts';
import { chunksOf, collect } from './bytes.ts';

export interface MemoryStorage extends Storage {
  readonly objects: Map<string, Buffer>;
  /** Uploads that were sent whole and neither finished nor given up. */
  readonly open: Set<string>;
}

export const accountOf = (bytes: Uint8Array): Account => ({
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

/** The Storage port in memory, as strict as its contract. */
export function memoryStorage(): MemoryStorage {
  const objects = new Map<string, Buffer>();
  const open = new Set<string>();
  const facts = (key: string, bytes: Buffer) => ({ key, bytes: bytes.length, modified: 0 });
  return {
    objects,
    open,
    place: 'memory',
    async put(key, source) {
      const bytes = await collect(source);
      open.add(key);
      return {
        account: accountOf(bytes),
        async finish() {
          open.delete(key);
          if (objects.has(key)) throw new ObjectExistsError('memory', key);
          objects.set(key, bytes);
          return facts(key, bytes);
        },
        async giveUp() {
          open.delete(key);
        },
      };
    },
    async get(key) {
      const bytes = objects.get(key);
      if (bytes === undefined) return undefined;
      return { object: facts(key, bytes), bytes: chunksOf(bytes), account: () => accountOf(bytes) };
    },
    async head(key) {
      const bytes = objects.get(key);
      return bytes === undefined ? undefined : facts(key, bytes);
    },
    async *list(prefix) {
      for (const [key, bytes] of [...objects].sort(([a], [b]) => (a < b ? -1 : 1)))
        if (key.startsWith(prefix)) yield facts(key, bytes);
    },
    async delete(key) {
      objects.delete(key);
    },
    sweep: async () => [],
  };
}
