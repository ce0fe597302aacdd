import type { Milliseconds } from '../../domain/duration.ts';
import { UnreachableError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { isSilence, sender } from './exchange.ts';
import type { Endpoint, Silence } from './exchange.ts';
import { refusalOf } from './refusal.ts';
import { isRetryable, waitBefore } from './retry.ts';

export interface GitHubAccess extends Endpoint {
  readonly clock: Clock;
  /** Once it is aborted nothing is repeated any more: the runner's patience is short. */
  readonly signal?: AbortSignal;
  /** For all attempts of one call together; default 20 s. */
  readonly budget?: Milliseconds;
}

export interface CallOptions {
  readonly body?: unknown;
  /** `safe`: may be carried out twice. `once`: repeated only when GitHub certainly did nothing. */
  readonly repeat?: 'safe' | 'once';
  /** What the job must be allowed for the whole errand, where this request alone takes less: `deployments: write`. */
  readonly needs?: string;
}

/** Calls GitHub's REST API. Resolves for 2xx only; throws GitHubRefused for other answers, UnreachableError for none. */
export type GitHubCall = (
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  options?: CallOptions,
) => Promise<unknown>;

const attemptTimeout: Milliseconds = 10_000;
const defaultBudget: Milliseconds = 20_000;

/** A client that repeats what may be repeated, within the budget. */
export function githubClient(access: GitHubAccess): GitHubCall {
  const { clock, signal, budget = defaultBudget } = access;
  const send = sender(access);
  return async (method, path, { body, repeat = 'safe', needs } = {}) => {
    const deadline = clock.now() + budget;
    for (let attempt = 1; ; attempt++) {
      const outcome = await send(method, path, body, Math.min(attemptTimeout, deadline - clock.now()));
      if (!isSilence(outcome) && outcome.status < 300) {
        if (outcome.body === undefined)
          throw new UnreachableError(`${access.apiUrl} answers, but not as GitHub's API`);
        return outcome.body;
      }

      const wait = waitBefore(attempt, outcome, clock.now());
      const stop = signal?.aborted === true || clock.now() + wait >= deadline;
      if (stop || !isRetryable(outcome, repeat)) {
        throw isSilence(outcome)
          ? unreachable(access.apiUrl, outcome)
          : refusalOf(method, path, outcome, needs);
      }
      await clock.sleep(wait);
    }
  };
}

function unreachable(apiUrl: string, { cause }: Silence): UnreachableError {
  const why = ['AbortError', 'TimeoutError'].includes(cause.name)
    ? 'no answer in time'
    : cause.message || cause.code;
  return new UnreachableError(`${new URL(apiUrl).host} could not be reached: ${why}`, { cause });
}
