/** HTTP to registries: one keep-alive agent per server, redirects followed, bodies bounded. */
import http from 'node:http';
import https from 'node:https';
import { getCACertificates } from 'node:tls';
import type { Milliseconds } from '../../domain/duration.ts';
import { agentFor } from '../http/agent.ts';
import { proxyFor } from '../http/proxy.ts';

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Send = (
  method: 'GET' | 'HEAD',
  url: URL,
  headers: Readonly<Record<string, string>>,
) => Promise<Answer>;

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
const maxBytes = 4 * 1024 * 1024;
const maxRedirects = 5;

/** Makes the function that sends. It rejects when a server cannot be reached or answers out of bounds. */
export function transport(options: TransportOptions): Send {
  const agents = new Map<string, http.Agent>();
  const trusted = options.ca === undefined ? {} : { ca: [...getCACertificates('default'), options.ca] };

  const agentOf = (url: URL): http.Agent => {
    const kept = agents.get(url.origin);
    if (kept !== undefined) return kept;
    const proxy = proxyFor(url, options.proxy);
    const secure = url.protocol === 'https:';
    const agent = agentFor({ secure, proxy, maxSockets: 6, connectTimeout: options.timeout });
    agents.set(url.origin, agent);
    return agent;
  };

  const once: Send = (method, url, headers) =>
    new Promise((resolve, reject) => {
      const { timeout } = options;
      const tls = url.protocol === 'https:' ? trusted : {};
      const module = url.protocol === 'https:' ? https : http;
      const request = module.request(url, { method, headers, timeout, agent: agentOf(url), ...tls });
      request.once('timeout', () => request.destroy(new Error(`no answer within ${timeout / 1_000} s`)));
      request.once('error', reject);
      request.once('response', (response) => {
        collect(response).then(resolve, reject);
      });
      request.end();
    });

  return async (method, first, headers) => {
    let url = first;
    let sent = headers;
    for (let redirects = 0; ; redirects++) {
      assertPrivate(url, options.plainHttp);
      const answer = await once(method, url, sent);
      const { location } = answer.headers;
      if (answer.status < 300 || answer.status > 399 || location === undefined) return answer;
      if (redirects === maxRedirects) throw new Error(`more than ${maxRedirects} redirects`);
      const next = new URL(location, url);
      if (next.origin !== url.origin) sent = withoutCredentials(sent);
      url = next;
    }
  };
}

function assertPrivate(url: URL, plainHttp: (hostname: string) => boolean): void {
  if (url.protocol === 'https:' || (url.protocol === 'http:' && plainHttp(url.hostname))) return;
  throw new Error(`it sends us to ${url.origin}, which is not https`);
}

const withoutCredentials = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization'));

async function collect(response: http.IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new Error(`its answer is longer than ${maxBytes / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}
