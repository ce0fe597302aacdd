/**
 * One face of the fickle registry: a proxy before the sandbox's own that fails on demand, by repository. One face is
 * this machine's, the other runs in the sandbox's network, where the kubelet finds it under the same address. Ends when
 * its parent does.
 */
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `cut`: the connection is, without an answer. */
export type Mood = 'open' | 'absent' | 'denied' | 'unavailable' | 'cut';

/** How one repository is to be answered from now on. */
export interface Order {
  readonly repository: string;
  readonly mood: Mood;
  /** It wants a login first; any will do. */
  readonly login: boolean;
}

/** The first manifest of it was asked for. */
export interface Asked {
  readonly asked: string;
}

const [upstream = '', port = '0'] = process.argv.slice(2);
const [upstreamHost = '', upstreamPort = ''] = upstream.split(':');
const orders = new Map<string, Order>();
const told = new Set<string>();

process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));
process.on('message', (order: Order) => {
  orders.set(order.repository, order);
  told.delete(order.repository);
  process.send?.('ordered');
});
const server = createServer(answer);
server.listen(Number(port), '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));

function answer(asked: IncomingMessage, reply: ServerResponse): void {
  const repository = /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(asked.url ?? '')?.[1];
  const order = orders.get(repository ?? '');
  if (repository !== undefined && !told.has(repository)) {
    told.add(repository);
    process.send?.({ asked: repository } satisfies Asked);
  }
  if (order?.login === true && asked.headers.authorization === undefined) {
    reply.setHeader('www-authenticate', 'Basic realm="fickle"');
    refuse(reply, 401, 'UNAUTHORIZED', 'authentication required');
    return;
  }
  switch (order?.mood ?? 'open') {
    case 'open':
      pass(asked, reply);
      return;
    case 'absent':
      refuse(reply, 404, 'MANIFEST_UNKNOWN', 'manifest unknown');
      return;
    case 'denied':
      refuse(reply, 403, 'DENIED', 'requested access to the resource is denied');
      return;
    case 'unavailable':
      refuse(reply, 503, 'UNAVAILABLE', 'service unavailable');
      return;
    case 'cut':
      asked.socket.destroy();
  }
}

function refuse(reply: ServerResponse, status: number, code: string, message: string): void {
  reply.writeHead(status, { 'content-type': 'application/json' });
  reply.end(JSON.stringify({ errors: [{ code, message }] }));
}

function pass(asked: IncomingMessage, reply: ServerResponse): void {
  const { authorization: _, ...headers } = asked.headers;
  const { method, url: path } = asked;
  const onward = request({ host: upstreamHost, port: upstreamPort, method, path, headers }, (found) => {
    reply.writeHead(found.statusCode ?? 502, found.headers);
    found.pipe(reply);
  });
  onward.on('error', () => reply.destroy());
  asked.pipe(onward);
}
