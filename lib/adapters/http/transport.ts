/** HTTP to registries: one keep-alive agent per server, streams in and out, redirects followed without the login. */
import http from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { getCACertificates } from 'node:tls';
import type { Milliseconds } from '../../domain/duration.ts';
import { agentFor } from './agent.ts';
import { proxyFor } from './proxy.ts';

export interface Request {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is sent as it comes, no faster than the server takes it; the headers tell its length. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal | undefined;
  /** `false`: a redirect is an answer like any other; the signature of a request is good for one host. */
  readonly follow?: false;
}

/** An answer whose body is still coming: it must be read, or destroyed. */
export interface Streamed {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: http.IncomingMessage;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Rejects when the server cannot be reached, falls silent or answers out of bounds. */
export type Send = (request: Request) => Promise<Streamed>;

export interface TransportOptions {
  /** `HTTPS_PROXY` and friends, as the runtime's `proxyOf` gives them. */
  readonly proxy: Readonly<Record<string, string>>;
  /** PEM text of an extra certificate authority, trusted beside the usual ones. */
  readonly ca?: string | undefined;
  /** For connecting, and for each silence while an answer arrives. */
  readonly timeout: Milliseconds;
  readonly plainHttp: (hostname: string) => boolean;
}

/** The OCI specification's own bound for manifests. */
export const maxBytes = 4 * 1024 * 1024;
const maxRedirects = 5;
const longestConnecting: Milliseconds = 15_000;
/** A layer then takes some 4 % less CPU than with Node's 64 KiB, for it is handed on in fewer pieces; more gains nothing. */
const bytesAhead = 256 * 1024;

export function transport(options: TransportOptions): Send {
  const once = sender(options);
  return async (first) => {
    let request = first;
    for (let redirects = 0; ; redirects++) {
      assertPrivate(request.url, options.plainHttp);
      const response = await once(request);
      const next = redirected(request, response);
      if (next === undefined) return response;
      response.body.resume();
      if (redirects === maxRedirects) throw new Error(`more than ${maxRedirects} redirects`);
      request = next;
    }
  };
}

function sender({ proxy, ca, timeout }: TransportOptions): Send {
  const agents = new Map<string, http.Agent>();
  const trusted = ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] };

  /** Uploads have connections of their own: one that waits for its source must not take the last way to that. */
  const agentOf = (url: URL, uploads: boolean): http.Agent => {
    const place = `${url.origin} ${uploads}`;
    const kept = agents.get(place);
    if (kept !== undefined) return kept;
    const agent = agentFor({
      secure: url.protocol === 'https:',
      proxy: proxyFor(url, proxy),
      maxSockets: 6,
      connectTimeout: Math.min(timeout, longestConnecting),
      buffer: bytesAhead,
    });
    agents.set(place, agent);
    return agent;
  };

  return ({ method, url, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      // A stream into a request that was aborted before it began would never be told of it.
      signal?.throwIfAborted();
      const secure = url.protocol === 'https:';
      const request = (secure ? https : http).request(url, {
        method,
        headers,
        timeout,
        agent: agentOf(url, isStream(body)),
        ...(secure ? trusted : {}),
        ...(signal === undefined ? {} : { signal }),
      });
      request.on('timeout', () => {
        if (!isOurSilence(request)) request.destroy(silence(timeout));
        else request.socket?.setTimeout(timeout);
      });
      request.once('response', (answer) => {
        // Who has answered before all was sent wants no more of it.
        answer.once('close', () => request.writableFinished || request.destroy());
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: answer });
      });
      if (isStream(body)) {
        // What failed first is the reason: the stream, whose end cuts the request off, or the request itself.
        const sent = pipeline(body, request);
        request.once('error', (error) => void sent.then(() => reject(error), reject));
        sent.catch(() => {});
      } else {
        request.once('error', reject);
        request.end(body);
      }
    });
}

/** Nothing moves because we have nothing to send yet: the other side of a copy is slow. */
const isOurSilence = (request: http.ClientRequest): boolean =>
  !request.writableEnded && !request.writableNeedDrain;

const silence = (timeout: Milliseconds): Error =>
  Object.assign(new Error(`no answer within ${timeout / 1_000} s`), { code: 'ESILENT' });

/** What to ask instead, where the answer is a redirect that can be followed; a stream cannot be sent twice. */
function redirected(request: Request, { status, headers }: Streamed): Request | undefined {
  const asksAgain = ['GET', 'HEAD'].includes(request.method) || status === 307 || status === 308;
  const { location } = headers;
  if (status < 300 || status > 399 || location === undefined || !asksAgain || isStream(request.body))
    return undefined;
  if (request.follow === false) return undefined;
  const url = new URL(location, request.url);
  return {
    ...request,
    url,
    ...(url.origin === request.url.origin ? {} : { headers: withoutLogin(request.headers) }),
  };
}

export const isStream = (body: Request['body']): body is AsyncIterable<Uint8Array> =>
  body !== undefined && !(body instanceof Uint8Array);

function assertPrivate(url: URL, plainHttp: (hostname: string) => boolean): void {
  if (url.protocol === 'https:' || (url.protocol === 'http:' && plainHttp(url.hostname))) return;
  throw new Error(`it sends us to ${url.origin}, which is not https`);
}

const withoutLogin = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization'));

/** The whole answer, in memory. Rejects beyond `limit` bytes. */
export async function collect({ status, headers, body }: Streamed, limit = maxBytes): Promise<Answer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) throw new Error(`its answer is longer than ${limit / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return { status, headers, body: Buffer.concat(chunks) };
}
