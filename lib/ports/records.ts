import type { Milliseconds } from '../domain/duration.ts';
import type { ReleaseRef } from '../domain/kubernetes.ts';
import type { LockGot, LockPurpose } from '../domain/lock/decide.ts';
import type { Actor, ReleaseRecord } from '../domain/record/types.ts';

export interface Records {
  /** Newest first. Unreadable ones are skipped with a warning. */
  of(release: ReleaseRef): Promise<readonly ReleaseRecord[]>;
  /** Creates it under the next free sequence number. */
  open(draft: Omit<ReleaseRecord, 'id' | 'seq' | 'schema'>): Promise<ReleaseRecord>;
  /** Applies a pure change to the newest stored text, again when somebody else was faster (resourceVersion). */
  change(
    record: Pick<ReleaseRecord, 'release' | 'namespace' | 'seq'>,
    change: (now: ReleaseRecord) => ReleaseRecord,
  ): Promise<ReleaseRecord>;
  /** Keeps the newest 20 and always the last two verified; best effort. */
  prune(release: ReleaseRef): Promise<void>;
}

export interface Holder {
  readonly actor: Actor;
  /** Random, one per step: tells two steps of one job apart. */
  readonly nonce: string;
  /** Process id of the node process that holds it, on `runner`. */
  readonly pid: number;
  readonly runner: string;
}

export interface Locks {
  /**
   * Waits for a living holder, naming it, up to `timeout`; then TargetError. A deploy lets a rollback that waits as
   * well go first.
   */
  acquire(release: ReleaseRef, holder: Holder, options: LockOptions): Promise<Lock>;
}

export interface LockOptions {
  readonly purpose: LockPurpose;
  readonly timeout: Milliseconds;
  readonly takeover: 'proven' | 'expired';
  readonly signal?: AbortSignal;
  readonly onWaiting?: (who: string, waited: Milliseconds, does: 'holds it' | 'goes first') => void;
}

export interface Lock {
  readonly holder: Holder;
  /** How it came to be ours: from a dead holder it comes with what that one left half-way. */
  readonly got: LockGot;
  /** Throws TargetError when the lease is no longer ours: called before every write. */
  check(): Promise<void>;
  release(): Promise<void>;
  /** Stops renewing but keeps the lease, also from a later release(): a cancelled main leaves it to post. */
  leave(): void;
}
