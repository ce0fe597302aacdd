/** One release at a time per target: a Lease, held while a step works and renewed beside it. */
import { formatDuration } from '../../domain/duration.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import { TargetError } from '../../domain/errors.ts';
import { decideLock, isExpired } from '../../domain/lock/decide.ts';
import type { JobState, LockDecision, LockFacts, LockHolder } from '../../domain/lock/decide.ts';
import type { ReleaseRef } from '../../domain/kubernetes.ts';
import { describeJob } from '../../domain/record/job.ts';
import { isRefusal } from '../../domain/refusal.ts';
import type { Clock } from '../../ports/clock.ts';
import type { GitHubJobs } from '../../ports/github.ts';
import type { Kube } from '../../ports/kube.ts';
import type { LockOptions, Locks } from '../../ports/records.ts';
import { HeldLease } from './held-lease.ts';
import type { Taken } from './held-lease.ts';
import { holderOf, leaseName, leaseOf, lifeSign, nextOf, renewedAt } from './lease.ts';
import type { Lease } from './lease.ts';
import { NextInLine } from './next-in-line.ts';
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

const between = { looks: 1_500, words: 10_000, questions: 15_000 } as const satisfies Record<
  string,
  Milliseconds
>;

export function kubeLocks(ports: LockPorts): Locks {
  return {
    async acquire(release, holder, options) {
      const me: LockHolder = { ...holder.actor, nonce: holder.nonce, pid: holder.pid, runner: holder.runner };
      return new HeldLease(ports, await new Queue(ports, release, me, options).turn(), holder);
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
  readonly #nextInLine: NextInLine;
  /** The holder's sign of life last seen, and the monotonic time when it was first seen. */
  #seen = { sign: '', at: 0 };
  #asked: { readonly sign: string; readonly at: number; readonly answer: JobState | undefined } | undefined;
  #spokeAt = -Infinity;

  constructor(ports: LockPorts, release: ReleaseRef, me: LockHolder, options: LockOptions) {
    this.#ports = ports;
    this.#release = release;
    this.#me = me;
    this.#options = options;
    this.#began = ports.monotonic();
    this.#nextInLine = new NextInLine(ports, release, me);
  }

  /** Looks until the lock is free or may be taken over. Throws TargetError naming the holder when time is up. */
  async turn(): Promise<Taken> {
    try {
      return await this.#wait();
    } catch (error) {
      await this.#nextInLine.giveUp().catch((why: unknown) => {
        this.#ports.debug(`the mark on the lock stays until it expires: ${String(why)}`);
      });
      throw error;
    }
  }

  async #wait(): Promise<Taken> {
    const { kube, clock, debug } = this.#ports;
    let found: Lease | undefined;
    for (;;) {
      const decision: LockDecision =
        found === undefined ? { kind: 'take', got: { kind: 'free' } } : await this.#decide(found);
      if (decision.kind === 'take') {
        const taken = await this.#take(found);
        if (taken !== undefined) {
          const { got } = decision;
          debug(
            `lock of ${this.#release.name}: ${got.kind}${got.kind === 'taken-over' ? `, ${got.why}` : ''}`,
          );
          return { ...taken, got };
        }
      } else if (found !== undefined) {
        this.#speak(found, decision.kind === 'wait' ? decision.for : 'holder');
        if (this.#options.purpose === 'rollback') await this.#nextInLine.ask(found);
        await clock.sleep(between.looks, this.#options.signal);
      }
      found = (await kube.get(leases, this.#release.namespace, leaseName(this.#release))) as
        | Lease
        | undefined;
    }
  }

  /** Undefined when somebody else was faster. */
  async #take(found: Lease | undefined): Promise<Omit<Taken, 'got'> | undefined> {
    const { kube, clock, monotonic } = this.#ports;
    const renewedAt = monotonic();
    const lease = leaseOf(this.#release, this.#me, clock.now(), found);
    try {
      const stored = await (found === undefined
        ? kube.create(leases, this.#release.namespace, lease)
        : kube.replace(leases, this.#release.namespace, lease));
      return { lease: stored as Lease, renewedAt };
    } catch (error) {
      if (isRefusal(error, 409) || (found !== undefined && isRefusal(error, 404))) return undefined;
      throw error;
    }
  }

  async #decide(found: Lease): Promise<LockDecision> {
    const { clock, monotonic, processAlive } = this.#ports;
    const sign = lifeSign(found);
    if (sign !== this.#seen.sign) this.#seen = { sign, at: monotonic() };
    const holder = holderOf(found);
    const facts: LockFacts = {
      me: this.#me,
      purpose: this.#options.purpose,
      holder,
      expired: isExpired(clock.now() - renewedAt(found), monotonic() - this.#seen.at),
      processAlive: typeof holder === 'object' && processAlive(holder.pid),
      takeover: this.#options.takeover,
      promised: this.#nextInLine.promisedTo(found) !== undefined,
    };
    const first = decideLock(facts);
    if (first.kind !== 'ask' || typeof holder !== 'object') return first;
    const job = await this.#ask(holder, sign);
    return decideLock({ ...facts, job: job ?? 'unknown' });
  }

  /** Asks GitHub about the holder's job, but not at every look. */
  async #ask(holder: LockHolder, sign: string): Promise<JobState | undefined> {
    const now = this.#ports.monotonic();
    const recent = this.#asked?.sign === sign && now - this.#asked.at < between.questions;
    if (!recent) this.#asked = { sign, at: now, answer: await this.#ports.jobs?.finished(holder) };
    return this.#asked?.answer;
  }

  /** Names who is waited for, now and then. Throws TargetError when time is up. */
  #speak(found: Lease, what: 'holder' | 'next'): void {
    const holder = what === 'next' ? nextOf(found)?.holder : holderOf(found);
    const name = typeof holder === 'object' ? describeJob(holder) : (found.spec.holderIdentity ?? 'nobody');
    const who = what === 'next' ? `the rollback of ${name}` : name;
    const waited = this.#ports.monotonic() - this.#began;
    if (waited >= this.#options.timeout) throw this.#tooLong(who);
    if (waited - this.#spokeAt < between.words) return;
    this.#spokeAt = waited;
    this.#options.onWaiting?.(who, waited, what === 'next' ? 'goes first' : 'holds it');
  }

  #tooLong(holder: string): TargetError {
    return new TargetError(`release ${this.#release.name} is locked by ${holder}`, {
      subject: `Lease ${this.#release.namespace}/${leaseName(this.#release)}`,
      remedy:
        'wait for that run, or cancel it; one that died is succeeded by its own re-run, by any run whose token has actions: read to see that it is over, or with lock-takeover: expired',
      details: [['waited', formatDuration(this.#options.timeout)]],
    });
  }
}
