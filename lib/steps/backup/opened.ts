/** A stored object, opened down to what was packed: read from the storage, and each layer undone. */
import type { Layer } from '../../domain/database/backup-manifest.ts';
import { assertSame, assertUnpacked, damageOf } from '../../domain/storage/damaged.ts';
import type { Account } from '../../domain/storage/account.ts';
import type { Packing } from '../../ports/packing.ts';
import type { Storage } from '../../ports/storage.ts';

export interface Sealed {
  readonly key: string;
  /** Of the object. */
  readonly packed: Account;
  /** Of what was packed; nobody keeps that of roles and grants longer than its run. */
  readonly raw: Account | undefined;
  /** From the object back to what was packed. */
  readonly layers: readonly Layer[];
  /** age's; needed only where it is encrypted. */
  readonly identities: readonly string[];
  /** What is thrown where there is no such object. */
  readonly missing: () => Error;
}

export interface OpeningPorts {
  readonly packing: Pick<Packing, 'count' | 'decrypt' | 'decompress'>;
  readonly storage: Pick<Storage, 'get' | 'place'>;
}

/** Ends only when the object is the one that was sent, and what is in it what was packed: no tool sees the end of anything else. */
export async function* opened(
  sealed: Sealed,
  { packing, storage }: OpeningPorts,
): AsyncGenerator<Uint8Array> {
  const { key, layers, identities, raw } = sealed;
  let bytes: AsyncIterable<Uint8Array> = stored(sealed, storage);
  for (const layer of layers)
    bytes = layer.kind === 'age' ? packing.decrypt(bytes, identities) : packing.decompress(bytes);
  const unpacked = packing.count(bytes);
  try {
    yield* unpacked.bytes;
  } catch (error) {
    throw damageOf(storage.place, key, error);
  }
  if (raw !== undefined) assertUnpacked(storage.place, key, raw, unpacked.account());
}

/** The object's own bytes. */
export async function* stored(
  { key, packed, missing }: Pick<Sealed, 'key' | 'packed' | 'missing'>,
  storage: OpeningPorts['storage'],
): AsyncGenerator<Uint8Array> {
  const download = await storage.get(key);
  if (download === undefined) throw missing();
  yield* download.bytes;
  assertSame(storage.place, key, packed, download.account());
}
