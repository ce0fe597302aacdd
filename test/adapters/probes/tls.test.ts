import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import { httpProbes } from '../../../lib/adapters/probes/client.ts';
import type { TlsTrust } from '../../../lib/domain/checks/types.ts';
import { ask, client, failureOf, pem, serve, speak, trusted } from './servers.ts';
import type { Http } from './servers.ts';

const probes = httpProbes({ proxy: {} });
const untrusting: TlsTrust = { insecure: false };

/** By HTTPS and by TLS alone: both must say the same. */
const ways: readonly [string, (server: Http, tls: TlsTrust, host?: string) => Promise<unknown>][] = [
  [
    'https',
    ({ address, port }, tls, host = 'localhost') =>
      ask(`https://${host}:${port}/`, { tls, ...(host === 'localhost' ? {} : { resolve: address }) }),
  ],
  ['tls', ({ port }, tls) => probes.tls({ host: 'localhost', port, tls }, { timeout: 5_000 })],
];

describe.each(ways)('%s', (_, connect) => {
  test('an authority that is named is trusted', async () => {
    await using server = await serve(undefined, { tls: {} });
    await connect(server, trusted);
  });

  test.each<[certificate: string, tls: TlsTrust, failure: RegExp]>([
    ['here', untrusting, /^hopeless, tls: the certificate is signed by an authority that is not known here/],
    [
      'self-signed',
      trusted,
      /^hopeless, tls: the certificate is signed by itself; name its authority with ca/,
    ],
    ['expired', trusted, /^hopeless, tls: the certificate has expired/],
    ['elsewhere', trusted, /^hopeless, tls: the certificate is for another host .*elsewhere\.test/],
  ])('%s.crt', async (certificate, tls, failure) => {
    await using server = await serve(undefined, { tls: { cert: pem(`${certificate}.crt`) } });
    expect(await failureOf(connect(server, tls))).toMatch(failure);
    // Explicitly, none of it matters.
    await connect(server, { insecure: true });
  });

  test('an HTTP server where TLS is expected', async () => {
    await using server = await serve();
    expect(await failureOf(connect(server, trusted))).toMatch(
      /^hopeless, tls: what answers does not speak TLS/,
    );
  });

  test('somebody who hangs up', async () => {
    await using server = await speak((socket) => socket.end());
    expect(await failureOf(connect({ ...server, url: '', requests: [] }, trusted))).toMatch(
      /^may pass, tls: the connection was cut/,
    );
  });

  test('a key that is none', async () => {
    await using server = await serve(undefined, { tls: {} });
    expect(await failureOf(connect(server, { ...trusted, cert: 'x', key: 'x' }))).toMatch(
      /^hopeless, \w+: ca, cert or key cannot be read/,
    );
  });
});

test('an authority that is named comes beside those of the machine, not in their place', async () => {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, pem('authority.crt')]);
  try {
    await using server = await serve(undefined, { tls: {} });
    const from = httpProbes({ proxy: {} });
    await ask(server.url, { tls: { ca: pem('self-signed.crt'), insecure: false } }, {}, from);
  } finally {
    setDefaultCACertificates(before);
  }
});

test('HTTP where the server speaks TLS', async () => {
  await using server = await serve(undefined, { tls: {} });
  expect(await failureOf(ask(`http://${server.address}/`))).toMatch(
    /^may pass, request: the connection was cut/,
  );
});

describe.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a server that wants to know its client, by %s',
  (maxVersion) => {
    const tls = { requestCert: true, ca: pem('authority.crt'), maxVersion };
    const asking = async (own: Partial<TlsTrust>): Promise<unknown> => {
      await using server = await serve(undefined, { tls });
      return await ask(server.url, { tls: { ...trusted, ...own } });
    };

    test('is told', async () => {
      expect(await asking(client)).toMatchObject({ body: 'ok' });
    });

    test('is not told', async () => {
      expect(await failureOf(asking({}))).toMatch(
        /^hopeless, .* want(s)? a client certificate \(cert, key\)/,
      );
    });

    test('does not know whom it was told', async () => {
      const stranger = { cert: pem('stranger.crt'), key: pem('client.key') };
      expect(await failureOf(asking(stranger))).toMatch(/^may pass, \w+: the connection was cut/);
    });
  },
);

test('how long the certificate is valid, for both', async () => {
  await using server = await serve(undefined, { tls: {} });
  const certificate = { validTo: Date.parse('2120-01-01T00:00:00Z') };
  expect(await ask(server.url, { tls: trusted })).toMatchObject({ certificate });
  expect(
    await probes.tls({ host: 'localhost', port: server.port, tls: trusted }, { timeout: 5_000 }),
  ).toEqual(certificate);
});

test('plain HTTP has none', async () => {
  await using server = await serve();
  expect(await ask(server.url)).not.toHaveProperty('certificate');
});

describe('resolve leads the connection elsewhere; what the server is called stays', () => {
  const named: string[] = [];
  const sni = { SNICallback: (name: string, done: (error: null) => void) => (named.push(name), done(null)) };

  test('a name: Host, SNI and the certificate are of the URL', async () => {
    await using server = await serve(undefined, { tls: sni });
    await ask('https://shop.test/a?b', { tls: trusted, resolve: server.address });
    expect(server.requests).toMatchObject([{ url: '/a?b', headers: { host: 'shop.test' } }]);
    expect(named).toEqual(['shop.test']);
  });

  test('another name than the certificate has', async () => {
    await using server = await serve(undefined, { tls: {} });
    expect(await failureOf(ask('https://other.test/', { tls: trusted, resolve: server.address }))).toMatch(
      /^hopeless, tls: the certificate is for another host .*other\.test/,
    );
  });

  test('an address has no SNI', async () => {
    named.length = 0;
    await using server = await serve(undefined, { tls: sni });
    await ask('https://127.0.0.1/', { tls: trusted, resolve: server.address });
    expect(named).toEqual([]);
  });

  test('an address: it is the one in the URL that the certificate must have', async () => {
    await using server = await serve(undefined, { tls: {} });
    expect(await failureOf(ask('https://10.9.8.7/', { tls: trusted, resolve: server.address }))).toMatch(
      /^hopeless, tls: the certificate is for another host .*10\.9\.8\.7/,
    );
  });
});
