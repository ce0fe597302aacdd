import type { ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { ask, client, failureOf, pem, serve, trusted } from './servers.ts';
import type { Http } from './servers.ts';

const to = (response: ServerResponse, location: string, status = 302): void =>
  void response.writeHead(status, { location }).end();

/** Leads from `/` to a location, and answers all else. */
const leading = (location: string, status = 302, options: Parameters<typeof serve>[1] = {}): Promise<Http> =>
  serve(
    ({ url }, response) => (url === '/' ? to(response, location, status) : void response.end('there')),
    options,
  );

test('followed, wherever it leads from', async () => {
  await using server = await leading('a/b?c');
  expect(await ask(server.url)).toMatchObject({ status: 200, body: 'there' });
  expect(server.requests.map(({ url }) => url)).toEqual(['/', '/a/b?c']);
});

describe('not followed, but judged itself', () => {
  test.each(['/there', 'ftp://elsewhere/', 'http://elsewhere.invalid/'])(
    'to %s, when none is allowed',
    async (location) => {
      await using server = await leading(location);
      expect(await ask(server.url, { redirects: 0 })).toMatchObject({ status: 302, headers: { location } });
    },
  );

  test.each([
    [300, '/there'],
    [304, '/there'],
    [302, 'http://['],
  ])('%s to %s', async (status, location) => {
    await using server = await leading(location, status);
    expect(await ask(server.url)).toMatchObject({ status });
  });
});

describe('where it goes on for too long', () => {
  test('in a circle', async () => {
    await using server = await serve(({ url }, response) =>
      to(response, url === '/b?token=abc' ? '/' : '/b?token=abc'),
    );
    const failure = await failureOf(ask(server.url));
    expect(failure).toMatch(
      /^hopeless, request: it redirects in a circle \(EREDIRECTLOOP: again to http:.*\/\)$/,
    );
    expect(failure).not.toContain('token');
    expect(server.requests).toHaveLength(2);
  });

  test('to itself', async () => {
    await using server = await serve((_, response) => to(response, '/'));
    expect(await failureOf(ask(server.url))).toMatch(/in a circle/);
  });

  test('a form that leads back to its own page is no circle', async () => {
    await using server = await serve(({ method }, response) =>
      method === 'POST' ? to(response, '/', 303) : void response.end('there'),
    );
    expect(await ask(server.url, { method: 'POST', body: 'a=b' })).toMatchObject({ body: 'there' });
  });

  test('more often than allowed', async () => {
    let hops = 0;
    await using server = await serve((_, response) => to(response, `/${++hops}`));
    expect(await failureOf(ask(server.url, { redirects: 3 }))).toBe(
      'may pass, request: it redirects more often than is followed (ETOOMANYREDIRECTS: 3 were followed)',
    );
    expect(server.requests).toHaveLength(4);
  });

  test('just as often as allowed', async () => {
    await using server = await serve(({ url }, response) =>
      url === '/xxx' ? void response.end('there') : to(response, `${url}x`),
    );
    expect(await ask(server.url, { redirects: 3 })).toMatchObject({ body: 'there' });
  });
});

test('from https to http, secrets would be in the clear', async () => {
  await using plain = await serve();
  await using server = await leading(plain.url, 302, { tls: {} });
  expect(await failureOf(ask(server.url, { tls: trusted }))).toMatch(
    /^hopeless, request: it redirects from https to http \(EDOWNGRADE: to http:/,
  );
  expect(plain.requests).toEqual([]);
});

test('to something that is not http', async () => {
  await using server = await leading('file:///etc/passwd');
  expect(await failureOf(ask(server.url))).toMatch(
    /^hopeless, request: it redirects to something that is not http/,
  );
});

describe('what was asked, asked again', () => {
  const order = { body: '{"a":1}', headers: { 'content-type': 'application/json', 'x-mode': 'safe' } };

  test.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [302, 'HEAD', 'HEAD'],
  ])('%s makes of a %s a %s, without a body and what described it', async (status, method, becomes) => {
    await using server = await leading('/there', status);
    await ask(server.url, method === 'HEAD' ? { method } : { ...order, method });
    const [, second] = server.requests;
    expect(second).toMatchObject({ method: becomes, body: '' });
    expect(second?.headers).not.toHaveProperty('content-type');
    expect(second?.headers).not.toHaveProperty('content-length');
    if (method !== 'HEAD') expect(second?.headers).toMatchObject({ 'x-mode': 'safe' });
  });

  test.each([
    [307, 'POST'],
    [308, 'POST'],
    [302, 'PUT'],
    [301, 'DELETE'],
  ])('%s keeps a %s and its body', async (status, method) => {
    await using server = await leading('/there', status);
    await ask(server.url, { ...order, method });
    expect(server.requests[1]).toMatchObject({
      method,
      body: '{"a":1}',
      headers: { 'content-type': 'application/json', 'x-mode': 'safe' },
    });
  });
});

describe('what is whose', () => {
  const secrets = { authorization: 'Bearer abc', cookie: 'a=b', 'x-api-key': 'abc', host: 'shop.test' };
  const headers = { ...secrets, 'x-mode': 'safe' };

  test('the same server hears it again', async () => {
    await using server = await leading('/there');
    await ask(server.url, { headers });
    expect(server.requests[1]?.headers).toMatchObject(headers);
  });

  test('another server hears no secret, nor whom we meant', async () => {
    await using other = await serve();
    await using server = await leading(other.url);
    await ask(server.url, { headers });
    const [heard] = other.requests;
    expect(heard?.headers).toMatchObject({ 'x-mode': 'safe', host: other.address });
    for (const name of ['authorization', 'cookie', 'x-api-key'])
      expect(heard?.headers).not.toHaveProperty(name);
  });

  test('nor the user in the URL', async () => {
    await using other = await serve();
    await using server = await leading(other.url);
    await ask(`http://bob:secret@${server.address}/`);
    expect(server.requests[0]?.headers).toHaveProperty('authorization');
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test('nor does it see our certificate', async () => {
    const tls = { requestCert: true, rejectUnauthorized: false, ca: pem('authority.crt') };
    await using other = await serve(undefined, { tls });
    await using server = await leading(other.url, 302, { tls });
    await ask(server.url, { tls: { ...trusted, ...client } });
    expect(server.requests).toMatchObject([{ client: 'slipway test client' }]);
    expect(other.requests).toMatchObject([{ client: undefined }]);
  });

  test('resolve is for the first server alone', async () => {
    await using other = await serve();
    await using server = await leading(other.url);
    expect(await ask('http://shop.test/', { resolve: server.address })).toMatchObject({ body: 'ok' });
    expect(other.requests).toHaveLength(1);
  });

  test('and stays for it', async () => {
    await using server = await leading('http://shop.test/there');
    expect(await ask('http://shop.test/', { resolve: server.address })).toMatchObject({ body: 'there' });
    expect(server.requests).toHaveLength(2);
  });
});
