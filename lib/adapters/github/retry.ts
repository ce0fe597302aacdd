import type { Milliseconds } from '../../domain/duration.ts';
import { isSilence } from './exchange.ts';
import type { Answer, Silence } from './exchange.ts';

/** GitHub sets a rate limit by 403 or 429 with one of these (docs, "Rate limits for the REST API"). */
const isRateLimited = ({ status, headers }: Answer): boolean =>
  status === 429 ||
  (status === 403 && (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0'));

/** The connection was never made, so the request was never seen. */
const neverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** Whether another attempt can help and cannot do the same thing twice where that matters. */
export function isRetryable(outcome: Answer | Silence, repeat: 'safe' | 'once'): boolean {
  if (isSilence(outcome)) return repeat === 'safe' || neverSent.includes(outcome.cause.code ?? '');
  return isRateLimited(outcome) || (outcome.status >= 500 && repeat === 'safe');
}

/** As long as GitHub asks for, else 0.5 s doubling, with up to a quarter more so that jobs do not march in step. */
export function waitBefore(attempt: number, outcome: Answer | Silence, now: number): Milliseconds {
  if (!isSilence(outcome)) {
    const after = Number(outcome.headers['retry-after']);
    if (after >= 0) return after * 1_000;
    const reset = Number(outcome.headers['x-ratelimit-reset']);
    if (isRateLimited(outcome) && reset > 0) return Math.max(0, reset * 1_000 - now);
  }
  return 500 * 2 ** (attempt - 1) * (1 + Math.random() / 4);
}
