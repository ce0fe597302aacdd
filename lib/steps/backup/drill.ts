/** Restores a backup into a server that is thrown away, compares every table, and measures. */
import type { BackupManifest } from '../../domain/database/backup-manifest.ts';
import { secondsOf } from '../../domain/database/drill.ts';
import type { DrillSeconds } from '../../domain/database/drill.ts';
import { TargetError, ToolError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Contents, Database } from '../../ports/database.ts';
import type { Log } from '../../ports/log.ts';
import type { Packing } from '../../ports/packing.ts';
import type { Scratch, ScratchOrder, ScratchServers } from '../../ports/scratch.ts';
import type { Storage } from '../../ports/storage.ts';
import { restoreTimed } from './drill-restore.ts';

export interface DrillOrder {
  readonly manifest: BackupManifest;
  readonly identities: readonly string[];
  readonly globals: boolean;
  readonly owners: boolean;
  readonly oneTransaction: boolean;
  readonly scratch: ScratchOrder;
  /** Of the step, milliseconds since the epoch: who waits for a restore waits from there. */
  readonly startedAt: number;
  /** Throws where the server could never take this dump: that says nothing about the dump. */
  readonly refuse: (database: Database) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface DrillPorts {
  readonly scratch: ScratchServers;
  readonly storage: Storage;
  readonly packing: Packing;
  readonly clock: Clock;
  readonly log: Log;
  readonly onRestored: () => void;
}

export type Drilled =
  | {
      readonly kind: 'restored';
      readonly into: string;
      readonly seconds: DrillSeconds;
      readonly contents: Contents;
      readonly nonTransactional: readonly string[];
    }
  /** It did not restore, or what came out differs. */
  | { readonly kind: 'failed'; readonly into: string; readonly error: TargetError | ToolError };

/**
 * Throws what kept it from being tried at all: no server could be started, the storage could not be reached, a cancel.
 * The server is removed in any case.
 */
export async function drill(order: DrillOrder, ports: DrillPorts): Promise<Drilled> {
  const { scratch, clock, log } = ports;
  const server = await scratch.start(order.scratch);
  try {
    log.info(`started ${server.described}`);
    await order.refuse(server.database);
    return await restoredInto(server, clock.now(), order, ports);
  } finally {
    await server.stop();
  }
}

async function restoredInto(
  { described: into, database }: Scratch,
  readyAt: number,
  order: DrillOrder,
  ports: DrillPorts,
): Promise<Drilled> {
  try {
    const timed = await restoreTimed({ ...order, tablespaces: false }, { ...ports, database });
    const seconds = {
      prepare: secondsOf(readyAt - order.startedAt),
      restore: secondsOf(timed.restore),
      compare: secondsOf(timed.compare),
    };
    const { contents, nonTransactional } = timed;
    return { kind: 'restored', into, seconds, contents, nonTransactional };
  } catch (error) {
    const isAnswer = error instanceof TargetError || error instanceof ToolError;
    if (!isAnswer || order.signal.aborted) throw error;
    return { kind: 'failed', into, error };
  }
}
