/** A real HTTPS server with a certificate of its own, whose answers a test scripts. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../lib/ports/clock.ts';
import { kubeClient } from '../../../lib/adapters/kubernetes/client.ts';
import type { ClientOptions } from '../../../lib/adapters/kubernetes/client.ts';
import { fixed } from '../../../lib/adapters/kubernetes/credentials/source.ts';
import type { Connection } from '../../../lib/adapters/kubernetes/kubeconfig.ts';

export type Handler = (request: IncomingMessage & { url: string }, response: ServerResponse) => void;

export interface TestServer extends AsyncDisposable {
  readonly port: number;
  /** PEM of the certificate, which is its own authority. */
  readonly ca: string;
  /** `METHOD /path?query` of every request, in order. */
  readonly requests: readonly string[];
  /** How many TCP connections were ever made. */
  connections(): number;
}

const certificate = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-certificate-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const argv =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=slipway-test ' +
      '-addext subjectAltName=IP:127.0.0.1,DNS:api.test';
    execFileSync('openssl', [...argv.split(' '), '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
})();

/** Listens on a free port of loopback until disposed of, which cuts every connection. */
export async function listening(server: net.Server): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) =>
    sockets.add(socket.once('close', () => sockets.delete(socket))),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export async function startServer(handle: Handler): Promise<TestServer> {
  const requests: string[] = [];
  let connections = 0;
  const server = https.createServer(certificate, (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    handle(request as IncomingMessage & { url: string }, response);
  });
  server.on('connection', () => (connections += 1));
  const bound = await listening(server);
  return { ...bound, ca: certificate.cert, requests, connections: () => connections };
}

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export const status = (code: number, reason: string, message = reason): object => ({
  kind: 'Status',
  code,
  reason,
  message,
});

/** Time that passes only by sleeping, and then at once; what was slept is kept. */
export function jumpingClock(): Clock & { readonly slept: number[] } {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    async sleep(ms, signal) {
      slept.push(ms);
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      now += ms;
    },
  };
}

export const connectionOf = (
  server: Pick<TestServer, 'port' | 'ca'>,
  more: Partial<Connection> = {},
): Connection => ({
  server: new URL(`https://127.0.0.1:${server.port}`),
  namespace: 'default',
  tls: { ca: server.ca },
  proxy: undefined,
  credentials: fixed({ token: 'secret-token' }),
  ...more,
});

export const clientOf = (connection: Connection, options: Partial<ClientOptions> = {}) =>
  kubeClient(connection, {
    userAgent: 'slipway/test',
    clock: jumpingClock(),
    debug: () => {},
    random: () => 0.5,
    ...options,
  });
