import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { ask, failureOf, serve, speak } from './servers.ts';

const urlOf = ({ address }: { address: string }): string => `http://${address}/`;

test('status, headers and body', async () => {
  await using server = await serve((_, response) => {
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    response.writeHead(404, { 'X-Mode': 'safe' }).end('größer');
  });
  expect(await ask(server.url)).toMatchObject({
    status: 404,
    headers: { 'x-mode': 'safe', 'set-cookie': 'a=1, b=2' },
    body: 'größer',
    truncated: false,
  });
});

test.each([
  ['HTTP/1.0 and no length: the body ends with the connection', 'HTTP/1.0 200 OK\r\n\r\nall of it'],
  ['HTTP/1.1 and no length', 'HTTP/1.1 200 OK\r\n\r\nall of it'],
  [
    'chunks',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nall \r\n5;x=y\r\nof it\r\n0\r\nX-Trailer: t\r\n\r\n',
  ],
  [
    'an early hint before it',
    'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nall of it',
  ],
])('%s', async (_, said) => {
  await using server = await speak((socket) => socket.end(said));
  expect(await ask(urlOf(server))).toMatchObject({ status: 200, body: 'all of it', truncated: false });
});

test('101: another protocol is agreed on, and none of it is spoken', async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await speak((socket) => {
    socket
      .on('close', closed.resolve)
      .write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello');
    socket.on('end', () => socket.end());
  });
  const headers = { connection: 'upgrade', upgrade: 'websocket' };
  expect(await ask(urlOf(server), { headers })).toMatchObject({
    status: 101,
    headers: { upgrade: 'websocket' },
    body: '',
  });
  await closed.promise;
});

test('a server that closes its half only, and goes on listening: what it said counts', async () => {
  await using server = await speak((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall of it'));
  expect(await ask(urlOf(server), { method: 'POST', body: 'a' })).toMatchObject({ body: 'all of it' });
});

test.each([
  ['nothing at all', '', /^may pass, request: the connection was cut/],
  ['half of the headers', 'HTTP/1.1 200 OK\r\nX-', /^may pass, request: the connection was cut/],
  [
    'less than its length',
    'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf of it',
    /^may pass, body: the answer was cut short \(ECUTSHORT: it ended after 10 bytes\)/,
  ],
  [
    'no last chunk',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n',
    /^may pass, body: the answer was cut short \(ECUTSHORT: it ended after 4 bytes\)/,
  ],
  [
    'a chunk that is none',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n',
    /^may pass, body: the answer was cut short/,
  ],
  ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n', /^hopeless, request: what answers does not speak HTTP/],
  [
    'headers without end',
    `HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
    /^hopeless, request: its headers are longer than 16 KiB/,
  ],
])('hung up after %s', async (_, said, failure) => {
  await using server = await speak((socket) => socket.end(said));
  expect(await failureOf(ask(urlOf(server)))).toMatch(failure);
});

test('reset in the middle of the body', async () => {
  await using server = await speak((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf of it', () => socket.resetAndDestroy());
  });
  expect(await failureOf(ask(urlOf(server)))).toMatch(/^may pass, \w+: the (answer|connection) was cut/);
});

test.each([
  [64 * 1024, false],
  [64 * 1024 + 1, true],
])('of a body of %s bytes the first 64 KiB are kept; truncated: %s', async (bytes, truncated) => {
  await using server = await serve((_, response) => void response.end('x'.repeat(bytes)));
  const answer = await ask(server.url);
  expect([answer.body.length, answer.truncated]).toEqual([64 * 1024, truncated]);
});

test('a body without end is not downloaded, is not kept, and its connection is closed', async () => {
  const closed = Promise.withResolvers<void>();
  let written = 0;
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const endless = new Readable({
    read() {
      written += chunk.length;
      this.push(chunk);
    },
  });
  await using server = await serve((_, response) => void endless.pipe(response.on('close', closed.resolve)));
  const before = process.memoryUsage().arrayBuffers;
  const answer = await ask(server.url);
  await closed.promise;
  expect([answer.body.length, answer.truncated]).toEqual([64 * 1024, true]);
  // What the system's own buffers hold, and no more.
  expect(written).toBeLessThan(32 * 1024 * 1024);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
});

test('compressed, although that was not asked for: told as it is, not undone', async () => {
  await using server = await serve((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('all of it'));
  });
  const { headers, body } = await ask(server.url);
  expect(headers['content-encoding']).toBe('gzip');
  expect(body).not.toContain('all of it');
  expect(server.requests).toMatchObject([{ headers: { 'accept-encoding': 'identity' } }]);
});
