/** A chart repository and an OCI registry on loopback, as small as helm's pull needs, with or without login and TLS. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface ChartServer extends AsyncDisposable {
  /** `127.0.0.1:41234` */
  readonly host: string;
  /** `http://127.0.0.1:41234`, to which helm adds /index.yaml. */
  readonly url: string;
  /** The digest under which the OCI side serves the chart. */
  readonly digest: string;
  /** `GET /index.yaml 200`, in order. */
  readonly answers: string[];
}

export interface Behaviour {
  /** `user:password`. */
  readonly login?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
}

const sha256 = (bytes: Buffer | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Serves one packaged chart, `shop-1.2.3.tgz`, as `shop` in the repository and as `/charts/shop` in the registry. */
export async function serveChart(archive: string, { login, tls }: Behaviour = {}): Promise<ChartServer> {
  const bytes = readFileSync(archive);
  const config = '{"name":"shop","version":"1.2.3","apiVersion":"v2"}';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      mediaType: 'application/vnd.cncf.helm.config.v1+json',
      digest: sha256(config),
      size: config.length,
    },
    layers: [
      {
        mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
        digest: sha256(bytes),
        size: bytes.length,
      },
    ],
  });
  const index =
    'apiVersion: v1\nentries:\n  shop:\n  - {apiVersion: v2, name: shop, version: 1.2.3, urls: [shop-1.2.3.tgz]}\n';
  const digest = sha256(manifest);
  const oci = {
    'content-type': 'application/vnd.oci.image.manifest.v1+json',
    'docker-content-digest': digest,
  };
  const files = new Map<string, readonly [body: Buffer | string, headers: Record<string, string>]>([
    ['/index.yaml', [index, {}]],
    ['/shop-1.2.3.tgz', [bytes, {}]],
    ['/v2/', ['{}', {}]],
    [
      '/v2/charts/shop/tags/list',
      ['{"name":"charts/shop","tags":["1.2.3"]}', { 'content-type': 'application/json' }],
    ],
    ['/v2/charts/shop/manifests/1.2.3', [manifest, oci]],
    [`/v2/charts/shop/manifests/${digest}`, [manifest, oci]],
    [`/v2/charts/shop/blobs/${sha256(config)}`, [config, { 'content-type': 'application/octet-stream' }]],
    [`/v2/charts/shop/blobs/${sha256(bytes)}`, [bytes, { 'content-type': 'application/octet-stream' }]],
  ]);

  const answers: string[] = [];
  const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = (request.url ?? '').replace(/\?.*$/, '');
    const found = files.get(path);
    const refused = expected !== undefined && request.headers.authorization !== expected;
    const status = refused ? 401 : found === undefined ? 404 : 200;
    answers.push(`${request.method} ${path} ${status}`);
    if (refused) response.writeHead(401, { 'www-authenticate': 'Basic realm="charts"' }).end();
    else if (found === undefined) response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
    else {
      const [body, headers] = found;
      response.writeHead(200, { ...headers, 'content-length': String(Buffer.byteLength(body)) });
      response.end(request.method === 'HEAD' ? undefined : body);
    }
  };
  const server: Server = tls === undefined ? createServer(answer) : createSecureServer(tls, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `${tls === undefined ? 'http' : 'https'}://${host}`,
    digest,
    answers,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
