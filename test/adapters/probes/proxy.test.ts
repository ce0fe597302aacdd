import { expect, test } from '@jest/globals';
import { httpProbes } from '../../../lib/adapters/probes/client.ts';
import { CancelledError } from '../../../lib/domain/errors.ts';
import { ask, failureOf, nobody, proxyTo, serve, speak, trusted } from './servers.ts';

/** Through a proxy, as `HTTPS_PROXY` names it. */
const by = (address: string, noProxy = '', user = ''): ReturnType<typeof httpProbes> =>
  httpProbes({ proxy: { HTTPS_PROXY: `http://${user}${address}`, NO_PROXY: noProxy } });

test('HTTPS goes through a tunnel; only the proxy knows the name, and the certificate is still of the server', async () => {
  await using server = await serve(undefined, { tls: {} });
  await using proxy = await proxyTo(server.port);
  const asking = () => ask('https://shop.test/a', { tls: trusted }, {}, by(proxy.address));
  expect(await asking()).toMatchObject({ status: 200, certificate: { validTo: expect.any(Number) } });
  await asking();
  expect(proxy.asked).toEqual(['shop.test:443', 'shop.test:443']);
  expect(server.requests).toMatchObject([{ url: '/a', headers: { host: 'shop.test' } }, {}]);
  // Fresh ones here, too.
  expect(server.connections).toHaveLength(2);
});

test('with a user and another port', async () => {
  await using server = await serve(undefined, { tls: {} });
  await using proxy = await proxyTo(server.port);
  await ask('https://shop.test:8443/', { tls: trusted }, {}, by(proxy.address, '', 'bob:p%40ss@'));
  expect(proxy.asked).toEqual([`shop.test:8443 Basic ${Buffer.from('bob:p@ss').toString('base64')}`]);
});

test('another name than the certificate has', async () => {
  await using server = await serve(undefined, { tls: {} });
  await using proxy = await proxyTo(server.port);
  expect(await failureOf(ask('https://other.test/', { tls: trusted }, {}, by(proxy.address)))).toMatch(
    /^hopeless, tls: the certificate is for another host/,
  );
});

test.each<[title: string, url: string, noProxy: string, resolve: boolean]>([
  ['NO_PROXY', 'https://shop.invalid/', 'shop.invalid', false],
  ['an address of the author’s own', 'https://shop.test/', '', true],
  ['plain HTTP', 'http://shop.invalid/', '', false],
])('%s leads past it', async (_, url, noProxy, resolve) => {
  await using server = await serve(undefined, { tls: {} });
  await using proxy = await proxyTo(server.port);
  const request = { tls: trusted, ...(resolve ? { resolve: server.address } : {}) };
  await ask(url, request, {}, by(proxy.address, noProxy)).catch(() => undefined);
  expect(proxy.asked).toEqual([]);
  expect(server.connections).toHaveLength(resolve ? 1 : 0);
});

test.each([
  ['407 Proxy Authentication Required', /^may pass, connect: the proxy refused .*407/],
  ['502 Bad Gateway', /^may pass, connect: the proxy refused .*502/],
])('a proxy that answers %s', async (status, failure) => {
  await using proxy = await proxyTo(1, status);
  expect(await failureOf(ask('https://shop.test/', {}, {}, by(proxy.address)))).toMatch(failure);
});

test('a proxy that is not there', async () => {
  const gone = await nobody();
  expect(await failureOf(ask('https://shop.test/', {}, {}, by(gone)))).toMatch(
    /^may pass, connect: the connection is refused/,
  );
});

test('a proxy that says nothing does not outlast the attempt, nor does its connection', async () => {
  const closed = Promise.withResolvers<void>();
  await using proxy = await speak((socket) => socket.on('end', closed.resolve).resume());
  expect(await failureOf(ask('https://shop.test/', {}, { timeout: 100 }, by(proxy.address)))).toBe(
    'may pass, connect: no answer in time (while connecting)',
  );
  await closed.promise;
});

test('a proxy that says nothing does not hold up a cancel', async () => {
  await using proxy = await speak(() => cancel.abort(reason));
  const cancel = new AbortController();
  const reason = new CancelledError();
  const options = { timeout: 1_000, signal: cancel.signal };
  const began = performance.now();
  await expect(ask('https://shop.test/', {}, options, by(proxy.address))).rejects.toBe(reason);
  expect(performance.now() - began).toBeLessThan(500);
});

test('a server that says nothing through the tunnel', async () => {
  await using server = await speak(() => undefined);
  await using proxy = await proxyTo(server.port);
  expect(await failureOf(ask('https://shop.test/', {}, { timeout: 100 }, by(proxy.address)))).toBe(
    'may pass, tls: no answer in time (while agreeing on TLS)',
  );
});
