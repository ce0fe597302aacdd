import { expect, test } from '@jest/globals';
import { ask, failureOf, serve, speak } from './servers.ts';

test('method, headers and body as asked, beside what every request has', async () => {
  await using server = await serve();
  await ask(`${server.url}a%20b?c=d#e`, { method: 'POST', headers: { 'x-mode': 'safe' }, body: 'größer' });
  expect(server.requests).toEqual([
    {
      method: 'POST',
      url: '/a%20b?c=d',
      headers: {
        host: server.address,
        'user-agent': 'slipway (smoke-test)',
        'accept-encoding': 'identity',
        'content-length': '8',
        'x-mode': 'safe',
        connection: 'close',
      },
      body: 'größer',
      client: undefined,
    },
  ]);
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'OPTIONS'])(
  'a body with %s arrives whole',
  async (method) => {
    await using server = await serve();
    await ask(server.url, { method, body: '{"dry":true}' });
    expect(server.requests).toMatchObject([{ method, body: '{"dry":true}' }]);
  },
);

test('HEAD has no body, and waits for none', async () => {
  await using server = await serve(
    (_, response) => void response.writeHead(200, { 'content-length': 50 }).end(),
  );
  expect(await ask(server.url, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
});

test.each([
  ['bob:secret', 'bob:secret'],
  ['bob:p%40ss%25', 'bob:p@ss%'],
  ['bob:100%', 'bob:100%'],
  ['bob', 'bob:'],
  [':secret', ':secret'],
])('a user in the URL logs in: %s', async (user, plain) => {
  await using server = await serve();
  await ask(`http://${user}@${server.address}/`);
  const authorization = `Basic ${Buffer.from(plain).toString('base64')}`;
  expect(server.requests).toMatchObject([{ headers: { authorization, host: server.address } }]);
});

test('what the author says of Host and the rest is sent', async () => {
  await using server = await serve();
  await ask(server.url, { headers: { host: 'shop.example', 'user-agent': 'mine', 'accept-encoding': 'br' } });
  expect(server.requests).toMatchObject([
    { headers: { host: 'shop.example', 'user-agent': 'mine', 'accept-encoding': 'br' } },
  ]);
});

test.each<[title: string, request: Parameters<typeof ask>[1]]>([
  ['a line break in a header', { headers: { 'x-mode': 'safe\r\nx-admin: yes' } }],
  ['a header beyond Latin-1', { headers: { 'x-mode': '€' } }],
  ['a name that is none', { headers: { 'x mode': 'safe' } }],
  ['a method that is none', { method: 'GET /admin' }],
])('%s is never sent', async (_, request) => {
  await using server = await serve();
  const failure = await failureOf(ask(server.url, request));
  expect(failure).toMatch(/^hopeless, connect: such a request cannot be written/);
  expect(failure).not.toMatch(/admin: yes/);
  expect(server.connections).toEqual([]);
});

test('a server that answers before it has heard all', async () => {
  await using server = await speak((socket) =>
    socket.end('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno'),
  );
  expect(await ask(`http://${server.address}/`, { method: 'POST', body: 'x'.repeat(100_000) })).toMatchObject(
    {
      status: 413,
      body: 'no',
    },
  );
});
