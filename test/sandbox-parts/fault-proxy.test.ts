import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startFaultProxy } from '../../sandbox/fault-proxy/proxy.ts';
import type { FaultProxy } from '../../sandbox/fault-proxy/proxy.ts';

const pods = '/api/v1/namespaces/shop/pods';
const watch = `${pods}?watch=true&resourceVersion=1`;

let api: Server;
let proxy: FaultProxy;
/** Ends of the watches that are open at the API. */
let watching: ServerResponse[];
let agent: https.Agent;

/** Lists, echoes what is sent, and holds watches open. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.url?.includes('watch=true')) {
    response.writeHead(200).flushHeaders();
    watching.push(response);
  } else if (request.method === 'POST') request.pipe(response);
  else response.end(JSON.stringify({ path: request.url, agent: request.headers['user-agent'] }));
}

beforeEach(async () => {
  watching = [];
  api = createServer(answer);
  api.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n');
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  proxy = await startFaultProxy({ url: `http://127.0.0.1:${(api.address() as AddressInfo).port}` });
  agent = new https.Agent({ keepAlive: true });
});
afterEach(async () => {
  agent.destroy();
  await proxy[Symbol.asyncDispose]();
  api.closeAllConnections();
  await new Promise((resolve) => api.close(resolve));
});

interface Asked {
  method?: string;
  token?: string;
  body?: string;
  /** Until the first byte or the end. */
  patience?: number;
}

/** Opens a request; rejects with the socket's error, or `silent`. */
function open(path: string, { method = 'GET', token = 't', body, patience = 2_000 }: Asked = {}) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'user-agent': 'test' };
    const request = https.request(`${proxy.url}${path}`, { method, ca: proxy.ca, agent, headers }, resolve);
    request.setTimeout(patience, () => request.destroy(new Error('silent')));
    request.on('error', reject);
    request.end(body);
  });
}

