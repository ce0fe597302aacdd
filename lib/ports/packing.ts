import type { Hop } from './database.ts';

/**
 * What happens to a dump between the database and the storage, and back. Each stream goes at its reader's pace, throws
 * what its source throws, closes its source when it is left early, and keeps a bounded part of it in memory.
 */
export interface Packing {
  /** Counts and hashes what passes. */
  count(bytes: AsyncIterable<Uint8Array>): Hop;
  /** Passes them no faster than so many a second, smoothly: whoever produces them waits. */
  limit(
    bytes: AsyncIterable<Uint8Array>,
    options: { readonly bytesPerSecond: number; readonly signal?: AbortSignal },
  ): AsyncIterable<Uint8Array>;
  /** zstd with a checksum; `level` is 1 to 19. */
  compress(
    bytes: AsyncIterable<Uint8Array>,
    options: { readonly level: number; readonly signal?: AbortSignal },
  ): AsyncIterable<Uint8Array>;
  /** Throws where it was cut or changed. */
  decompress(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** Of dumps that somebody else made; throws where it was cut or changed. */
  gunzip(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** age, for at least one recipient. */
  encrypt(bytes: AsyncIterable<Uint8Array>, recipients: readonly string[]): AsyncIterable<Uint8Array>;
  /** Throws a TargetError where none of the identities fits, before anything comes out; any other where it was cut or changed. */
  decrypt(bytes: AsyncIterable<Uint8Array>, identities: readonly string[]): AsyncIterable<Uint8Array>;
  /** A new key of age, which nobody else has: to open what this run encrypted. */
  newIdentity(): Promise<{ readonly identity: string; readonly recipient: string }>;
}
