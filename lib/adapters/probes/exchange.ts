/** One request and its answer, on a connection of their own. */
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { parseAddress } from '../../domain/checks/address.ts';
import { decoded } from '../../domain/checks/needs.ts';
import type { HttpRequest, TlsTrust } from '../../domain/checks/types.ts';
import type { HttpAnswer } from '../../ports/probes.ts';
import { agentFor } from '../http/agent.ts';
import { proxyFor } from '../http/proxy.ts';
import type { ProxySettings } from '../http/proxy.ts';
import { readBody } from './body.ts';
import { certificateOf, followed } from './connection.ts';
import type { Limit } from './limit.ts';

export interface Surroundings {
  /** HTTPS_PROXY and NO_PROXY of the runner. */
  readonly proxy: ProxySettings;
  readonly trust: (host: string, trust: TlsTrust) => ConnectionOptions;
}

export async function exchange(
  request: HttpRequest,
  around: Surroundings,
  limit: Limit,
): Promise<HttpAnswer> {
  const secure = new URL(request.url).protocol === 'https:';
  const agent = proxyAgent(request, around.proxy, limit);
  let outgoing: http.ClientRequest | undefined;
  let socket: Socket | undefined;
  try {
    outgoing = send(request, around, agent, limit);
    const response = await answered(outgoing, limit);
    ({ socket } = response);
    limit.phase = 'body';
    const certificate = secure ? certificateOf(socket as TLSSocket) : undefined;
    return {
      status: response.statusCode ?? 0,
      headers: headersOf(response),
      ...(await readBody(response)),
      ...(certificate === undefined ? {} : { certificate }),
    };
  } catch (error) {
    throw limit.failure(error);
  } finally {
    outgoing?.destroy();
    // After 101 the connection is no longer the request's.
    socket?.destroy();
    agent?.destroy();
  }
}

/** Throws what cannot be written: a header with a line break, a key that is none. */
function send(
  request: HttpRequest,
  { trust }: Surroundings,
  agent: http.Agent | undefined,
  limit: Limit,
): http.ClientRequest {
  const url = new URL(request.url);
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const way = request.resolve === undefined ? undefined : parseAddress(request.resolve);
  const address = { host, port: Number(url.port) || (secure ? 443 : 80), ...way };
  limit.phase = 'connect';
  const outgoing = (secure ? https : http).request({
    ...(secure ? trust(host, request.tls) : {}),
    ...address,
    path: `${url.pathname}${url.search}`,
    method: request.method,
    headers: headersTo(url, request),
    agent: agent ?? false,
    signal: limit.signal,
  });
  outgoing.once('socket', (socket) => {
    followed(socket, address.host, secure, limit);
    // At the end of a proxy's tunnel it is connected already.
    if (agent !== undefined) limit.phase = 'tls';
  });
  outgoing.end(request.body);
  return outgoing;
}

function answered(outgoing: http.ClientRequest, { signal }: Limit): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Node itself tells an abort only once there is a socket, and a proxy may be long about that.
    const aborted = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', aborted, { once: true });
    if (signal.aborted) aborted();
    outgoing.once('response', resolve);
    // 101: another protocol begins, so there is no body, and we have seen enough.
    outgoing.once('upgrade', resolve);
    // To the end: what is destroyed may fail once more.
    outgoing.on('error', reject);
  });
}

/** An address of the author's own is never asked by proxy. */
function proxyAgent(
  { url, resolve }: HttpRequest,
  settings: ProxySettings,
  { timeout }: Limit,
): http.Agent | undefined {
  const proxy = resolve === undefined ? proxyFor(new URL(url), settings) : undefined;
  return proxy === undefined
    ? undefined
    : agentFor({ secure: true, proxy, maxSockets: 1, connectTimeout: timeout });
}

/** The length is told for every method: Node leaves it out for DELETE, and the body would be read as a request. */
const headersTo = (url: URL, { headers, body }: HttpRequest): http.OutgoingHttpHeaders => ({
  host: url.host,
  ...userOf(url),
  'user-agent': 'slipway (smoke-test)',
  'accept-encoding': 'identity',
  ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
  ...headers,
});

function userOf({ username, password }: URL): { authorization?: string } {
  if (username === '' && password === '') return {};
  const plain = `${decoded(username)}:${decoded(password)}`;
  return { authorization: `Basic ${Buffer.from(plain).toString('base64')}` };
}

const headersOf = ({ headers }: http.IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
    ),
  );
