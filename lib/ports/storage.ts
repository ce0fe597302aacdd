import type { Milliseconds } from '../domain/duration.ts';
import type { Account } from '../domain/storage/account.ts';

export type { Account };

/**
 * Stores streams under keys below one destination, and never replaces what is there. A storage that says no is a
 * TargetError with the remedy (ObjectExistsError where the key is taken, DamagedObjectError where bytes differ); one
 * that cannot be reached, or is still busy after the last try, is an UnreachableError. A key that no storage would
 * take is a ConfigurationError.
 */
export interface Storage {
  /** The destination, for messages: `s3://backups/shop`. */
  readonly place: string;
  /**
   * Sends a stream, as fast as the storage takes it. Resolves when all of it is there and nobody can see it yet.
   * Whatever makes it reject (the stream, the storage, a cancel), nothing is left behind; the error is the stream's own
   * where that failed first.
   */
  put(key: string, bytes: AsyncIterable<Uint8Array>): Promise<Upload>;
  /** Opens an object; undefined when there is none. */
  get(key: string): Promise<Download | undefined>;
  /** Undefined when there is no such object. */
  head(key: string): Promise<StoredObject | undefined>;
  /** Every object whose key begins with `prefix`, by key; pages are asked for as they are needed. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Not an error when it is not there. */
  delete(key: string): Promise<void>;
  /** Removes what killed runs have left half-way: uploads that nobody finished and to which nothing came for a while. */
  sweep(order: SweepOrder): Promise<readonly Leftover[]>;
}

/** A stream that has been sent whole. It must be finished or given up. */
export interface Upload {
  /** Of what was read from the stream. */
  readonly account: Account;
  /** Makes it visible under its key. When it rejects, nothing is left behind. */
  finish(): Promise<StoredObject>;
  /** Removes it; does nothing to one that is finished. */
  giveUp(): Promise<void>;
}

export interface Download {
  readonly object: StoredObject;
  /** To be read once; a break in between is mended unseen. Ends only when every byte came, else throws. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Of what was read; complete when `bytes` has ended. */
  account(): Account;
}

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** Milliseconds since the epoch, by the storage's clock. */
  readonly modified: number;
  /** The archive that it must be restored from before it can be read: `GLACIER`. Told by `head` and `get` alone. */
  readonly archived?: string;
}

export interface SweepOrder {
  /** Whether a key is of the caller's making; what is not is left alone, however old. */
  readonly isOurs: (key: string) => boolean;
  /** How long nothing may have come to it, by the storage's clock. */
  readonly idleFor: Milliseconds;
}

export interface Leftover {
  /** What it would have become. */
  readonly key: string;
  /** Milliseconds since the epoch: when something came to it last. */
  readonly touched: number;
}
