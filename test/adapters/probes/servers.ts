/** Small real servers on loopback, well and ill behaved, and how to ask them. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import type { TlsOptions, TLSSocket } from 'node:tls';
import { httpProbes } from '../../../lib/adapters/probes/client.ts';
import { explainFailure } from '../../../lib/domain/checks/explain-failure.ts';
import type { HttpRequest, TlsTrust } from '../../../lib/domain/checks/types.ts';
import { ProbeFailure } from '../../../lib/ports/probes.ts';
import type { HttpAnswer, ProbeOptions } from '../../../lib/ports/probes.ts';

/** A file of certificates/, as make.sh made it. */
export const pem = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'certificates', name), 'utf8');

export const trusted: TlsTrust = { ca: pem('authority.crt'), insecure: false };
export const client = { cert: pem('client.crt'), key: pem('client.key') };

export interface Running extends AsyncDisposable {
  readonly port: number;
  /** `127.0.0.1:41234` */
  readonly address: string;
  /** Every connection that was ever opened to it. */
  readonly connections: Socket[];
}

async function running(server: Server, host = '127.0.0.1', at = 0): Promise<Running> {
  const connections: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    connections.push(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    address: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    connections,
    async [Symbol.asyncDispose]() {
      for (const socket of connections) socket.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

export interface Heard {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** The name in the client's certificate, where it showed one. */
  readonly client: string | undefined;
}

export interface Http extends Running {
  readonly url: string;
  readonly requests: Heard[];
}

type Answer = (request: Heard, response: ServerResponse) => void;

/** Answers 200 `ok` unless told otherwise. With `tls`, its certificate is good for `localhost` and `shop.test`. */
export async function serve(
  answer: Answer = (_, response) => void response.end('ok'),
  { tls, host, port }: { tls?: TlsOptions; host?: string; port?: number } = {},
): Promise<Http> {
  const requests: Heard[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers, socket } = request;
      const certificate = (socket as Partial<TLSSocket>).getPeerCertificate?.();
      const client = certificate?.subject?.CN as string | undefined;
      const heard = { method, url, headers, body: Buffer.concat(chunks).toString(), client };
      requests.push(heard);
      answer(heard, response);
    });
  };
  const identity = { cert: pem('here.crt'), key: pem('server.key') };
  const server =
    tls === undefined ? createServer(listener) : createTlsServer({ ...identity, ...tls }, listener);
  server.on('tlsClientError', () => undefined);
  const up = await running(server, host, port);
  return { ...up, requests, url: `${tls === undefined ? 'http' : 'https'}://${up.address}/` };
}

/** A server that says what it likes, byte by byte, once it has heard something; `at once` before that. */
export async function speak(
  say: (socket: Socket) => void,
  when: 'when asked' | 'at once' = 'when asked',
): Promise<Running> {
  const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
    if (when === 'at once') say(socket);
    else socket.once('data', () => say(socket));
  });
  return running(server);
}

/** A proxy that leads every tunnel to one port, whatever its client asked for; `asked` has that. */
export async function proxyTo(port: number, status = '200 OK'): Promise<Running & { asked: string[] }> {
  const asked: string[] = [];
  const server = createServer().on('connect', ({ url = '', headers }, socket) => {
    asked.push([url, headers['proxy-authorization'] ?? ''].join(' ').trim());
    socket.on('error', () => undefined);
    socket.write(`HTTP/1.1 ${status}\r\n\r\n`);
    if (!status.startsWith('200')) {
      socket.end();
      return;
    }
    const upstream = connect(port, '127.0.0.1');
    upstream.on('error', () => socket.destroy());
    upstream.on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
    upstream.pipe(socket).pipe(upstream);
  });
  return { ...(await running(server)), asked };
}

/** An address at which nothing listens: it was somebody's a moment ago. */
export async function nobody(): Promise<string> {
  await using gone = await serve();
  return gone.address;
}

const probes = httpProbes({ proxy: {} });

export const ask = (
  url: string,
  request: Partial<HttpRequest> = {},
  options: Partial<ProbeOptions> = {},
  from = probes,
): Promise<HttpAnswer> =>
  from.http(
    { url, method: 'GET', headers: {}, redirects: 5, tls: { insecure: false }, ...request },
    { timeout: 5_000, ...options },
  );

/** Why it could not be asked, as a person reads it, after the address: that is another in each run. */
export async function failureOf(asking: Promise<unknown>): Promise<string> {
  const error = await asking.then(
    (answer) => new Error(`was answered: ${JSON.stringify(answer)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProbeFailure)) throw error;
  const { reason, hopeless } = explainFailure(error, '');
  return `${hopeless === undefined ? 'may pass' : 'hopeless'}, ${error.phase}${reason}`;
}
