/** A small real HTTP server that takes uploads and serves blobs and manifests from memory, and misbehaves on demand. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { digestOf } from '../../../lib/adapters/registry/manifests.ts';
import { listen, stop } from './fake-registry.ts';

export interface FakeUploads extends AsyncDisposable {
  /** `127.0.0.1:41234` */
  readonly host: string;
  /** `PATCH /v2/app/blobs/uploads/1 5 bytes`, in order; the query is left out. */
  readonly requests: string[];
  readonly blobs: Map<string, Buffer>;
  /** By tag or digest. */
  readonly manifests: Map<string, Buffer>;
}

/** Called first with the body; true when it has answered. */
export type Before = (
  request: IncomingMessage & { readonly content: Buffer },
  response: ServerResponse,
  nth: number,
) => boolean | Promise<boolean>;

export async function fakeUploads(before: Before = () => false): Promise<FakeUploads> {
  const requests: string[] = [];
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, Buffer>();
  const uploads = new Map<string, Buffer>();
  let begun = 0;

  const { server, address } = await listen((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const content = Buffer.concat(chunks);
    const request = Object.assign(incoming, { content });
    const { method = '' } = request;
    const url = new URL(request.url ?? '/', 'http://any');
    const sent = content.length > 0 ? ` ${content.length} bytes` : '';
    requests.push(`${method} ${url.pathname}${sent}`);
    if (await before(request, response, requests.length)) return;

    const name = url.pathname.split('/').at(-1) ?? '';
    const say = (status: number, headers: Record<string, string> = {}, body?: Buffer): void => {
      response.writeHead(status, headers).end(body);
    };
    const serve = (bytes: Buffer | undefined): void =>
      bytes === undefined
        ? say(404)
        : say(
            200,
            { 'docker-content-digest': digestOf(bytes), 'content-length': String(bytes.length) },
            bytes,
          );
    if (url.pathname.includes('/manifests/')) {
      if (method !== 'PUT') return serve(manifests.get(name));
      manifests.set(name, content);
      return say(201, { 'docker-content-digest': digestOf(content) });
    }
    if (!url.pathname.includes('/uploads/')) return serve(blobs.get(name));
    const received = Buffer.concat([uploads.get(name) ?? Buffer.alloc(0), content]);
    const location = { location: `${url.pathname.replace(/[^/]*$/, '')}${name || ++begun}?state=${begun}` };
    const range = { range: `0-${Math.max(0, received.length - 1)}` };
    if (method === 'POST') return say(202, location);
    if (method === 'DELETE') return say(uploads.delete(name) ? 204 : 404);
    if (method === 'GET') return say(204, { ...location, ...range });
    uploads.set(name, received);
    if (method === 'PATCH') return say(202, { ...location, ...range });
    const digest = url.searchParams.get('digest') ?? '';
    if (digestOf(received) !== digest) return say(400);
    blobs.set(digest, received);
    return say(201);
  }

  const host = `127.0.0.1:${address.port}`;
  return { host, requests, blobs, manifests, [Symbol.asyncDispose]: () => stop(server) };
}
