/** Which troubles pass by themselves, and how long to wait until they have. */
import type { Milliseconds } from '../../domain/duration.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Answer } from './transport.ts';

export interface Patience {
  readonly clock: Clock;
  /** From 0 to 1: clients that were turned away together must not come back together. */
  readonly random: () => number;
  /** How often something is tried again. */
  readonly retries: number;
  /** No further try begins later than this after the first one. */
  readonly budget: Milliseconds;
}

/** An answer, or why there was none. */
export type Outcome = Pick<Answer, 'status' | 'headers'> | Error;

export const isFailure = (outcome: Outcome): outcome is Error => !('status' in outcome);

/** As crane has it (go-containerregistry pkg/v1/remote/options.go), 499 and 522 being a proxy's own words. */
const passingStatuses = new Set([408, 429, 499, 500, 502, 503, 504, 522]);
const passingCodes = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'EAI_AGAIN', 'ETIMEDOUT', 'ESILENT']);

const firstPause: Milliseconds = 500;
const longestPause: Milliseconds = 10_000;
/** Who asks for more than this in `Retry-After` is not waited for. */
const longestAskedFor: Milliseconds = 60_000;

/** Never 401, 403, 404 or another 4xx: asking again gets the same answer, or a locked account. */
export const passes = (outcome: Outcome): boolean =>
  isFailure(outcome)
    ? passingCodes.has((outcome as NodeJS.ErrnoException).code ?? '')
    : passingStatuses.has(outcome.status);

/** How long the server asks to be left alone; undefined where it does not say. Seconds or a date (RFC 9110 §10.2.3). */
export function retryAfter(outcome: Outcome, now: number): Milliseconds | undefined {
  const text = isFailure(outcome) ? undefined : outcome.headers['retry-after'];
  if (text === undefined) return undefined;
  const after = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(after) ? undefined : Math.max(0, after);
}

/** Twice as long each time, half of it by chance; never shorter than the server asks, never longer than is sensible. */
export function pauseBefore(retry: number, outcome: Outcome, { clock, random }: Patience): Milliseconds {
  const usual = Math.min(longestPause, firstPause * 2 ** (retry - 1)) * (0.5 + random());
  return Math.max(usual, retryAfter(outcome, clock.now()) ?? 0);
}

/** Counts the tries of one piece of work. */
export interface Tries {
  /** Whether to try again; by then the pause is over. Rejects when the signal aborts meanwhile. */
  again(outcome: Outcome): Promise<boolean>;
  /** Something was achieved: the count and the budget start anew. */
  progressed(): void;
}

export function countTries(patience: Patience, signal?: AbortSignal): Tries {
  const { clock, retries, budget } = patience;
  let begun = clock.now();
  let retry = 0;
  return {
    async again(outcome) {
      if (!passes(outcome) || retry >= retries || signal?.aborted === true) return false;
      retry += 1;
      const pause = pauseBefore(retry, outcome, patience);
      const asked = retryAfter(outcome, clock.now()) ?? 0;
      if (asked > longestAskedFor || clock.now() + pause - begun > budget) return false;
      await clock.sleep(pause, signal);
      return true;
    },
    progressed() {
      begun = clock.now();
      retry = 0;
    },
  };
}

/** Does it until it works, or fails in a way that does not pass. */
export async function patiently<Result extends Pick<Answer, 'status' | 'headers'>>(
  work: () => Promise<Result>,
  patience: Patience,
  { signal, discard }: { signal?: AbortSignal | undefined; discard?: (result: Result) => void } = {},
): Promise<Result> {
  const tries = countTries(patience, signal);
  for (;;) {
    const outcome = await work().catch((error: Error) => error);
    if (!(await tries.again(outcome))) {
      if (isFailure(outcome)) throw outcome;
      return outcome;
    }
    if (!isFailure(outcome)) discard?.(outcome);
  }
}
