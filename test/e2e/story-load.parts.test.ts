import { afterEach, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { OpenLoop } from '../../sandbox/demo/load.ts';
import type { LoadReport } from '../../sandbox/demo/load.ts';

let server: Server;

afterEach(() => server.closeAllConnections());

/** Load until the service has been asked so many times. */
async function ask(times: number, answer: RequestListener, limits = {}): Promise<LoadReport> {
  let asked = 0;
  const enough = Promise.withResolvers<void>();
  server = createServer((request, response) => {
    answer(request, response);
    if (++asked === times) enough.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/version`;
  const load = new OpenLoop({ url, perSecond: 200, ...limits });
  await enough.promise;
  const report = await load.stop();
  server.close();
  return report;
}

const version = (name: string): string => JSON.stringify({ version: name });

test('counts who answered, on fresh and on kept connections', async () => {
  const kinds = new Set<string | undefined>();
  let count = 0;
  const report = await ask(40, (request, response) => {
    kinds.add(request.headers.connection);
    response.end(version(++count <= 20 ? 'v1' : 'v2'));
  });

  expect(report).toMatchObject({ lost: 0, slow: 0, causes: {} });
  expect(report.sent).toBeGreaterThanOrEqual(40);
  expect(report.seconds[0]).toMatchObject({ v1: 20 });
  expect(kinds).toEqual(new Set(['close', 'keep-alive']));
});

test('it starts with the first answer: what was refused before is not lost', async () => {
  let asked = 0;
  server = createServer((request, response) => {
    if (++asked === 1) request.socket.destroy();
    else response.end(version('v1'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/version`;

  const load = await OpenLoop.onceAnswered({ url, perSecond: 200 });
  const report = await load.stop();
  server.close();

  expect(report).toMatchObject({ lost: 0, causes: {} });
  expect(asked).toBe(report.sent + 2);
});

test('an answer that is none is lost, with its cause', async () => {
  let count = 0;
  const report = await ask(40, (request, response) => {
    count++;
    if (count === 10) request.socket.destroy();
    else if (count === 20) response.writeHead(503).end();
    else if (count === 30) response.end('<html>not ours</html>');
    else response.end(version('v1'));
  });

  expect(report).toMatchObject({ lost: 3, causes: { ECONNRESET: 1, 'answered 503': 1, 'answered 200': 1 } });
});

test('a kept connection that the service has closed costs no request: it is sent again, once', async () => {
  const kept = new WeakSet<Socket>();
  let closed = false;
  const report = await ask(40, ({ socket }, response) => {
    const close = kept.has(socket) && !closed;
    kept.add(socket);
    closed ||= close;
    if (close) socket.destroy();
    else response.end(version('v1'));
  });

  expect(report).toMatchObject({ lost: 0, again: 1, causes: {} });
});

test('a stalled service does not slow the schedule down, and waiting counts from when a request was due', async () => {
  let stalledAt = 0;
  const held: (() => void)[] = [];
  const report = await ask(
    60,
    (_request, response) => {
      stalledAt ||= Date.now();
      const reply = (): void => void response.end(version('v1'));
      if (Date.now() - stalledAt < 100) held.push(reply);
      else [reply, ...held.splice(0)].forEach((one) => one());
    },
    { slowAfter: 50 },
  );

  expect(report.lost).toBe(0);
  expect(report.slow).toBeGreaterThan(5);
  expect(report.latency.max).toBeGreaterThan(90);
});

test('no answer in time is lost', async () => {
  const report = await ask(5, () => {}, { lostAfter: 100 });

  expect(report.lost).toBe(report.sent);
  expect(Object.keys(report.causes)).toEqual(['no answer in time']);
});
