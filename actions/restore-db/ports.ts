import type { Actor } from '../../lib/domain/record/types.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Database } from '../../lib/ports/database.ts';
import type { Files } from '../../lib/ports/files.ts';
import type { Log } from '../../lib/ports/log.ts';
import type { Packing } from '../../lib/ports/packing.ts';
import type { ScratchServers } from '../../lib/ports/scratch.ts';
import type { Storage } from '../../lib/ports/storage.ts';
import type { Left } from './left.ts';

/** Everything outside that restore-db talks to. */
export interface Ports {
  readonly storage: Storage;
  readonly packing: Packing;
  /** Where it is restored: into it, or beside it. Undefined in a drill. */
  readonly database: Database | undefined;
  /**
   * In a drill the live server, whose archive and replicas are asked for; undefined where none was named. It is
   * entered only then: a drill must go on when that server is gone.
   */
  readonly live: (() => Promise<Database>) | undefined;
  /** Undefined but in a drill. */
  readonly scratch: ScratchServers | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly files: Files;
  readonly actor: Actor;
  /** Aborts when the runner cancels the step. */
  readonly signal: AbortSignal;
  /** Tells post what is unfinished; undefined when nothing is. */
  readonly leave: (left: Left | undefined) => void;
  /** Says what is waited for: when the text changes, and at least every 10 s, until it is disposed of. */
  readonly heartbeat: (text: () => string) => Disposable;
}
