/** A small real HTTP server that speaks as much of the distribution API as the client asks for. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

export interface FakeRegistry extends AsyncDisposable {
  /** `127.0.0.1:41234` */
  readonly host: string;
  /** `HEAD /v2/app/manifests/v1 Bearer good`, in order. */
  readonly requests: string[];
  /** Manifest texts by `repository:reference`. */
  readonly manifests: Map<string, string>;
}

export interface Behaviour {
  readonly login?: 'none' | 'basic' | 'bearer';
  /** `user:password` that is accepted; with `anonymous`, a token is also given to nobody. */
  readonly accepts?: string;
  readonly anonymous?: boolean;
  /** Called first; true when it has answered. */
  readonly before?: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly notFound?: string;
}

export async function fakeRegistry(behaviour: Behaviour = {}): Promise<FakeRegistry> {
  const requests: string[] = [];
  const manifests = new Map<string, string>();
  const basic = `Basic ${Buffer.from(behaviour.accepts ?? '').toString('base64')}`;
  let host = '';

  const { server, address } = await listen((request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push(`${method} ${url} ${headers.authorization ?? ''}`.trim());
    if (behaviour.before?.(request, response) === true) return;
    if (url.startsWith('/token')) return token(headers.authorization, response);
    const accepted = behaviour.login === 'bearer' ? 'Bearer good' : basic;
    if ((behaviour.login ?? 'none') !== 'none' && headers.authorization !== accepted) {
      const challenge =
        behaviour.login === 'basic'
          ? 'Basic realm="registry"'
          : `Bearer realm="http://${host}/token",service="fake, registry",scope="repository:app:pull"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return;
    }
    const [, repository = '', reference = ''] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url) ?? [];
    const manifest = manifests.get(`${repository}:${reference}`);
    if (manifest !== undefined) response.writeHead(200).end(manifest);
    else {
      const code = behaviour.notFound ?? 'MANIFEST_UNKNOWN';
      response.writeHead(404).end(code === '' ? '<html>' : JSON.stringify({ errors: [{ code }] }));
    }
  });

  function token(authorization: string | undefined, response: ServerResponse): void {
    const allowed = authorization === undefined ? behaviour.anonymous === true : authorization === basic;
    if (allowed) response.writeHead(200).end(JSON.stringify({ token: 'good' }));
    else response.writeHead(403).end();
  }

  host = `127.0.0.1:${address.port}`;
  return { host, requests, manifests, [Symbol.asyncDispose]: () => stop(server) };
}

export async function listen(handler: RequestListener): Promise<{ server: Server; address: AddressInfo }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, address: server.address() as AddressInfo };
}

export function stop(server: Pick<Server, 'close' | 'closeAllConnections'>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
