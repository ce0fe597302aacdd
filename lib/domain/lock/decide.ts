/** When a lock may be taken from its holder. Pure: what is known goes in, what to do comes out. */
import type { Milliseconds } from '../duration.ts';

/** Who a Lease says holds it. */
export interface LockHolder {
  readonly repository: string;
  readonly run: string;
  readonly attempt: number;
  readonly job: string;
  readonly nonce: string;
  readonly pid: number;
  readonly runner: string;
}

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
  /** Undefined: nobody, or a text that is not ours to read. */
  readonly holder: LockHolder | 'unreadable' | undefined;
  readonly expired: boolean;
  /** Only meaningful for a holder on this runner. */
  readonly processAlive: boolean;
  readonly takeover: 'proven' | 'expired';
  /** What GitHub says of the holder's job; undefined while it has not been asked. */
  readonly job?: 'finished' | 'running' | 'unknown';
}

export type LockDecision =
  | { readonly kind: 'take'; readonly why: string }
  /** Whether the holder's job has finished would decide it. */
  | { readonly kind: 'ask' }
  | { readonly kind: 'wait' };

/** Decides whether a lock is free, may be taken over, or must be waited for. Unknown counts as alive. */
export function decideLock(facts: LockFacts): LockDecision {
  const { me, holder, expired } = facts;
  if (holder === undefined) return take('it was free');
  if (holder === 'unreadable') return byExpiry(facts);

  if (holder.nonce === me.nonce) return take('it was ours');
  const sameRun = holder.repository === me.repository && holder.run === me.run;
  const sameJob = sameRun && holder.attempt === me.attempt && holder.job === me.job;
  if (sameJob && holder.runner === me.runner && !facts.processAlive)
    return take('an earlier step of this job left it');
  if (expired && sameRun && holder.attempt < me.attempt)
    return take('an earlier attempt of this run left it to expire');
  if (expired && facts.job === 'finished') return take('its job has finished and left it to expire');
  if (expired && facts.takeover === 'proven' && facts.job === undefined) return { kind: 'ask' };
  return byExpiry(facts);
}

const take = (why: string): LockDecision => ({ kind: 'take', why });

const byExpiry = ({ expired, takeover }: LockFacts): LockDecision =>
  expired && takeover === 'expired' ? take('it had expired (lock-takeover: expired)') : { kind: 'wait' };

/**
 * Whether a holder has stopped renewing: its last renewal is old by the clocks, with room for their skew, or it
 * has stayed the same before our own eyes for a whole expiry.
 */
export const isExpired = (sinceRenewal: Milliseconds, sinceSeen: Milliseconds): boolean =>
  sinceRenewal > lockTimes.expiry + lockTimes.skew || sinceSeen > lockTimes.expiry;

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

/** `acme/shop run 42 attempt 1 job 7`: how a waiting step names the holder. */
export const describeHolder = ({ repository, run, attempt, job }: LockHolder): string =>
  `${repository} run ${run} attempt ${attempt} job ${job}`;
