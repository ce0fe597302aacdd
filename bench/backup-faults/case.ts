/** A fault as data: what goes wrong, when, and for whom. */
import type { FaultOrder } from '../../sandbox/fault-proxy/faults.ts';
import type { Env } from '../kit/run-tool.ts';
import type { Channel } from './channel.ts';

export type WayId = 'ours' | 'shell' | 'pipefail';
export const wayIds: readonly WayId[] = ['ours', 'shell', 'pipefail'];

export type Group = 'dump' | 'connection' | 'channel' | 'storage' | 'disk' | 'refusal' | 'signal';

/** How a run is told to end before it is done. */
export type Blow =
  /** *Cancel workflow*: SIGINT to the step's process alone, then as the runner goes on. */
  | 'cancel'
  /** SIGTERM to the step's process, as from a runner that is drained. */
  | 'term'
  /** SIGKILL to the step's process alone, as for want of memory: what it started lives on, and the runner runs post. */
  | 'kill'
  /** SIGKILL to everything at once, a machine that is switched off: no post, and RUNNER_TEMP is emptied before the next. */
  | 'kill-tree';

export interface Case {
  readonly id: string;
  /** As the table has it. */
  readonly name: string;
  readonly group: Group;
  /** Whether a run may also come to a whole backup: what passes can be tried again. */
  readonly mayPass?: boolean;
  /** A run that ends well has backed up what is of no use, however whole: an empty database, other rows. */
  readonly isWorthless?: boolean;
  readonly terms?: Partial<Terms>;
  /** Makes the fault, or sees to it that it comes in time. Before the run is started. */
  readonly arm?: (stage: Strikes) => Promise<void> | void;
  /** For a way that asks the store nothing more when it is done: then. */
  readonly whenDone?: (stage: Strikes) => Promise<void>;
  /** All of them where it is not given. */
  readonly ways?: readonly WayId[];
}

/** Under which terms a run is started. */
export interface Terms {
  readonly destination: 's3' | 'file';
  /** How its tools come to the database: from here by TCP, or through `docker exec`, which may lose what it carries. */
  readonly channel: Channel;
  readonly user: 'postgres' | 'clerk';
  readonly password: string | undefined;
  readonly database: 'full' | 'empty';
  /** A pg_dump that is a major version behind, first on PATH. */
  readonly oldTool: boolean;
  /** A zstd and a gzip, first on PATH, that lose 4 kB of what they read and end with 0. */
  readonly lossyCompressor: boolean;
  /** MiB that the destination's disk has; no limit where it is not given. */
  readonly destinationMegabytes?: number;
  /** MiB that RUNNER_TEMP and TMPDIR have. */
  readonly tempMegabytes?: number;
  /** Nobody but its owner may enter RUNNER_TEMP: a server of another account works in /tmp. */
  readonly closedTemp?: boolean;
  /** More of ours: `verify: restored`. */
  readonly inputs: Env;
}

/** What a case may do to a run. */
export interface Strikes {
  /** When so much of the dump (0 to 1) has come from the server; nothing more comes before `strike` has ended. */
  whenDumped(share: number, strike: (connection: Connection) => Promise<void> | void): void;
  /** Of the way to the object store. */
  failStore(order: FaultOrder): void;
  /** When the object store is asked this the first time; the request waits until `strike` has ended. */
  whenAsked(asked: Pick<FaultOrder, 'path' | 'query' | 'method'>, strike: () => Promise<void> | void): void;
  /** Ends the run's programs of that name. */
  killTools(name: string): void;
  /** Runs SQL in the server as its superuser. */
  sql(text: string): Promise<string>;
  /** The name of the database that is backed up. */
  readonly database: string;
  strikeRun(blow: Blow): void;
  /** Fills the disk under RUNNER_TEMP. */
  fillTemp(): Promise<void>;
  /** Turns one bit of the newest large object in the store, which does not notice. */
  flipStored(): Promise<void>;
}

export interface Connection {
  /** Both ends see a reset. */
  cut(): void;
  /** Nothing goes on in either direction, and nobody is told. */
  stall(): void;
}
