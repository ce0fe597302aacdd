import { CancelledError } from '../domain/errors.ts';
import type { ReleaseRef } from '../domain/kubernetes.ts';
import type { Holder, Lock, LockOptions, Locks } from '../ports/records.ts';

/**
 * Runs `body` while holding the release's lock, and releases it however the body ends, but for a cancel: then
 * the lock is left to post, which may still have to undo. A lock that cannot be released expires by itself.
 */
export async function withLock<T>(
  locks: Locks,
  release: ReleaseRef,
  holder: Holder,
  options: LockOptions,
  body: (lock: Lock) => Promise<T>,
): Promise<T> {
  const lock = await locks.acquire(release, holder, options);
  try {
    return await body(lock);
  } catch (error) {
    if (error instanceof CancelledError) lock.leave();
    throw error;
  } finally {
    await lock.release().catch(() => undefined);
  }
}