async function ask(path: string, asked?: Asked) {
  const response = await open(path, asked);
  return { status: response.statusCode, headers: response.headers, text: await textOf(response) };
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Opens a watch, and collects what it says and how it ends. */
async function openWatch() {
  const response = await open(watch);
  const said: string[] = [];
  const ended = Promise.withResolvers<string>();
  response.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  response.on('end', () => ended.resolve('end'));
  response.on('error', ({ message }) => ended.resolve(message));
  return { said, ended: ended.promise };
}

const tell = (text: string): void => watching.forEach((response) => void response.write(text));
const statusOf = async (path: string, asked?: Asked) => (await ask(path, asked)).status;

test('without a fault all passes: answers, bodies, watches as they come, other protocols', async () => {
  expect(JSON.parse((await ask(`${pods}?limit=1`)).text)).toEqual({ path: `${pods}?limit=1`, agent: 'test' });
  expect((await ask(pods, { method: 'POST', body: 'a body' })).text).toBe('a body');

  const { said } = await openWatch();
  tell('one');
  await after(50);
  tell('two');
  await after(50);
  expect(said).toEqual(['one', 'two']);

  const upgraded = https.request(`${proxy.url}/exec`, {
    ca: proxy.ca,
    agent: false,
    headers: { connection: 'upgrade', upgrade: 'echo' },
  });
  upgraded.end();
  const echo = await new Promise<string>((resolve) =>
    upgraded.on('upgrade', (_, socket) => {
      socket.write('hello');
      socket.once('data', (data: Buffer) => {
        resolve(data.toString());
        socket.destroy();
      });
    }),
  );
  expect(echo).toBe('hello');
  expect(proxy.recorded.slice(0, 2)).toMatchObject([{ url: `${pods}?limit=1` }, { method: 'POST' }]);
});

test('a status meets so many requests of its kind, and no other', async () => {
  const fault = { kind: 'status', status: 429, retryAfterSeconds: 7 } as const;
  proxy.fail({ path: '/api/v1/*/pods', method: 'GET', watch: false, fault, times: 2 });
  const met = await ask(pods);
  expect(met).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
  expect(JSON.parse(met.text)).toMatchObject({ kind: 'Status', code: 429, reason: 'TooManyRequests' });
  expect(await statusOf('/api/v1/namespaces/shop/pods/a')).toBe(200);
  expect(await statusOf(pods, { method: 'POST', body: '' })).toBe(200);
  await openWatch();
  expect([await statusOf(pods), await statusOf(pods)]).toEqual([429, 200]);
  expect(proxy.recorded.filter(({ met }) => met === 'status')).toHaveLength(2);
});

test('for a time, or until it is healed', async () => {
  const fault = { kind: 'status', status: 503 } as const;
  proxy.fail({ path: '*', fault, milliseconds: 150 });
  expect([await statusOf(pods), await statusOf(pods)]).toEqual([503, 503]);
  await after(200);
  expect(await statusOf(pods)).toBe(200);
  proxy.fail({ path: '*', fault, times: 0 });
  expect([await statusOf(pods), await statusOf(pods)]).toEqual([503, 503]);
  proxy.heal();
  expect(await statusOf(pods)).toBe(200);
});

test('refused: what is open is cut, nothing listens, and then it does again on the same port', async () => {
  const { ended } = await openWatch();
  proxy.fail({ path: '*', fault: { kind: 'refused' }, milliseconds: 200 });
  expect(await ended).toBe('aborted');
  await expect(open(pods)).rejects.toThrow('ECONNREFUSED');
  await after(250);
  expect(await statusOf(pods)).toBe(200);
});

test('reset: an open watch and the next request, by path', async () => {
  const { ended } = await openWatch();
  proxy.fail({ path: pods, fault: { kind: 'reset' } });
  expect(await ended).toBe('aborted');
  expect(await statusOf('/version')).toBe(200);
  await expect(open(pods)).rejects.toThrow('ECONNRESET');
  expect(await statusOf(pods)).toBe(200);
});

test('silent: nobody answers, and what was open is silent for good', async () => {
  const { said, ended } = await openWatch();
  expect(await statusOf('/version')).toBe(200);
  proxy.fail({ path: '*', fault: { kind: 'silent' }, milliseconds: 300 });
  tell('unheard');
  await expect(open('/version', { patience: 200 })).rejects.toThrow('silent');
  agent.destroy();
  agent = new https.Agent({ keepAlive: true });
  await expect(open('/version', { patience: 50 })).rejects.toThrow('silent');
  await after(300);
  tell('unheard too');
  expect(await statusOf('/version')).toBe(200);
  expect(said).toEqual([]);
  expect(await Promise.race([ended, after(50, 'open')])).toBe('aborted');
});

test('silent by path: the others are heard', async () => {
  proxy.fail({ path: '/version', fault: { kind: 'silent' } });
  await expect(open('/version', { patience: 100 })).rejects.toThrow('silent');
  expect(await statusOf('/version')).toBe(200);
  const { said } = await openWatch();
  proxy.fail({ path: '*', watch: true, fault: { kind: 'silent' }, milliseconds: 50 });
  await after(100);
  tell('unheard');
  expect(await statusOf(pods)).toBe(200);
  expect(said).toEqual([]);
});

test('slow: answers late, and each piece too', async () => {
  proxy.fail({ path: '*', fault: { kind: 'slow', milliseconds: 150 } });
  const began = performance.now();
  expect(await statusOf(pods)).toBe(200);
  expect(performance.now() - began).toBeGreaterThan(140);

  const { said } = await openWatch();
  proxy.fail({ path: '*', fault: { kind: 'slow', chunkMilliseconds: 150 }, times: 0 });
  tell('late');
  await after(75);
  expect(said).toEqual([]);
  await after(150);
  expect(said).toEqual(['late']);
});

test('expired: open watches hear 410, the next one too, a list does not', async () => {
  const { said, ended } = await openWatch();
  proxy.fail({ path: '*', fault: { kind: 'expired' } });
  expect(await ended).toBe('end');
  expect(JSON.parse(said.join(''))).toMatchObject({
    type: 'ERROR',
    object: { code: 410, reason: 'Expired' },
  });
  expect([await statusOf(pods), await statusOf(watch)]).toEqual([200, 410]);
  await openWatch();
});

test('a token is refused, another one is not', async () => {
  proxy.fail({ path: '*', fault: { kind: 'unauthorized', token: 'old' }, times: 0 });
  const tokens = ['old', 'new', 'old'];
  expect(await Promise.all(tokens.map((token) => statusOf(pods, { token })))).toEqual([401, 200, 401]);
});

test('a clock that is wrong', async () => {
  proxy.fail({ path: '*', fault: { kind: 'skewed', milliseconds: -3_600_000 } });
  const { headers } = await ask(pods);
  expect(Date.now() - Date.parse(headers.date ?? '')).toBeGreaterThan(3_590_000);
});
