import type { Actor } from '../../lib/domain/record/types.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Database } from '../../lib/ports/database.ts';
import type { Files } from '../../lib/ports/files.ts';
import type { Log } from '../../lib/ports/log.ts';
import type { Packing } from '../../lib/ports/packing.ts';
import type { ScratchServers } from '../../lib/ports/scratch.ts';
import type { Storage } from '../../lib/ports/storage.ts';
import type { CronJobPorts } from './cron-job.ts';
import type { CronJobInputs } from './inputs-cron-job.ts';
import type { BackupInputs, CheckInputs, Inputs } from './inputs.ts';

/** What every mode needs. */
export interface CheckPorts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly log: Log;
}

/** Everything outside that a backup talks to. */
export interface BackupPorts extends CheckPorts {
  readonly database: Database;
  readonly packing: Packing;
  /** Undefined unless the backup is restored to prove it. */
  readonly scratch: ScratchServers | undefined;
  /** The same storage, without the step's signal: what a cancelled run stored is removed all the same. */
  readonly tidy: Pick<Storage, 'delete'>;
  readonly files: Pick<Files, 'keep'>;
  readonly actor: Actor;
  /** Aborts when the runner cancels the step, and when it has taken longer than it may. */
  readonly signal: AbortSignal;
  /** Six hex digits, never the same twice. */
  readonly chance: () => string;
  /** Says what is waited for: when the text changes, and at least every 10 s, until it is disposed of. */
  readonly heartbeat: (text: () => string) => Disposable;
}

/** What is to be done, and what it needs for it. */
export type Order =
  | { readonly mode: 'check'; readonly inputs: CheckInputs; readonly ports: CheckPorts }
  | { readonly mode: 'backup'; readonly inputs: BackupInputs; readonly ports: BackupPorts }
  | { readonly mode: 'cron-job'; readonly inputs: CronJobInputs; readonly ports: CronJobPorts };

export interface Ports {
  readonly clock: Clock;
  /** Aborts when the runner cancels the step. */
  readonly signal: AbortSignal;
  /** Connects to what these inputs need; all of it ends with the signal. */
  readonly connect: (inputs: Inputs, signal: AbortSignal) => Promise<Order>;
}
