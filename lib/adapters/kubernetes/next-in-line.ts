/** The mark on a Lease by which a rollback that waits goes before the deploys that wait. */
import { isExpired } from '../../domain/lock/decide.ts';
import type { LockHolder } from '../../domain/lock/decide.ts';
import { nextTimes } from '../../domain/lock/next.ts';
import type { NextMark } from '../../domain/lock/next.ts';
import type { ReleaseRef } from '../../domain/kubernetes.ts';
import { isRefusal } from '../../domain/refusal.ts';
import { holderOf, leaseName, markedBy, nextOf, unmarked } from './lease.ts';
import type { Lease } from './lease.ts';
import type { LockPorts } from './lock.ts';
import { leases } from './resources.ts';

type Ports = Pick<LockPorts, 'kube' | 'clock' | 'monotonic'>;

export class NextInLine {
  readonly #ports: Ports;
  readonly #release: ReleaseRef;
  readonly #me: LockHolder;
  /** The mark last seen, and the monotonic time when it was first seen: its writer's clock may differ from ours. */
  #seen = { at: 0, since: 0 };
  #askedAt = -Infinity;

  constructor(ports: Ports, release: ReleaseRef, me: LockHolder) {
    this.#ports = ports;
    this.#release = release;
    this.#me = me;
  }

  /** The rollback that asked to be next and still waits; a mark that is no longer renewed binds nobody. */
  promisedTo(found: Lease): NextMark | undefined {
    const { clock, monotonic } = this.#ports;
    const mark = nextOf(found);
    if (mark === undefined) return undefined;
    if (mark.at !== this.#seen.at) this.#seen = { at: mark.at, since: monotonic() };
    const expired = isExpired(clock.now() - mark.at, monotonic() - this.#seen.since, nextTimes.expiry);
    return expired ? undefined : mark;
  }

  /** Asks to be next, and again before the mark expires. Another rollback that waits keeps its own. */
  async ask(found: Lease): Promise<void> {
    const { kube, clock, monotonic } = this.#ports;
    const now = monotonic();
    const promised = this.promisedTo(found);
    const isOurs = promised?.holder.nonce === this.#me.nonce;
    if (isOurs ? now - this.#askedAt < nextTimes.renewal : promised !== undefined) return;
    try {
      await kube.replace(leases, this.#release.namespace, markedBy(found, this.#me, clock.now()));
      this.#askedAt = now;
    } catch (error) {
      // Renewed or given back meanwhile: the next look sees it, and asks again.
      if (!isRefusal(error, 409) && !isRefusal(error, 404)) throw error;
    }
  }

  /** Whoever stops waiting keeps nobody else from it. A Lease that only our mark has kept goes with it. */
  async giveUp(): Promise<void> {
    if (this.#askedAt === -Infinity) return;
    const { kube } = this.#ports;
    const { namespace } = this.#release;
    const found = (await kube.get(leases, namespace, leaseName(this.#release))) as Lease | undefined;
    if (found === undefined || nextOf(found)?.holder.nonce !== this.#me.nonce) return;
    if (holderOf(found) !== undefined) {
      await kube.replace(leases, namespace, unmarked(found));
      return;
    }
    const { uid, resourceVersion } = found.metadata;
    await kube.delete(leases, namespace, found.metadata.name, {
      ...(uid && { uid }),
      ...(resourceVersion && { resourceVersion }),
    });
  }
}
