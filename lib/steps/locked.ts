import type { ReleaseRef } from '../domain/kubernetes.ts';
import type { Holder, Lock, LockOptions, Locks } from '../ports/records.ts';

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
