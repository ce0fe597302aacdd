import type { Engine } from '../domain/database/locator.ts';
import type { Version } from '../domain/database/versions.ts';
import type { Cancellable, Database } from './database.ts';

/**
 * Throwaway database servers, in which a backup is proven to restore. Each bears a label of ours, ends by itself after
 * its lifetime even when nobody is left to stop it, and is never reachable from outside.
 */
export interface ScratchServers {
  /** Where they are started, in words: `a pod in namespace db`. */
  readonly described: string;
  /** Removes what killed runs have left; what it removed, a line each. Never touches one that still has time to live. */
  sweep(options?: Cancellable): Promise<readonly string[]>;
  /**
   * Whether one could be started: programs or image, permission, room. A TargetError or ConfigurationError with the
   * remedy where not, before anything is dumped. Changes nothing.
   */
  preflight(order: ScratchOrder): Promise<void>;
  /** Starts a server with an empty database. */
  start(order: ScratchOrder): Promise<Scratch>;
}

export interface ScratchOrder extends Cancellable {
  readonly engine: Engine;
  /** Of the server that was dumped: this major version, or a newer one. */
  readonly version: Version;
  /** What the database takes on its server's disk. */
  readonly bytes: number;
  /** Of the dumped database, as `DatabaseFacts` say it; UTF-8 where it is not given. SQL_ASCII fits nowhere else. */
  readonly encoding?: string;
  /** Its collation; where the scratch server does not know it, it takes C (MySQL: its own), and the log says so. */
  readonly locale?: string;
}

export interface Scratch {
  /** In words: `pod db/slipway-scratch-1a2b (PostgreSQL 15.18)`. */
  readonly described: string;
  /** Empty; its user may do everything. */
  readonly database: Database;
  /** Removes it and all that is in it; never rejects. What could not be removed is logged, and swept by the next run. */
  stop(): Promise<void>;
}
