/** The Probes port over Node's own http, https, net and tls. */
import http from 'node:http';
import https from 'node:https';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls, rootCertificates } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { HttpRequest, TlsTrust } from '../../domain/checks/types.ts';
import { ProbeFailure } from '../../ports/probes.ts';
import type { Certificate, HttpAnswer, ProbeOptions, Probes } from '../../ports/probes.ts';
import { agentFor } from '../http/agent.ts';
import { proxyFor } from '../http/proxy.ts';
import type { ProxySettings } from '../http/proxy.ts';
import { nextRequest } from './redirect.ts';
import { readBody } from './body.ts';

/** `proxy`: HTTPS_PROXY and NO_PROXY of the runner. */
export function httpProbes({ proxy }: { proxy: ProxySettings }): Probes {
  return {
    async http(request, { timeout, signal }) {
      using limit = limited(timeout, signal);
      let asked = request;
      const visited = new Set([request.url]);
      for (let left = request.redirects; ; left--) {
        const answer = await ask(asked, proxy, limit);
        const next = nextRequest(asked, answer);
        if (next === undefined || request.redirects === 0) return answer;
        if (visited.has(next.url)) throw new ProbeFailure('request', 'EREDIRECTLOOP', `again to ${next.url}`);
        if (left === 0)
          throw new ProbeFailure('request', 'ETOOMANYREDIRECTS', `${request.redirects} were followed`);
        visited.add(next.url);
        asked = next;
      }
    },

    async tcp(host, port, { timeout, signal }) {
      using limit = limited(timeout, signal);
      const socket = connect({ host, port });
      try {
        await opened(socket, 'connect', limit);
      } finally {
        socket.destroy();
      }
    },

    async tls({ host, port, tls }, { timeout, signal }) {
      using limit = limited(timeout, signal);
      const socket = connectTls({ host, port, ...trust(tls), servername: isAddress(host) ? '' : host });
      try {
        await opened(socket, 'secureConnect', limit);
        return certificateOf(socket) ?? { validTo: 0 };
      } finally {
        socket.destroy();
      }
    },
  };
}

/** The time of one attempt, and where it is when it ends. */
interface Limit extends Disposable {
  readonly signal: AbortSignal;
  phase: ProbeFailure['phase'];
  /** What was thrown, as a failure of this phase. */
  failure(error: unknown): Error;
}

function limited(timeout: ProbeOptions['timeout'], cancel: AbortSignal | undefined): Limit {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeout);
  const signal = cancel === undefined ? late.signal : AbortSignal.any([late.signal, cancel]);
  return {
    signal,
    phase: 'dns',
    failure(error) {
      if (cancel?.aborted === true) return cancel.reason as Error;
      if (late.signal.aborted)
        return new ProbeFailure(this.phase, 'ETIMEDOUT', `nothing within ${timeout} ms`);
      if (error instanceof ProbeFailure) return error;
      const { code = '', message } = error as NodeJS.ErrnoException;
      return new ProbeFailure(this.phase, code, message, { cause: error });
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

async function ask(request: HttpRequest, proxy: ProxySettings, limit: Limit): Promise<HttpAnswer> {
  const url = new URL(request.url);
  const secure = url.protocol === 'https:';
  const way = request.resolve === undefined ? {} : resolved(request.resolve);
  const through = request.resolve === undefined ? proxyFor(url, proxy) : undefined;
  const agent =
    through === undefined
      ? undefined
      : agentFor({ secure, proxy: through, maxSockets: 1, connectTimeout: 10_000 });
  limit.phase = 'dns';
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const outgoing = (secure ? https : http).request({
    ...(secure ? { ...trust(request.tls), servername: isAddress(host) ? '' : host } : {}),
    host,
    port: url.port || (secure ? 443 : 80),
    ...way,
    path: `${url.pathname}${url.search}`,
    method: request.method,
    headers: { host: url.host, ...userOf(url), 'user-agent': 'slipway (smoke-test)', ...request.headers },
    agent: agent ?? false,
    signal: limit.signal,
  });
  outgoing.once('socket', (socket) => follow(socket, secure, limit));
  outgoing.once('response', resolve);
  outgoing.once('error', reject);
  outgoing.end(request.body);
  try {
    const response = await promise;
    limit.phase = 'body';
    const certificate = secure ? certificateOf(response.socket as TLSSocket) : undefined;
    return {
      status: response.statusCode ?? 0,
      headers: headersOf(response),
      ...(await readBody(response)),
      ...(certificate === undefined ? {} : { certificate }),
    };
  } catch (error) {
    throw limit.failure(error);
  } finally {
    outgoing.destroy();
    agent?.destroy();
  }
}

/** Which step of a connection fails is half of the diagnosis. */
function follow(socket: Socket, secure: boolean, limit: Limit): void {
  socket.once('lookup', () => (limit.phase = 'connect'));
  socket.once('connect', () => (limit.phase = secure ? 'tls' : 'request'));
  if (secure) socket.once('secureConnect', () => (limit.phase = 'request'));
}

async function opened(socket: Socket, event: 'connect' | 'secureConnect', limit: Limit): Promise<void> {
  follow(socket, event === 'secureConnect', limit);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once(event, () => resolve());
  socket.once('error', reject);
  socket.once('close', () => reject(new ProbeFailure(limit.phase, 'ECONNRESET', 'closed by the other side')));
  limit.signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  try {
    await promise;
  } catch (error) {
    throw limit.failure(error);
  }
}

/** Our roots and the author's; a client certificate where one is given. */
const trust = ({ ca, cert, key, insecure }: TlsTrust): ConnectionOptions => ({
  rejectUnauthorized: !insecure,
  ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
  ...(cert === undefined ? {} : { cert }),
  ...(key === undefined ? {} : { key }),
});

/** `10.0.0.7`, `10.0.0.7:8443`, `[::1]:8443`. */
function resolved(address: string): { host: string; port?: string } {
  const [, bracketed, plain, port] =
    /^(?:\[([^\]]+)\]|([^:]+|[^:]*:[^:]*:.*?))(?::(\d+))?$/.exec(address) ?? [];
  return { host: bracketed ?? plain ?? address, ...(port === undefined ? {} : { port }) };
}

const isAddress = (host: string): boolean => /^[\d.]+$/.test(host) || host.includes(':');

const userOf = ({ username, password }: URL): { authorization?: string } =>
  username === ''
    ? {}
    : {
        authorization: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`,
      };

const headersOf = ({ headers }: http.IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
    ),
  );

function certificateOf(socket: TLSSocket): Certificate | undefined {
  const { valid_to: validTo } = socket.getPeerCertificate();
  return validTo === undefined ? undefined : { validTo: Date.parse(validTo) };
}
