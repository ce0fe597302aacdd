import { formatDuration } from '../domain/duration.ts';
import type { Milliseconds } from '../domain/duration.ts';
import { CancelledError, UnreachableError } from '../domain/errors.ts';
import type { ReleaseRef } from '../domain/kubernetes.ts';
import type { LockPurpose } from '../domain/lock/decide.ts';
import type { Log } from '../ports/log.ts';
import type { Holder, Lock, LockOptions, Locks } from '../ports/records.ts';
import { Unfinished } from './unfinished.ts';
import type { Leaving } from './unfinished.ts';

/**
 * Runs `body` while holding the release's lock, and releases it however the body ends, but when it ends in an
 * error and `keeps` says that post still has work to do: then the lock is left to post, so that nobody else
 * begins on a release that is half done. A lock that cannot be released expires by itself.
 */
export async function withLock<T>(
  locks: Locks,
  release: ReleaseRef,
  holder: Holder,
  options: LockOptions,
  body: (lock: Lock) => Promise<T>,
  keeps: () => boolean = () => false,
): Promise<T> {
  const lock = await locks.acquire(release, holder, options);
  try {
    return await body(lock);
  } catch (error) {
    if (keeps()) lock.leave();
    throw error;
  } finally {
    await lock.release().catch(() => undefined);
  }
}

interface LockPorts<Left> {
  readonly locks: Locks;
  readonly holder: Holder;
  readonly leave: (left: Left | undefined) => void;
  readonly log: Pick<Log, 'info'>;
  readonly signal: AbortSignal;
}

/**
 * Main's way to the lock: `body` works while it is held, and what it still owes when it ends in an error goes to post,
 * with the lock. Where nothing has begun the lock is given back here, but after a cancel, which leaves no time for it,
 * and without the API: then post gives it back.
 */
export function lockedForPost<Left extends Leaving, T>(
  purpose: LockPurpose,
  left: Left,
  inputs: { readonly release: ReleaseRef } & Parameters<typeof waitingAloud>[1],
  ports: LockPorts<Left>,
  body: (lock: Lock, owed: Unfinished<Left>) => Promise<T>,
): Promise<T> {
  let owed: Unfinished<Left> | undefined;
  const hold = async (lock: Lock): Promise<T> => {
    owed = new Unfinished(left, ports.leave);
    try {
      return await body(lock, owed);
    } catch (error) {
      const later = error instanceof CancelledError || error instanceof UnreachableError;
      if (!owed.hasBegun && !later) owed.over();
      throw error;
    }
  };
  const keeps = (): boolean => owed?.isOver === false;
  return withLock(
    ports.locks,
    inputs.release,
    ports.holder,
    waitingAloud(purpose, inputs, ports),
    hold,
    keeps,
  );
}

/** Main waits as long as its author said, and says for whom. */
export const waitingAloud = (
  purpose: LockPurpose,
  asked: { readonly lockTimeout: Milliseconds; readonly lockTakeover: LockOptions['takeover'] },
  { log, signal }: { readonly log: Pick<Log, 'info'>; readonly signal: AbortSignal },
): LockOptions => ({
  purpose,
  timeout: asked.lockTimeout,
  takeover: asked.lockTakeover,
  signal,
  onWaiting: (who, waited, does) =>
    log.info(`${formatDuration(waited)}  waiting for the lock: ${who} ${does}`),
});

/** Post takes what its own main has left; it has no time to wait for others. */
export const forPost: LockOptions = { purpose: 'finish', timeout: 60_000, takeover: 'proven' };
