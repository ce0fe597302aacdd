/** When a lock may be taken from its holder. Pure: what is known goes in, what to do comes out. */
import type { Milliseconds } from '../duration.ts';
import { sameJob, sameRun } from '../record/job.ts';
import type { Job } from '../record/job.ts';

/** Who a Lease says holds it. */
export interface LockHolder extends Job {
  readonly nonce: string;
  readonly pid: number;
  readonly runner: string;
}

/** What GitHub says of a job; 404 or an API that is down is `unknown`. */
export type JobState = 'finished' | 'running' | 'unknown';

/**
 * A rollback goes before a deploy that waits: mending goes before shipping. `finish` brings to its end what was
 * begun (post): it neither asks to be next nor lets anybody go first.
 */
export type LockPurpose = 'deploy' | 'rollback' | 'finish';

/** How a lock came to be ours: from a dead holder it comes with what that one left half-way. */
export type LockGot =
  | { readonly kind: 'free' }
  /** Main's, for its post; or the answer to our request was lost. */
  | { readonly kind: 'ours' }
  | { readonly kind: 'taken-over'; readonly holder: LockHolder | 'unreadable'; readonly why: string };

export const lockTimes = {
  expiry: 60_000,
  renewal: 20_000,
  /** How far two runners' clocks may lie apart before we would take a living lock for an expired one. */
  skew: 30_000,
  /** A renewal younger than this proves the lock without asking again. */
  fresh: 30_000,
} as const satisfies Record<string, Milliseconds>;

export interface LockFacts {
  readonly me: LockHolder;
  readonly purpose: LockPurpose;
  /** Undefined: nobody, or a text that is not ours to read. */
  readonly holder: LockHolder | 'unreadable' | undefined;
  readonly expired: boolean;
  /** Only meaningful for a holder on this runner. */
  readonly processAlive: boolean;
  readonly takeover: 'proven' | 'expired';
  /** What GitHub says of the holder's job; undefined while it has not been asked. */
  readonly job?: JobState;
  /** A rollback that waits has asked to be next, and still waits. */
  readonly promised: boolean;
}

export type LockDecision =
  | { readonly kind: 'take'; readonly got: LockGot }
  /** Whether the holder's job has finished would decide it. */
  | { readonly kind: 'ask' }
  /** `next`: it could be taken, but a rollback goes first. */
  | { readonly kind: 'wait'; readonly for: 'holder' | 'next' };

/** Decides whether a lock is free, may be taken over, or must be waited for. Unknown counts as alive. */
export function decideLock(facts: LockFacts): LockDecision {
  const decision = byHolder(facts);
  const couldTake = decision.kind === 'take' && decision.got.kind !== 'ours';
  const letsGoFirst = facts.purpose === 'deploy' && facts.promised;
  return couldTake && letsGoFirst ? { kind: 'wait', for: 'next' } : decision;
}

function byHolder(facts: LockFacts): LockDecision {
  const { me, holder, expired } = facts;
  if (holder === undefined) return { kind: 'take', got: { kind: 'free' } };
  if (holder === 'unreadable') return byExpiry(facts, holder);

  if (holder.nonce === me.nonce) return { kind: 'take', got: { kind: 'ours' } };
  if (sameJob(holder, me) && holder.runner === me.runner && !facts.processAlive)
    return takeOver(holder, 'an earlier step of this job left it');
  if (expired && sameRun(holder, me) && holder.attempt < me.attempt)
    return takeOver(holder, 'an earlier attempt of this run left it to expire');
  if (expired && facts.job === 'finished')
    return takeOver(holder, 'its job has finished and left it to expire');
  if (expired && facts.takeover === 'proven' && facts.job === undefined) return { kind: 'ask' };
  return byExpiry(facts, holder);
}

const takeOver = (holder: LockHolder | 'unreadable', why: string): LockDecision => ({
  kind: 'take',
  got: { kind: 'taken-over', holder, why },
});

const byExpiry = ({ expired, takeover }: LockFacts, holder: LockHolder | 'unreadable'): LockDecision =>
  expired && takeover === 'expired'
    ? takeOver(holder, 'it had expired (lock-takeover: expired)')
    : { kind: 'wait', for: 'holder' };

/**
 * Whether a holder has stopped renewing: its last renewal is old by the clocks, with room for their skew, or it
 * has stayed the same before our own eyes for a whole expiry.
 */
export const isExpired = (
  sinceRenewal: Milliseconds,
  sinceSeen: Milliseconds,
  expiry: Milliseconds = lockTimes.expiry,
): boolean => sinceRenewal > expiry + lockTimes.skew || sinceSeen > expiry;

/** `<repository>/<run>/<attempt>/<job>/<nonce>`; the job is escaped, for a runner's name in it may hold slashes. */
export const holderText = ({ repository, run, attempt, job, nonce }: LockHolder): string =>
  `${repository}/${run}/${attempt}/${encodeURIComponent(job)}/${nonce}`;

/** Reads `holderText` back; undefined when somebody else wrote it. */
export function parseHolder(text: string, pid: number, runner: string): LockHolder | undefined {
  const [, repository, run, attempt, job, nonce] =
    /^(.*)\/([^/]*)\/(\d+)\/([^/]*)\/([^/]+)$/.exec(text) ?? [];
  if (repository === undefined || run === undefined || job === undefined || nonce === undefined)
    return undefined;
  return { repository, run, attempt: Number(attempt), job: decodeURIComponent(job), nonce, pid, runner };
}
