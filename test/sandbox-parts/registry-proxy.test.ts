import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { pushBase } from '../../sandbox/images/base.ts';
import { startDistribution } from '../../sandbox/images/distribution.ts';
import type { Registry } from '../../sandbox/images/distribution.ts';
import { startRegistryProxy } from '../../sandbox/images/registry-proxy.ts';
import type { RegistryProxy } from '../../sandbox/images/registry-proxy.ts';
import { trafficOf } from '../../sandbox/fault-proxy/traffic.ts';
import { sha256 } from '../../sandbox/service/digest.ts';
import { pushBlob } from '../../sandbox/service/registry.ts';
import { until } from './running.ts';

let registry: Registry;
let proxy: RegistryProxy;
/** Of a blob that the registry has. */
let blob: string;
const size = 300_000;

beforeAll(async () => {
  registry = await startDistribution();
  blob = `/v2/team/app/blobs/${await pushBlob(directly(), Buffer.alloc(size, 'a'))}`;
}, 600_000);
afterAll(() => registry?.stop());
beforeEach(async () => {
  proxy = await startRegistryProxy(registry.address);
});
afterEach(() => proxy.stop());

const directly = () => ({ registry: registry.address, repository: 'team/app' });
const through = () => ({ registry: proxy.address, repository: 'team/app' });
const get = (path: string): Promise<Response> => fetch(`${proxy.url}${path}`);
const causeOf = (failed: Promise<unknown>): Promise<string> =>
  failed.then(
    () => 'none',
    (error: Error & { cause?: { code?: string } }) => error.cause?.code ?? error.message,
  );

test('a whole push goes through it, also where the registry says where to go on, and is counted', async () => {
  const content = Buffer.alloc(200_000, 'b');
  const base = await pushBase({ registry: proxy.address });
  await pushBlob(through(), content);
  expect(base.ref).toContain(proxy.address);
  const uploads = { method: 'PUT', path: '/v2/team/app/blobs/uploads/*' };
  expect(trafficOf(proxy.recorded, uploads)).toEqual({
    requests: 1,
    sentBytes: content.length,
    receivedBytes: 0,
  });

  expect((await (await get(blob)).arrayBuffer()).byteLength).toBe(size);
  await until('noted', () => trafficOf(proxy.recorded, { method: 'GET' }).receivedBytes === size);
  expect(proxy.recorded.at(-1)).toMatchObject({ method: 'GET', url: blob, status: 200, sentBytes: 0 });
});

test('a status, in a registry’s words, for the request after two that pass', async () => {
  const fault = { kind: 'status', status: 429, retryAfterSeconds: 3 } as const;
  proxy.fail({ path: '/v2/*/blobs/*', method: 'GET', fault, skip: 2 });
  const statuses = [];
  for (let nth = 1; nth <= 4; nth++) {
    const answer = await get(blob);
    statuses.push(answer.status);
    const text = await answer.text();
    if (nth !== 3) continue;
    expect(answer.headers.get('retry-after')).toBe('3');
    expect(JSON.parse(text)).toMatchObject({ errors: [{ code: 'TOOMANYREQUESTS' }] });
  }
  expect(statuses).toEqual([200, 200, 429, 200]);
});

test('an upload is cut when so many bytes have passed', async () => {
  proxy.fail({ path: '*', method: 'PUT', fault: { kind: 'reset', afterSentBytes: 100_000 } });
  const content = Buffer.alloc(250_000, 'c');
  expect(await causeOf(pushBlob(through(), content))).toMatch(/ECONNRESET|UND_ERR_SOCKET|EPIPE/);
  expect(trafficOf(proxy.recorded, { method: 'PUT' }).sentBytes).toBe(100_000);
  const there = await fetch(`http://${registry.address}/v2/team/app/blobs/${sha256(content)}`, {
    method: 'HEAD',
  });
  expect(there.status).toBe(404);
  await pushBlob(through(), content);
});

test('a download is cut when so many bytes have come, and a shorter one is not', async () => {
  const order = (bytes: number) =>
    proxy.fail({ path: blob, fault: { kind: 'reset', afterReceivedBytes: bytes } });
  order(size);
  expect((await (await get(blob)).arrayBuffer()).byteLength).toBe(size);
  order(size - 1);
  expect(await causeOf(get(blob).then((answer) => answer.arrayBuffer()))).not.toBe('none');
  expect(proxy.recorded.at(-1)).toMatchObject({ met: 'reset', receivedBytes: size - 1 });
});

test('tampered bytes: of an answer the digest is wrong, a request the registry refuses', async () => {
  proxy.fail({ path: blob, fault: { kind: 'tampered', body: 'answer' } });
  const wrong = Buffer.from(await (await get(blob)).arrayBuffer());
  expect(wrong).toHaveLength(size);
  expect(blob).not.toContain(sha256(wrong));
  const right = Buffer.from(await (await get(blob)).arrayBuffer());
  expect(blob).toContain(sha256(right));

  proxy.fail({ path: '*', method: 'PUT', fault: { kind: 'tampered', body: 'request' } });
  await expect(pushBlob(through(), Buffer.from('something new'))).rejects.toThrow(
    /answered 400: .*DIGEST_INVALID/,
  );
});

test('slow, and gone', async () => {
  proxy.fail({ path: '/v2/', fault: { kind: 'slow', milliseconds: 200 } });
  const began = performance.now();
  expect((await get('/v2/')).status).toBe(200);
  expect(performance.now() - began).toBeGreaterThan(190);
  proxy.fail({ path: '*', fault: { kind: 'refused' }, times: 0 });
  expect(await causeOf(get('/v2/'))).toMatch(/ECONNREFUSED|UND_ERR_SOCKET|ECONNRESET/);
  proxy.heal();
  await until('it listens again', () =>
    get('/v2/').then(
      ({ ok }) => ok,
      () => false,
    ),
  );
});
