import { networkInterfaces } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { httpProbes } from '../../../lib/adapters/probes/client.ts';
import { CancelledError } from '../../../lib/domain/errors.ts';
import { ask, failureOf, nobody, serve, speak, trusted } from './servers.ts';

const probes = httpProbes({ proxy: {} });
const soon = { timeout: 100 };

test.each(['http', 'https'])(
  'each %s request has a connection of its own, whatever the server offers',
  async (scheme) => {
    await using server = await serve(undefined, scheme === 'https' ? { tls: {} } : {});
    for (let times = 0; times < 3; times++) await ask(server.url, { tls: trusted });
    expect(server.connections).toHaveLength(3);
    expect(server.requests.map(({ headers }) => headers.connection)).toEqual(['close', 'close', 'close']);
  },
);

test('a port at which nothing listens', async () => {
  expect(await failureOf(ask(`http://${await nobody()}/`))).toMatch(
    /^may pass, connect: the connection is refused: nothing listens there \(connect ECONNREFUSED 127/,
  );
});

test('a name that does not exist', async () => {
  const asked = 'https://nope.invalid/';
  // A machine without DNS cannot know it.
  expect(await failureOf(ask(asked))).toMatch(
    /^(hopeless, dns: the DNS name does not exist|may pass, dns: the DNS server does not answer) .*nope\.invalid/,
  );
});

const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === '::1'),
);

(hasIpv6 ? describe : describe.skip)('IPv6', () => {
  test('in the URL', async () => {
    await using server = await serve(undefined, { tls: {}, host: '::1' });
    expect(await ask(server.url, { tls: trusted })).toMatchObject({ body: 'ok' });
    expect(server.requests).toMatchObject([{ headers: { host: `[::1]:${server.port}` } }]);
  });

  test.each(['::1', '[::1]'])('as the address to resolve to: %s', async (address) => {
    await using server = await serve(undefined, { host: '::1' });
    expect(await ask(`http://shop.test:${server.port}/`, { resolve: address })).toMatchObject({ body: 'ok' });
  });

  test('by TCP', async () => {
    await using server = await serve(undefined, { host: '::1' });
    await probes.tcp('::1', server.port, { timeout: 5_000 });
    expect(server.connections).toHaveLength(1);
  });
});

describe('out of time', () => {
  const silent = (): void => undefined;

  test('while agreeing on TLS', async () => {
    await using server = await speak(silent, 'at once');
    const failure = 'may pass, tls: no answer in time (while agreeing on TLS)';
    expect(await failureOf(ask(`https://${server.address}/`, {}, soon))).toBe(failure);
    const tls = probes.tls({ host: '127.0.0.1', port: server.port, tls: trusted }, soon);
    expect(await failureOf(tls)).toBe(failure);
  });

  test('while waiting for the first byte', async () => {
    await using server = await serve(silent);
    expect(await failureOf(ask(server.url, {}, soon))).toBe(
      'may pass, request: no answer in time (while waiting for the first byte)',
    );
  });

  test('while the headers drip', async () => {
    await using server = await speak((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => socket.write('X-More: and more\r\n'), 10);
      socket.on('close', () => clearInterval(drip));
    });
    expect(await failureOf(ask(`http://${server.address}/`, {}, soon))).toMatch(
      /^may pass, request: no answer/,
    );
  });

  test('while the body drips', async () => {
    await using server = await serve((_, response) => {
      const drip = setInterval(() => response.write('more'), 10);
      response.on('close', () => clearInterval(drip));
    });
    expect(await failureOf(ask(server.url, {}, soon))).toBe(
      'may pass, body: no answer in time (while reading the answer)',
    );
  });

  test('it is the time of all redirects together', async () => {
    let hops = 0;
    await using server = await serve((_, response) => {
      setTimeout(() => response.writeHead(302, { location: `/${hops++}` }).end(), 40);
    });
    expect(await failureOf(ask(server.url, { redirects: 20 }, soon))).toMatch(
      /^may pass, request: no answer/,
    );
    expect(hops).toBeLessThan(4);
  });
});

describe('cancelled', () => {
  const reason = new CancelledError();

  test.each(['headers', 'body'])(
    'in the middle of the %s: the reason is thrown, the connection closed',
    async (where) => {
      const cancel = new AbortController();
      const closed = Promise.withResolvers<void>();
      await using server = await serve((_, response) => {
        response.on('close', closed.resolve);
        if (where === 'body') response.write('half');
        setTimeout(() => cancel.abort(reason), 5);
      });
      await expect(ask(server.url, {}, { signal: cancel.signal })).rejects.toBe(reason);
      await closed.promise;
    },
  );

  test('before it began: nothing is connected', async () => {
    await using server = await serve();
    const options = { timeout: 5_000, signal: AbortSignal.abort(reason) };
    await expect(ask(server.url, {}, options)).rejects.toBe(reason);
    await expect(probes.tcp('127.0.0.1', server.port, options)).rejects.toBe(reason);
    await expect(probes.tls({ host: '127.0.0.1', port: server.port, tls: trusted }, options)).rejects.toBe(
      reason,
    );
  });
});

test('TCP: connected is enough, and the connection is closed', async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await speak((socket) => socket.resume().on('end', closed.resolve), 'at once');
  await probes.tcp('127.0.0.1', server.port, { timeout: 5_000 });
  await closed.promise;
});

test('TCP: refused', async () => {
  const [host = '', port] = (await nobody()).split(':');
  expect(await failureOf(probes.tcp(host, Number(port), soon))).toMatch(
    /^may pass, connect: the connection is refused/,
  );
});
