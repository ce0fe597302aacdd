import type { Fingerprint, FingerprintKind } from '../domain/database/fingerprint.ts';
import type { AppliedMigrations } from '../domain/database/migrations.ts';
import type { SchemaReading } from '../domain/database/schema.ts';
import type { Version } from '../domain/database/versions.ts';
import type { Account } from '../domain/storage/account.ts';

/**
 * One database of one server, as its own tools see it. A server or a tool that says no is a TargetError or a ToolError
 * with the remedy; one that cannot be reached is an UnreachableError.
 */
export interface Database {
  /** In words, without a secret. */
  readonly described: string;
  /** Asks server and tools who they are. Changes nothing. */
  probe(options?: Cancellable): Promise<DatabaseFacts>;
  /**
   * Takes a snapshot and begins to dump it. A dump tool older than the server, and a table that may not be read, are
   * refused before anything is stored.
   */
  dump(order: DumpOrder): Promise<Dump>;
  /** Roles, their grants and their password hashes, as SQL; of the whole server. Ends as a dump does. */
  dumpGlobals(options?: Cancellable): Promise<Hop>;
  /** What is in it now; exact only while nobody writes. */
  contents(kind: FingerprintKind, options?: Cancellable): Promise<Contents>;
  /** Why it is not empty, a line each; an empty list means that it is. */
  occupants(options?: Cancellable): Promise<readonly string[]>;
  /**
   * Restores a dump that `dump` made into this database, which must be empty: else it is refused and nothing changed.
   * Stops at the first error; resolves only when every byte arrived there and the tool said that all went well.
   */
  restore(dump: AsyncIterable<Uint8Array>, order: RestoreOrder): Promise<Account>;
}

export interface Cancellable {
  readonly signal?: AbortSignal;
}

export interface DatabaseFacts {
  readonly server: Version;
  readonly dumpTool: Version;
  /** On the server's disk, indexes included. */
  readonly bytes: number;
  readonly extensions: readonly { readonly name: string; readonly version: string }[];
}

export interface DumpOrder extends Cancellable {
  readonly fingerprint: FingerprintKind;
  /** Tables whose rows are left out, their definition is not: `schema.table`, exactly. */
  readonly withoutRows: readonly string[];
}

/** Bytes that pass with an account of them. */
export interface Hop {
  /**
   * To be read once, at the reader's pace. **Ends only when the tool ended well and, where it ran elsewhere, both ends
   * saw the same bytes**; else it throws.
   */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Of all of them, when `bytes` has ended. */
  readonly account: () => Account;
}

export interface Dump extends Hop {
  /** When its snapshot was taken, by the server's clock, ISO 8601. */
  readonly takenAt: string;
  readonly format: 'pg_dump custom' | 'sql';
  readonly facts: DatabaseFacts;
  /** What is in the snapshot, read while the dump is. Rejects where it could not be read. */
  readonly contents: Promise<Contents>;
  /** Gives the snapshot back and ends what still runs, here and there; never rejects. Needed however it went. */
  close(): Promise<void>;
}

export interface Contents {
  readonly fingerprint: Fingerprint;
  readonly schema: SchemaReading;
  readonly migrations: readonly AppliedMigrations[];
}

export interface RestoreOrder extends Cancellable {
  /** All or nothing: a failure leaves the database as empty as it was. It needs a lock per table at the same time. */
  readonly oneTransaction: boolean;
  /** `false`: everything belongs to who restores, and no grant is made: the roles of the source need not exist. */
  readonly owners: boolean;
}
