/** The client through the fault proxy: what an API server, and what lies before it, can do to it. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startFaultProxy } from '../../../sandbox/fault-proxy/proxy.ts';
import type { FaultProxy } from '../../../sandbox/fault-proxy/proxy.ts';
import { KubeRefused } from '../../../lib/adapters/kubernetes/refused.ts';
import { UnreachableError } from '../../../lib/domain/errors.ts';
import { isRefusal } from '../../../lib/domain/refusal.ts';
import { builtInType } from '../../../lib/domain/resource-types.ts';
import type { ResourceType } from '../../../lib/domain/kubernetes.ts';
import type { Kube, WatchEvent } from '../../../lib/ports/kube.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { clientOf, connectionOf, json, jumpingClock, listening } from './api-server.ts';

const pods = builtInType({ apiVersion: 'v1', kind: 'Pod' }) as ResourceType;
const target = { resource: pods, namespace: 'shop' };
const limits = { request: 1_000, connect: 300, doubt: 150 };

let api: AsyncDisposable & { readonly port: number };
let proxy: FaultProxy;
let kube: Kube;
let stop: AbortController;
let watching: ServerResponse[];

function answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
  if (url.includes('watch=true')) {
    response.writeHead(200).flushHeaders();
    watching.push(response);
  } else if (url === '/version') json(response, 200, { gitVersion: 'v1.34.4' });
  else json(response, 200, { metadata: { resourceVersion: '10' }, items: [] });
}

beforeEach(async () => {
  watching = [];
  stop = new AbortController();
  api = await listening(createServer(answer));
  proxy = await startFaultProxy({ url: `http://127.0.0.1:${api.port}` });
  kube = clientOf(connectionThrough(), { limits, clock: systemClock });
});
afterEach(async () => {
  stop.abort();
  kube.close();
  await proxy[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

const connectionThrough = () => connectionOf({ port: Number(new URL(proxy.url).port), ca: proxy.ca });

const tell = (name: string, version: string): void => {
  const metadata = { name, resourceVersion: version };
  for (const response of watching.splice(0).slice(-1))
    response.write(`${JSON.stringify({ type: 'ADDED', object: { metadata } })}\n`);
};

/** The words of what a watch says from here on; `until` waits for one. */
function watch(by = kube) {
  const said: string[] = [];
  let wake = (): void => undefined;
  const onEvent = (event: WatchEvent): void => {
    said.push(event.type === 'changed' ? `changed ${event.object.metadata.name}` : event.type);
    wake();
  };
  by.watch(target, onEvent, stop.signal);
  const until = async (word: string): Promise<void> => {
    while (!said.includes(word)) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { said, until };
}

/** Resolves when so many watches were opened at the API. */
async function opened(count: number): Promise<void> {
  while (watching.length < count) await after(5);
}

test('a connection that went silent is found by the next request, and the watch goes on where it was', async () => {
  const { said, until } = watch();
  await opened(1);
  await kube.version();
  proxy.fail({ path: '*', fault: { kind: 'silent' }, milliseconds: 50 });
  await after(100);
  // All old connections are dead for good, new ones are not; nobody has said so.
  const began = performance.now();
  expect(await kube.version()).toMatchObject({ gitVersion: 'v1.34.4' });
  expect(performance.now() - began).toBeLessThan(1_000);
  await until('restored');
  tell('b', '11');
  await until('changed b');
  expect(said).toEqual(['listed', 'lost', 'restored', 'changed b']);
});

test('a write that is not answered is not sent twice, and finds the dead watch all the same', async () => {
  const { until } = watch();
  await opened(1);
  await kube.version();
  proxy.fail({ path: '*', fault: { kind: 'silent' }, milliseconds: 50 });
  await after(100);
  const lost = kube.create(pods, 'shop', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } });
  lost.catch(() => undefined);
  await until('restored');
  await expect(lost).rejects.toThrow('no answer in time');
  expect(proxy.recorded.filter(({ method }) => method === 'POST')).toHaveLength(1);
});

test('an API that is only slow is doubted once', async () => {
  const { said } = watch();
  await opened(1);
  proxy.fail({ path: '*', watch: false, fault: { kind: 'slow', milliseconds: 250 }, times: 0 });
  for (let nth = 0; nth < 3; nth += 1) await kube.version();
  expect(said.filter((word) => word === 'lost')).toHaveLength(1);
});

