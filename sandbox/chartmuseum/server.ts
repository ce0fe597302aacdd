/**
 * Stands in for ChartMuseum, no server of which can be built here: the routes that its README documents
 * (github.com/helm/chartmuseum, *API*), single tenant and nested, with Basic auth. It reads what is uploaded, keeps it by
 * what Chart.yaml says, never overwrites, and refuses what ChartMuseum would: no archive, no chart, no login.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { load } from 'js-yaml';

export interface MuseumOptions {
  /** `user:password`; without it everybody may do everything. */
  readonly login?: string;
  /** What is uploaded shows only after so many questions, for ChartMuseum rebuilds its index after it has answered. */
  readonly shownAfter?: number;
}

export interface Museum extends AsyncDisposable {
  readonly url: string;
  /** `POST /api/charts 201`, in order. */
  readonly answers: readonly string[];
}

interface Kept {
  readonly archive: Buffer;
  readonly digest: string;
  hidden: number;
}

export async function startMuseum({ login, shownAfter = 0 }: MuseumOptions = {}): Promise<Museum> {
  const kept = new Map<string, Kept>();
  const answers: string[] = [];
  const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;

  const upload = (tenant: string, archive: Buffer): [number, object] => {
    const chart = chartIn(archive);
    if (chart === undefined) return [400, { error: 'no chart in the request body' }];
    const key = `${tenant}${chart.name}-${chart.version}`;
    if (kept.has(key)) return [409, { error: 'file already exists' }];
    kept.set(key, {
      archive,
      digest: createHash('sha256').update(archive).digest('hex'),
      hidden: shownAfter,
    });
    return [201, { saved: true }];
  };

  const answer = async (request: IncomingMessage): Promise<[number, object | Buffer]> => {
    const path = decodeURIComponent((request.url ?? '').replace(/\?.*$/, ''));
    if (expected !== undefined && request.headers.authorization !== expected)
      return [401, { error: 'unauthorized' }];
    const body = await bodyOf(request);
    const [, tenant = '', name = '', version = ''] =
      /^\/api((?:\/[^/]+)*?)\/charts(?:\/([^/]+)\/([^/]+))?$/.exec(path) ?? [];
    if (request.method === 'POST' && /^\/api(\/[^/]+)*\/charts$/.test(path))
      return upload(`${tenant}/`, body);
    if (request.method === 'GET' && name !== '') {
      const found = kept.get(`${tenant}/${name}-${version}`);
      if (found === undefined || found.hidden-- > 0)
        return [404, { error: 'improper constraint or no such chart' }];
      return [200, { name, version, digest: found.digest, urls: [`charts/${name}-${version}.tgz`] }];
    }
    const [, folder = '', file = ''] = /^((?:\/[^/]+)*)\/charts\/(.+)\.tgz$/.exec(path) ?? [];
    const found = request.method === 'GET' ? kept.get(`${folder}/${file}`) : undefined;
    return found === undefined ? [404, { error: 'not found' }] : [200, found.archive];
  };

  const server = createServer((request, response: ServerResponse) => {
    answer(request).then(
      ([status, body]) => {
        answers.push(`${request.method} ${request.url} ${status}`);
        const headers = status === 401 ? { 'www-authenticate': 'Basic realm="ChartMuseum"' } : {};
        response.writeHead(status, headers).end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const topLevel = ['-xzO', '--wildcards', '--no-wildcards-match-slash'];

function chartIn(archive: Buffer): { name: string; version: string } | undefined {
  const { status, stdout } = spawnSync('tar', [...topLevel, '*/Chart.yaml'], { input: archive });
  if (status !== 0) return undefined;
  return load(stdout.toString('utf8')) as { name: string; version: string };
}
