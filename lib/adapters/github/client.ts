import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { UnreachableError } from '../../domain/errors.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import type { Clock } from '../../ports/clock.ts';
import { refusalOf } from './refusal.ts';
import { isRetryable, waitBefore } from './retry.ts';

export interface GitHubAccess {
  /** GITHUB_API_URL; with `/api/v3` on GHES. */
  readonly apiUrl: string;
  readonly token: string;
  /** HTTPS_PROXY, NO_PROXY and so on, as Node's agents take them. */
  readonly proxyEnv: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Once it is aborted nothing is repeated any more: the runner's patience is short. */
  readonly signal?: AbortSignal;
  /** For all attempts of one call together; default 20 s. */
  readonly budget?: Milliseconds;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** No answer came. */
export interface Silence {
  readonly cause: NodeJS.ErrnoException;
}

export const isSilence = (outcome: Answer | Silence): outcome is Silence => 'cause' in outcome;

export interface CallOptions {
  readonly body?: unknown;
  /** `safe`: may be carried out twice. `once`: repeated only when GitHub certainly did nothing. */
  readonly repeat?: 'safe' | 'once';
}

/** Calls GitHub's REST API. Resolves for 2xx only; throws GitHubRefused for other answers, UnreachableError for none. */
export type GitHubCall = (method: 'GET' | 'POST', path: string, options?: CallOptions) => Promise<unknown>;

const attemptTimeout: Milliseconds = 10_000;
const defaultBudget: Milliseconds = 20_000;
/** More than any answer that we ask for; a broken proxy must not fill the memory. */
const longestAnswer = 8 * 1024 * 1024;

export function githubClient(access: GitHubAccess): GitHubCall {
  const { clock, signal, budget = defaultBudget } = access;
  const send = sender(access);
  return async (method, path, { body, repeat = 'safe' } = {}) => {
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
        throw isSilence(outcome) ? unreachable(access.apiUrl, outcome) : refusalOf(method, path, outcome);
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

type Send = (method: string, path: string, body: unknown, timeout: Milliseconds) => Promise<Answer | Silence>;

function sender({ apiUrl, token, proxyEnv }: GitHubAccess): Send {
  const secure = apiUrl.startsWith('https:');
  const agent = new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true, proxyEnv: { ...proxyEnv } });
  const headers = {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${token}`,
    'user-agent': 'slipway',
    'x-github-api-version': '2022-11-28',
  };
  return (method, path, body, timeout) =>
    new Promise((resolve) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const request = (secure ? httpsRequest : httpRequest)(
        `${apiUrl.replace(/\/$/, '')}${path}`,
        {
          method,
          agent,
          signal: AbortSignal.timeout(Math.max(1, Math.ceil(timeout))),
          headers:
            text === undefined
              ? headers
              : { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          response.on('data', (chunk: Buffer) => {
            size += chunk.length;
            if (size > longestAnswer) response.destroy(new Error('the answer is too long'));
            chunks.push(chunk);
          });
          response.once('error', (cause) => resolve({ cause }));
          response.once('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: parsed(Buffer.concat(chunks).toString('utf8')),
            }),
          );
        },
      );
      request.once('error', (cause) => resolve({ cause }));
      request.end(text);
    });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // an error page of something in between; the status says enough
  }
}