test('a watch that hears something is not doubted', async () => {
  const { said, until } = watch();
  await opened(1);
  const [stream] = watching;
  proxy.fail({ path: '/version', fault: { kind: 'slow', milliseconds: 300 } });
  const asked = kube.version();
  await after(75);
  tell('b', '11');
  expect(stream).toBeDefined();
  await asked;
  await until('changed b');
  expect(said).toEqual(['listed', 'changed b']);
});

test('a log that says nothing is not doubted: it has no bookmarks', async () => {
  const lines: string[] = [];
  const path = '/api/v1/namespaces/shop/pods/p/log';
  proxy.fail({ path, fault: { kind: 'slow', chunkMilliseconds: 400 }, times: 0 });
  const followed = kube.followLog('shop', 'p', 'c', (line) => lines.push(line), stop.signal);
  await after(50);
  proxy.fail({ path: '/version', fault: { kind: 'slow', milliseconds: 250 } });
  await kube.version();
  await followed;
  expect(lines).toHaveLength(1);
});

test('an outage: said, and over within moments of its end', async () => {
  const { said, until } = watch();
  await opened(1);
  proxy.fail({ path: '*', fault: { kind: 'refused' }, milliseconds: 400 });
  await until('lost');
  const began = performance.now();
  await until('restored');
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(said).toEqual(['listed', 'lost', 'restored']);
});

test('what the server asks for by Retry-After is waited for, by the list of a watch too', async () => {
  const clock = jumpingClock();
  const patient = clientOf(connectionThrough(), { limits, clock });
  const fault = { kind: 'status', status: 429, retryAfterSeconds: 9 } as const;
  proxy.fail({ path: '*', watch: false, fault });
  proxy.fail({ path: '*', watch: true, fault });
  const { until } = watch(patient);
  await until('restored');
  expect(clock.slept).toEqual([9_000, 9_000]);
  patient.close();
});

const secrets = builtInType({ apiVersion: 'v1', kind: 'Secret' }) as ResourceType;
const record = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', resourceVersion: '7' } };

test('a write that names the version it replaces outlives a burst of 5xx and a cut connection', async () => {
  proxy.fail({ path: '*', method: 'PUT', fault: { kind: 'status', status: 503 }, times: 2 });
  proxy.fail({ path: '*', method: 'PUT', fault: { kind: 'reset' } });
  await kube.replace(secrets, 'shop', record);
  expect(proxy.recorded.map(({ method, met }) => [method, met])).toEqual([
    ['PUT', 'status'],
    ['PUT', 'status'],
    ['PUT', 'reset'],
    ['PUT', undefined],
  ]);
});

test('one that may have arrived before is not taken for somebody else’s', async () => {
  proxy.fail({ path: '*', fault: { kind: 'status', status: 500 } });
  proxy.fail({ path: '*', fault: { kind: 'status', status: 409 } });
  const uncertain = await kube.replace(secrets, 'shop', record).catch((error: unknown) => error);
  expect(uncertain).toBeInstanceOf(UnreachableError);
  expect(isRefusal(uncertain, 409)).toBe(true);
  proxy.fail({ path: '*', fault: { kind: 'status', status: 409 } });
  await expect(kube.replace(secrets, 'shop', record)).rejects.toBeInstanceOf(KubeRefused);
});

test('one that names no version is sent once', async () => {
  proxy.fail({ path: '*', fault: { kind: 'status', status: 503 } });
  const { resourceVersion: _, ...metadata } = record.metadata;
  await expect(kube.replace(secrets, 'shop', { ...record, metadata })).rejects.toBeInstanceOf(KubeRefused);
});

test('401 to a token is answered with the next one, also where a watch is opened again', async () => {
  const tokens = ['old', 'new'];
  const credentials = {
    current: async () => ({ token: tokens[0] ?? '' }),
    refused: ({ token }: { readonly token?: string }) => token === 'old' && tokens.shift() === 'old',
  };
  const renewing = clientOf({ ...connectionThrough(), credentials }, { limits, clock: systemClock });
  const { said, until } = watch(renewing);
  await opened(1);
  proxy.fail({ path: '*', fault: { kind: 'unauthorized', token: 'old' }, times: 0 });
  proxy.fail({ path: '*', fault: { kind: 'reset' } });
  await until('restored');
  expect(said).toEqual(['listed', 'lost', 'restored']);
  expect(proxy.recorded.map(({ met }) => met)).toContain('unauthorized');
  await expect(kubeWithOld().version()).rejects.toBeInstanceOf(KubeRefused);
  renewing.close();
});

const kubeWithOld = (): Kube =>
  clientOf({
    ...connectionThrough(),
    credentials: { current: async () => ({ token: 'old' }), refused: () => false },
  });
