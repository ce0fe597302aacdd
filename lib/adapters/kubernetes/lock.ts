/** One release at a time per target: a Lease, held while a step works and renewed beside it. */
import type { Milliseconds } from '../../domain/duration.ts';
import { TargetError } from '../../domain/errors.ts';
import { decideLock, describeHolder, isExpired } from '../../domain/lock/decide.ts';
import type { LockDecision, LockFacts, LockHolder } from '../../domain/lock/decide.ts';
import type { ReleaseRef } from '../../domain/kubernetes.ts';
import { isRefusal } from '../../domain/refusal.ts';
import type { Clock } from '../../ports/clock.ts';
import type { GitHubJobs } from '../../ports/github.ts';
import type { Kube } from '../../ports/kube.ts';
import type { Holder, LockOptions, Locks } from '../../ports/records.ts';
import { HeldLease } from './held-lease.ts';
import { holderOf, leaseName, leaseOf, renewedAt } from './lease.ts';
import type { Lease } from './lease.ts';
import { leases } from './resources.ts';

export interface LockPorts {
  readonly kube: Kube;
  readonly clock: Clock;
  /** Whether a process of this machine is alive. */
  readonly processAlive: (pid: number) => boolean;
  /** Milliseconds that never jump: how old our own renewal is, whatever happens to the wall clock. */
  readonly monotonic: () => number;
  /** Absent without a token: then nobody is ever known to have finished. */
  readonly jobs?: GitHubJobs;
  readonly debug: (line: string) => void;
}

const between = { looks: 1_500, words: 10_000, questions: 15_000 } as const satisfies Record<string, Milliseconds>;

export function kubeLocks(ports: LockPorts): Locks {
  return {
    async acquire(release, holder, options) {
      const me: LockHolder = { ...holder.actor, nonce: holder.nonce, pid: holder.pid, runner: holder.runner };
      const lease = await new Queue(ports, release, me, options).turn();
      return new HeldLease(ports, lease, holder);
    },
  };
}

/** One wait for one lock. */
class Queue {
  readonly #ports: LockPorts;
  readonly #release: ReleaseRef;
  readonly #me: LockHolder;
  readonly #options: LockOptions;
  readonly #began: number;
  /** The renewal last seen, and when it was first seen. */
  #seen = { version: '', at: 0 };
  #asked = { version: '', at: -Infinity, answer: undefined as LockFacts['job'] };
  #spoke = -Infinity;

  constructor(ports: LockPorts, release: ReleaseRef, me: LockHolder, options: LockOptions) {
    this.#ports = ports;
    this.#release = release;
    this.#me = me;
    this.#options = options;
    this.#began = ports.monotonic();
  }

  /** Looks until the lock is free or may be taken. Throws TargetError naming the holder when time is up. */
  async turn(): Promise<Taken> {
    const { kube, clock, monotonic } = this.#ports;
    let found: Lease | undefined;
    for (;;) {
      const taken = await this.#take(found);
      if (taken !== undefined) return taken;
      found = (await kube.get(leases, this.#release.namespace, leaseName(this.#release))) as Lease | undefined;
      if (found === undefined) continue;
      const decision = await this.#decide(found);
      if (decision.kind === 'take') {
        this.#ports.debug(`taking the lock of ${this.#release.name}: ${decision.why}`);
        continue;
      }
      this.#say(found, monotonic() - this.#began);
      found = undefined;
      await clock.sleep(between.looks, this.#options.signal);
    }
  }
}
