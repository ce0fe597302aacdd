import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { registryClient } from '../../../lib/adapters/registry/client.ts';
import type { RegistryOptions } from '../../../lib/adapters/registry/client.ts';
import type { ImageRef } from '../../../lib/domain/image-ref.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import { digestOf, fakeRegistry, listen, stop } from './fake-registry.ts';

const slept: number[] = [];
const clock: Clock = { now: () => 0, sleep: (ms) => Promise.resolve(void slept.push(ms)) };
const client = (options: Partial<RegistryOptions> = {}) => registryClient({ proxy: {}, clock, ...options });
const image = (registry: string, reference: Partial<ImageRef> = { tag: 'v1' }): ImageRef => ({
  registry,
  repository: 'app',
  ...reference,
});
const ada = { username: 'ada', password: 'pa:ss' };
const config = digestOf('config');
const manifest = JSON.stringify({ schemaVersion: 2, config: { digest: config }, layers: [] });
const pem = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');

test('an open registry: one HEAD with the types we read', async () => {
  let accept: string | undefined;
  await using registry = await fakeRegistry({ before: ({ headers }) => ((accept = headers.accept), false) });
  registry.manifests.set('app:v1', manifest);

  expect(await client().exists(image(registry.host), {})).toBe('found');

  expect(registry.requests).toEqual(['HEAD /v2/app/manifests/v1']);
  expect(accept).toContain('application/vnd.oci.image.index.v1+json');
});

test('a bearer challenge: the token is fetched once for a repository', async () => {
  await using registry = await fakeRegistry({ login: 'bearer', accepts: 'ada:pa:ss' });
  registry.manifests.set('app:v1', manifest);
  const registryOf = client();

  expect(await registryOf.exists(image(registry.host), { [registry.host]: ada })).toBe('found');
  expect(await registryOf.exists(image(registry.host), { [registry.host]: ada })).toBe('found');

  const basic = `Basic ${Buffer.from('ada:pa:ss').toString('base64')}`;
  expect(registry.requests).toEqual([
    'HEAD /v2/app/manifests/v1',
    `GET /token?service=fake%2C+registry&scope=repository%3Aapp%3Apull ${basic}`,
    'HEAD /v2/app/manifests/v1 Bearer good',
    'HEAD /v2/app/manifests/v1 Bearer good',
  ]);
});

test.each([
  ['an open registry', {}, {}, 'absent'],
  ['an open registry without the repository', { notFound: 'NAME_UNKNOWN' }, {}, 'absent'],
  ['a web server that is no registry', { notFound: '' }, {}, '404 to an anonymous pull: it may be private'],
  ['basic, accepted', { login: 'basic', accepts: 'ada:pa:ss' }, ada, 'absent'],
  [
    'basic, accepted, repository unknown',
    { login: 'basic', accepts: 'ada:pa:ss', notFound: 'NAME_UNKNOWN' },
    ada,
    'absent',
  ],
  ['basic, refused', { login: 'basic', accepts: 'ada:other' }, ada, '401 to these credentials'],
  [
    'basic, nobody',
    { login: 'basic' },
    undefined,
    '401: it wants a login, and no pull secret has one for it',
  ],
  ['bearer, accepted', { login: 'bearer', accepts: 'ada:pa:ss' }, ada, 'absent'],
  [
    'bearer, refused',
    { login: 'bearer', accepts: 'ada:other' },
    ada,
    /token server .* answered 403 to these credentials/,
  ],
  [
    'bearer, nobody let in',
    { login: 'bearer' },
    undefined,
    /token server .* answered 403 to an anonymous pull/,
  ],
  ['bearer, anonymous, tag unknown', { login: 'bearer', anonymous: true }, undefined, 'absent'],
  [
    'bearer, anonymous, repository hidden',
    { login: 'bearer', anonymous: true, notFound: 'NAME_UNKNOWN' },
    undefined,
    '404 to an anonymous pull: it may be private',
  ],
] as const)('a 404 from %s', async (_, behaviour, credentials, expected) => {
  await using registry = await fakeRegistry(behaviour);
  const auth =
    credentials === undefined || !('username' in credentials) ? {} : { [registry.host]: credentials };

  const answer = await client().exists(image(registry.host), auth);
  const resolution = await client().resolve(image(registry.host), auth);

  if (expected === 'absent') {
    expect(answer).toBe('absent');
    expect(resolution).toEqual({ kind: 'absent' });
  } else {
    const denied = String(expected).includes('these credentials') ? { denied: true } : {};
    expect(answer).toEqual({ unknown: expect.stringMatching(expected), ...denied });
    expect(resolution).toMatchObject({ kind: 'unknown', reason: expect.stringMatching(expected) });
  }
});

test.each([
  [403, 0],
  [429, 2],
  [503, 2],
])('a %d is unknown, after %d more tries', async (status, retries) => {
  slept.length = 0;
  await using registry = await fakeRegistry({
    before: (_, response) => (response.writeHead(status).end(), true),
  });
  expect(await client().exists(image(registry.host), {})).toEqual({ unknown: `it answered ${status}` });
  expect(registry.requests).toHaveLength(retries + 1);
  expect(slept).toHaveLength(retries);
});

test('a 403 to credentials that the registry took is a denial', async () => {
  await using registry = await fakeRegistry({
    login: 'basic',
    accepts: 'ada:pa:ss',
    before: ({ headers }, response) =>
      headers.authorization !== undefined && (response.writeHead(403).end(), true),
  });
  expect(await client().exists(image(registry.host), { [registry.host]: ada })).toEqual({
    unknown: 'it answered 403',
    denied: true,
  });
});

