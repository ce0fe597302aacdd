import type { Fingerprint, FingerprintKind } from '../domain/database/fingerprint.ts';
import type { AppliedMigrations } from '../domain/database/migrations.ts';
import type { SchemaReading } from '../domain/database/schema.ts';
import type { Version } from '../domain/database/versions.ts';
import type { Milliseconds } from '../domain/duration.ts';
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
  contents(kind: FingerprintKind, options?: ContentsOptions): Promise<Contents>;
  /** Its schema and the migrations it has. Reads catalogues and the books of migration tools, never a row of anything else. */
  schema(options?: Cancellable): Promise<SchemaContents>;
  /** Why it is not empty, a line each; an empty list means that it is. */
  occupants(options?: Cancellable): Promise<readonly string[]>;
  /**
   * Restores a dump that `dump` made into this database, which must be empty: else it is refused and nothing changed.
   * Stops at the first error; resolves only when every byte arrived there and the tool said that all went well.
   */
  restore(dump: AsyncIterable<Uint8Array>, order: RestoreOrder): Promise<Account>;
  /**
   * Makes the roles and grants of `dumpGlobals`; a role that is there already keeps its password and its rights, and
   * only gains what was granted to it. Stops at the first error.
   */
  applyGlobals(sql: AsyncIterable<Uint8Array>, options?: GlobalsOptions): Promise<void>;
  /** Goes through a whole dump with the dump tool's own reader, into nothing. Throws where it is cut or malformed. */
  parse(dump: AsyncIterable<Uint8Array>, options?: Cancellable): Promise<Account>;
  /** Free on the disk under the server's data, in bytes; undefined where it cannot be learnt from here. */
  freeBytes(options?: Cancellable): Promise<number | undefined>;
  /** How much of what was committed would survive the loss of this server, as far as it can be read. Changes nothing. */
  durability(options?: Cancellable): Promise<Durability>;
  /** Makes an empty database on the same server, with this one's encoding and collation. A name that is taken is refused. */
  createBeside(name: string, options?: Cancellable): Promise<Database>;
  /** Names of the databases on the same server that begin so. */
  namesBeside(prefix: string, options?: Cancellable): Promise<readonly string[]>;
  /** Drops a database of the same server, whoever is connected to it. Not an error when it is not there. */
  dropBeside(name: string, options?: Cancellable): Promise<void>;
}

export interface Cancellable {
  readonly signal?: AbortSignal;
}

export interface DatabaseFacts {
  readonly server: Version;
  readonly dumpTool: Version;
  /** On the server's disk, indexes included. */
  readonly bytes: number;
  /** By the server's own name: `UTF8`, `SQL_ASCII`; MySQL's default character set: `utf8mb4`. */
  readonly encoding: string;
  /** PostgreSQL's LC_COLLATE: `en_US.UTF-8`; MySQL's default collation. */
  readonly locale: string;
  readonly extensions: readonly { readonly name: string; readonly version: string }[];
  /** Names of the extensions that could be made here; empty where the engine has none. */
  readonly installable: readonly string[];
  /** Tables whose rows a dump cannot see at one moment (MyISAM, Aria): `shop.log`. */
  readonly nonTransactional: readonly string[];
}

export interface ContentsOptions extends Cancellable {
  /** Tables that are not looked into: `schema.table`. */
  readonly withoutRows?: readonly string[];
}

export interface DumpOrder extends Cancellable {
  readonly fingerprint: FingerprintKind;
  /**
   * How long to wait while another backup or migration of this database is at work; then a TargetError. The lock is the
   * server's own (an advisory lock) and ends with the session, so nothing stays after a kill. Undefined takes none.
   */
  readonly lock?: { readonly wait: Milliseconds };
  /** Of the dump tool, as `extra-args` allows them. */
  readonly extraArgs?: readonly string[];
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

export type SchemaContents = Pick<Contents, 'schema' | 'migrations'>;

/** What a server says of its archive and its replicas. */
export interface Durability {
  /** By the server's clock, ISO 8601. */
  readonly now: string;
  /** The continuous archive: PostgreSQL's WAL archive, MySQL's binary log. */
  readonly archive:
    | { readonly kind: 'off' }
    | {
        readonly kind: 'on';
        /** When the newest piece was safe; undefined before the first. */
        readonly newestAt?: string;
        /** Pieces that could not be archived since the last success. */
        readonly failed: number;
      }
    /** On, and lost with the server: MySQL's binary log. */
    | { readonly kind: 'beside the data' }
    | { readonly kind: 'unreadable'; readonly why: string };
  readonly replicas: readonly { readonly name: string; readonly lagSeconds?: number }[];
}

export interface GlobalsOptions extends Cancellable {
  /**
   * `false`: none is made or used, and everything lies where the server puts it by itself. A scratch server must not
   * have them: it lacks the disks of the source, or, on the same machine, would reach into those of the live one.
   */
  readonly tablespaces?: boolean;
}

export interface RestoreOrder extends GlobalsOptions {
  /** All or nothing: a failure leaves the database as empty as it was. It needs a lock per table at the same time. */
  readonly oneTransaction: boolean;
  /** `false`: everything belongs to who restores, and no grant is made: the roles of the source need not exist. */
  readonly owners: boolean;
}
