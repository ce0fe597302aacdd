import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Milliseconds } from '../../domain/duration.ts';

/** Where GitHub's API is, and as whom. */
export interface Endpoint {
  /** GITHUB_API_URL; with `/api/v3` on GHES. */
  readonly apiUrl: string;
  readonly token: string;
  /** HTTPS_PROXY, NO_PROXY and so on, as Node's agents take them. */
  readonly proxyEnv: Readonly<Record<string, string>>;
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

/** More than any answer that we ask for; a broken proxy must not fill the memory. */
const longestAnswer = 8 * 1024 * 1024;

/** One request, one outcome: no answer is one, too. */
export type Send = (
  method: string,
  path: string,
  body: unknown,
  timeout: Milliseconds,
) => Promise<Answer | Silence>;

export function sender({ apiUrl, token, proxyEnv }: Endpoint): Send {
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