test('what one login was granted is not another one’s', async () => {
  await using registry = await fakeRegistry({ login: 'bearer', accepts: 'ada:pa:ss' });
  registry.manifests.set('app:v1', manifest);
  const registryOf = client();
  expect(await registryOf.exists(image(registry.host), { [registry.host]: ada })).toBe('found');
  const bob = { username: 'bob', password: 'x' };
  expect(await registryOf.exists(image(registry.host), { [registry.host]: bob })).toMatchObject({
    denied: true,
  });
});

test('a busy moment passes', async () => {
  let busy = true;
  await using registry = await fakeRegistry({
    before: (_, response) => {
      if (!busy) return false;
      busy = false;
      response.destroy();
      return true;
    },
  });
  registry.manifests.set('app:v1', manifest);
  expect(await client().exists(image(registry.host), {})).toBe('found');
});

test('nothing listening, and nobody answering, are unknown', async () => {
  const { server, address } = await listen(() => {});
  const host = `127.0.0.1:${address.port}`;
  const silent = await client({ timeout: 50 }).exists(image(host), {});
  await stop(server);
  expect(silent).toEqual({ unknown: 'unreachable: no answer within 0.05 s' });
  expect(await client().exists(image(host), {})).toEqual({
    unknown: expect.stringContaining('ECONNREFUSED'),
  });
});

test('an index resolves to its platforms and their configs; attestations are left out', async () => {
  await using registry = await fakeRegistry();
  const other = JSON.stringify({ schemaVersion: 2, config: { digest: digestOf('other') } });
  const index = JSON.stringify({
    manifests: [
      { digest: digestOf(manifest), platform: { os: 'linux', architecture: 'amd64' } },
      { digest: digestOf(other), platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
      { digest: digestOf('not mirrored'), platform: { os: 'windows', architecture: 'amd64' } },
      {
        digest: digestOf('attestation'),
        annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
      },
    ],
  });
  for (const text of [index, manifest, other]) registry.manifests.set(`app:${digestOf(text)}`, text);

  expect(await client().resolve(image(registry.host, { digest: digestOf(index) }), {})).toEqual({
    kind: 'found',
    image: {
      digest: digestOf(index),
      platforms: [
        { digest: digestOf(manifest), platform: 'linux/amd64' },
        { digest: digestOf(other), platform: 'linux/arm64/v8' },
        { digest: digestOf('not mirrored'), platform: 'windows/amd64' },
      ],
      configs: [config, digestOf('other')],
    },
  });
});

test('bytes that are not those of the digest are not believed', async () => {
  await using registry = await fakeRegistry();
  registry.manifests.set(`app:${digestOf('asked')}`, manifest);
  expect(await client().resolve(image(registry.host, { digest: digestOf('asked') }), {})).toEqual({
    kind: 'unknown',
    reason: 'it served other bytes than asked for',
  });
});

test('a redirect to another host is followed without the credentials; one to plain http is not', async () => {
  await using target = await fakeRegistry();
  target.manifests.set('app:v1', manifest);
  const redirecting = (location: string) =>
    fakeRegistry({
      login: 'basic',
      accepts: 'ada:pa:ss',
      before: ({ headers }, response) => {
        if (headers.authorization === undefined) return false;
        response.writeHead(307, { location }).end();
        return true;
      },
    });
  await using good = await redirecting(`http://${target.host}/v2/app/manifests/v1`);
  await using bad = await redirecting('http://registry.invalid/v2/app/manifests/v1');

  expect(await client().exists(image(good.host), { [good.host]: ada })).toBe('found');
  expect(target.requests).toEqual(['HEAD /v2/app/manifests/v1']);
  expect(await client().exists(image(bad.host), { [bad.host]: ada })).toEqual({
    unknown: 'unreachable: it sends us to http://registry.invalid, which is not https',
  });
});

test('an answer without end is cut', async () => {
  await using registry = await fakeRegistry({
    before: (_, response) => (response.end(Buffer.alloc(5 * 1024 * 1024)), true),
  });
  expect(await client().resolve(image(registry.host), {})).toEqual({
    kind: 'unknown',
    reason: 'unreachable: its answer is longer than 4 MiB',
  });
});

describeTls('https: the given authority is trusted, beside the usual ones', async (host) => {
  const options = { plainHttp: () => false };
  expect(await client({ ...options, ca: pem('self-signed.crt') }).exists(image(host), {})).toBe('found');
  expect(await client(options).exists(image(host), {})).toEqual({
    unknown: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
  });
});

describeTls('https through a proxy', async (host) => {
  const asked: string[] = [];
  const proxy = createServer().on('connect', ({ url = '' }, socket) => {
    asked.push(url);
    const [, port] = host.split(':');
    const upstream = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;

  // The name is known to the proxy alone; the certificate is for another, so the tunnel is all that works.
  const answer = await client({
    proxy: { HTTPS_PROXY: `http://127.0.0.1:${port}` },
    ca: pem('self-signed.crt'),
  }).exists(image('registry.invalid:443'), {});
  await stop(proxy);

  expect(asked).toEqual(['registry.invalid:443']);
  expect(answer).toEqual({ unknown: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID') });
});

function describeTls(name: string, body: (host: string) => Promise<void>): void {
  test(name, async () => {
    const keys = { key: pem('self-signed.key'), cert: pem('self-signed.crt') };
    const server = createTlsServer(keys, (_, response) => response.writeHead(200).end(manifest));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await body(`localhost:${(server.address() as AddressInfo).port}`);
    } finally {
      await stop(server);
    }
  });
}
