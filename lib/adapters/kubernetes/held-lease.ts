/** A Lease that is ours: renewed beside the work, proven before each write, given back at the end. */
import { isExpired, lockTimes } from '../../domain/lock/decide.ts';
import type { LockGot } from '../../domain/lock/decide.ts';
import { nextTimes } from '../../domain/lock/next.ts';
import { messageOf, TargetError } from '../../domain/errors.ts';
import { describeObject } from '../../domain/kubernetes.ts';
import { isRefusal } from '../../domain/refusal.ts';
import type { Holder, Lock } from '../../ports/records.ts';
import type { LockPorts } from './lock.ts';
import { handedOn, nextOf, renewed } from './lease.ts';
import type { Lease } from './lease.ts';
import { leases } from './resources.ts';

/** A Lease just written by us; `renewedAt` is the monotonic time before it was sent. */
export interface Taken {
  readonly got: LockGot;
  readonly lease: Lease;
  readonly renewedAt: number;
}

export class HeldLease implements Lock {
  readonly holder: Holder;
  readonly got: LockGot;
  readonly #ports: LockPorts;
  readonly #timer: NodeJS.Timeout;
  #lease: Lease;
  #renewedAt: number;
  #renewing: Promise<void> | undefined;
  #lostTo: string | undefined;
  #given = false;

  constructor(ports: LockPorts, { got, lease, renewedAt }: Taken, holder: Holder) {
    this.holder = holder;
    this.got = got;
    this.#ports = ports;
    this.#lease = lease;
    this.#renewedAt = renewedAt;
    this.#timer = setInterval(() => void this.#renewBeside(), lockTimes.renewal).unref();
  }

  /** Costs a request only when the last renewal is older than 30 s. Throws TargetError when the lock is lost. */
  async check(): Promise<void> {
    const age = this.#ports.monotonic() - this.#renewedAt;
    if (this.#lostTo === undefined && age >= lockTimes.fresh) await this.#renewNow();
    if (this.#lostTo === undefined) return;
    throw new TargetError(
      `the lock was lost: ${describeObject({ kind: 'Lease', ...this.#key })} ${this.#lostTo}`,
      {
        subject: describeObject({ kind: 'Lease', ...this.#key }),
        remedy: 'nothing more is written here; see how the other run ended before running this one again',
      },
    );
  }

  async release(): Promise<void> {
    if (this.#given) return;
    this.leave();
    await this.#renewing?.catch(() => {});
    if (this.#lostTo !== undefined) return;
    await this.#giveBack().catch(async (error: unknown) => {
      if (!isRefusal(error, 409)) throw error;
      if (await this.#reread()) await this.#giveBack();
    });
  }

  leave(): void {
    this.#given = true;
    clearInterval(this.#timer);
  }

  get #key(): { readonly namespace: string; readonly name: string } {
    return { namespace: this.#lease.metadata.namespace ?? '', name: this.#lease.metadata.name };
  }

  /** Deletes the Lease; where a rollback waits to be next it stays, held by nobody, for the mark on it. */
  async #giveBack(): Promise<void> {
    const { kube, clock } = this.#ports;
    const next = nextOf(this.#lease);
    if (next !== undefined && !isExpired(clock.now() - next.at, 0, nextTimes.expiry)) {
      await kube.replace(leases, this.#key.namespace, handedOn(this.#lease));
      return;
    }
    const { uid, resourceVersion } = this.#lease.metadata;
    await kube.delete(leases, this.#key.namespace, this.#key.name, {
      ...(uid && { uid }),
      ...(resourceVersion && { resourceVersion }),
    });
  }

  /** A failed renewal may be made good by the next one; if not, `check` says so before anything is written. */
  async #renewBeside(): Promise<void> {
    try {
      if (this.#lostTo === undefined) await this.#renew();
    } catch (error) {
      this.#ports.debug(`the lock could not be renewed: ${messageOf(error)}`);
    }
  }

  /** One that was under way already may have been lost with the connection that it went by: it proves nothing. */
  async #renewNow(): Promise<void> {
    const underWay = this.#renewing !== undefined;
    await this.#renew().catch(async (error: unknown) => {
      if (!underWay) throw error;
      await this.#renew();
    });
  }

  #renew(): Promise<void> {
    this.#renewing ??= this.#replace()
      .catch(async (error: unknown) => {
        if (!isRefusal(error, 409) && !isRefusal(error, 404)) throw error;
        if (await this.#reread()) await this.#replace();
      })
      .finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #replace(): Promise<void> {
    const { kube, clock, monotonic } = this.#ports;
    const sent = monotonic();
    this.#lease = (await kube.replace(
      leases,
      this.#key.namespace,
      renewed(this.#lease, clock.now()),
    )) as Lease;
    this.#renewedAt = sent;
  }

  /** Whether it is still ours: an answer may have been lost on its way, and the renewal have arrived. */
  async #reread(): Promise<boolean> {
    const found = (await this.#ports.kube.get(leases, this.#key.namespace, this.#key.name)) as
      | Lease
      | undefined;
    if (
      found?.spec.holderIdentity === this.#lease.spec.holderIdentity &&
      found?.metadata.uid === this.#lease.metadata.uid
    ) {
      this.#lease = found as Lease;
      return true;
    }
    this.#lostTo =
      found === undefined ? 'was deleted by somebody' : `is held by ${found.spec.holderIdentity || 'nobody'}`;
    return false;
  }
}
