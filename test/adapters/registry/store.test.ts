import { expect, test } from '@jest/globals';
import { nextPage } from '../../../lib/adapters/registry/pages.ts';
import { ImmutableTagError } from '../../../lib/domain/oci/refusal.ts';
import { fakeUploads } from './fake-uploads.ts';
import type { Before } from './fake-uploads.ts';
import {
  blobOf,
  fakeClock,
  imageType,
  indexType,
  manifestOf,
  repository,
  someBytes,
  storeOf,
} from './stored.ts';

const manifest = manifestOf({ layers: [] });
const other = manifestOf({ layers: [], annotations: { other: 'yes' } });
const app = (host: string) => repository(host, 'app');
const refusing =
  (status: number, code = '', message = ''): Before =>
  (_, response) => {
    response.writeHead(status).end(JSON.stringify({ errors: [{ code, message }] }));
    return true;
  };

test.each([
  [
    'ECR',
    400,
    'TAG_INVALID',
    "The image tag 'v1' already exists in the 'app' repository and cannot be overwritten because the tag is immutable.",
  ],
  ['Harbor', 412, 'PRECONDITION', "Failed to process request due to 'v1' configured as immutable."],
  ['ECR’s own word', 400, 'ImageTagAlreadyExistsException', ''],
  ['others', 409, '', ''],
])('%s: an immutable tag is named, and asked for once', async (_, status, code, message) => {
  await using registry = await fakeUploads(refusing(status, code, message));
  const put = storeOf().putManifest({ ...app(registry.host), tag: 'v1' }, manifest);
  await expect(put).rejects.toThrow(ImmutableTagError);
  await expect(put).rejects.toThrow('did not store tag v1: the tag exists and is immutable there');
  expect(registry.requests).toHaveLength(1);
});

test('a tag that is no tag is not taken for an immutable one', async () => {
  await using registry = await fakeUploads(refusing(400, 'TAG_INVALID', 'manifest tag did not match URI'));
  const put = storeOf().putManifest({ ...app(registry.host), tag: 'v1' }, manifest);
  await expect(put).rejects.not.toBeInstanceOf(ImmutableTagError);
});

test('a registry that rewrites manifests is found out', async () => {
  await using registry = await fakeUploads(({ method }, response) => {
    if (method === 'PUT') response.writeHead(201, { 'docker-content-digest': other.digest }).end();
    return method === 'PUT';
  });
  await expect(storeOf().putManifest({ ...app(registry.host), tag: 'v1' }, manifest)).rejects.toMatchObject({
    message: `${registry.host} stored another manifest than was sent`,
    details: [
      ['sent', manifest.digest],
      ['stored', other.digest],
    ],
  });
});

test('a registry that does not say what it stored is asked', async () => {
  await using registry = await fakeUploads(({ method, content }, response) => {
    if (method !== 'PUT') return false;
    registry.manifests.set('v1', content);
    response.writeHead(201).end();
    return true;
  });
  await storeOf().putManifest({ ...app(registry.host), tag: 'v1' }, manifest);
  expect(registry.requests.at(-1)).toBe('HEAD /v2/app/manifests/v1');
});

test('a registry whose HEAD does not tell the digest is asked for the manifest', async () => {
  await using registry = await fakeUploads(({ method }, response) => {
    if (method === 'HEAD') response.writeHead(200).end();
    return method === 'HEAD';
  });
  registry.manifests.set('v1', Buffer.from(manifest.bytes));
  expect(await storeOf().head({ ...app(registry.host), tag: 'v1' })).toEqual({
    mediaType: imageType,
    digest: manifest.digest,
    size: manifest.bytes.length,
  });
});

test('other bytes than the digest that was asked for are asked for once more, then named', async () => {
  await using registry = await fakeUploads();
  registry.manifests.set(manifest.digest, Buffer.from(other.bytes));
  await expect(storeOf().manifest({ ...app(registry.host), digest: manifest.digest })).rejects.toMatchObject({
    message: `${registry.host} serves other bytes than asked for`,
    details: [
      ['asked for', manifest.digest],
      ['served', other.digest],
    ],
  });
  expect(registry.requests).toHaveLength(2);
});

test('a manifest beyond 4 MiB is not read', async () => {
  await using registry = await fakeUploads((_, response) => (response.end(Buffer.alloc(5_000_000)), true));
  const read = storeOf().manifest({ ...app(registry.host), tag: 'v1' });
  await expect(read).rejects.toThrow('its answer is longer than 4 MiB');
});

test.each([
  ['never a second time for 401', 401, 1],
  ['nor for 403', 403, 1],
  ['nor for 405', 405, 1],
  ['again for 503', 503, 5],
])('%s', async (_, status, times) => {
  await using registry = await fakeUploads(refusing(status));
  await expect(storeOf().head({ ...app(registry.host), tag: 'v1' })).rejects.toThrow(String(status));
  expect(registry.requests).toHaveLength(times);
});

test('a registry that asks for more patience than there is: said as it is', async () => {
  const clock = fakeClock();
  await using registry = await fakeUploads((_, response) => {
    response.writeHead(429, { 'retry-after': '900' }).end();
    return true;
  });
  await expect(storeOf({ clock }).tags(app(registry.host))).rejects.toThrow(
    'did not list the tags: it answered 429 and asks to come back in 900 s; with a login the limit is higher',
  );
  expect(clock.slept).toEqual([]);
});

test('nobody there', async () => {
  const registry = await fakeUploads();
  await registry[Symbol.asyncDispose]();
  await expect(storeOf().tags(app(registry.host))).rejects.toMatchObject({
    name: 'UnreachableError',
    message: expect.stringContaining(`${registry.host} could not be reached to list the tags: `),
  });
});

const descriptor = { ...blobOf(someBytes(10), imageType), artifactType: 'application/x' };
const index = (...manifests: object[]) => Buffer.from(JSON.stringify({ mediaType: indexType, manifests }));

test('referrers come in pages, by a relative Link', async () => {
  const second = { ...descriptor, digest: other.digest };
  await using registry = await fakeUploads(({ url = '' }, response) => {
    const isSecond = url.includes('page=2');
    const link = { link: `</v2/app/referrers/${manifest.digest}?page=2>; rel="next"` };
    response.writeHead(200, isSecond ? {} : link).end(index(isSecond ? second : descriptor));
    return true;
  });
  expect(await storeOf().referrers(app(registry.host), manifest.digest)).toEqual([descriptor, second]);
});

test.each([
  ['404', 404, ''],
  ['405, as ECR', 405, ''],
  ['a web page', 200, '<html>'],
])('no referrers API (%s): the fallback tag', async (_, status, body) => {
  await using registry = await fakeUploads(({ url = '' }, response) => {
    const isApi = url.includes('/referrers/');
    if (isApi) response.writeHead(status).end(body);
    return isApi;
  });
  registry.manifests.set(manifest.digest.replace(':', '-'), index(descriptor, { nonsense: true }));
  expect(await storeOf().referrers(app(registry.host), manifest.digest)).toEqual([descriptor]);
});

test('a list whose pages lead in a circle ends', async () => {
  await using registry = await fakeUploads(({ headers }, response) => {
    const link = `<http://${headers.host}/v2/app/tags/list?n=1000>; rel=next`;
    response.writeHead(200, { link }).end(JSON.stringify({ tags: ['a', 'b'] }));
    return true;
  });
  expect(await storeOf().tags(app(registry.host))).toEqual(['a', 'b']);
});

test.each([
  ['</v2/a/tags/list?last=b>; rel="next"', 'https://r.example/v2/a/tags/list?last=b'],
  ['<?last=b>;rel=next', 'https://r.example/v2/a/tags/list?last=b'],
  ['<https://x.example/1>; rel="prev", <https://x.example/2>; title="t"; rel="next"', 'https://x.example/2'],
  ['<https://x.example/1>; rel="prev"', undefined],
  [undefined, undefined],
])('Link %s', (link, expected) => {
  expect(nextPage(new URL('https://r.example/v2/a/tags/list?n=1'), link)?.href).toBe(expected);
});

test('a refresh token of docker login is exchanged as docker does', async () => {
  let form = '';
  await using registry = await fakeUploads(({ url = '', method, headers, content }, response) => {
    if (url.startsWith('/token')) {
      form = `${method} ${content.toString()}`;
      response.end(JSON.stringify({ access_token: 'fresh' }));
    } else if (headers.authorization === 'Bearer fresh') return false;
    else {
      const challenge = `Bearer realm="http://${headers.host}/token",service="acr.example"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    }
    return true;
  });
  const login = {
    username: '00000000-0000-0000-0000-000000000000',
    password: '',
    identityToken: 'refresh me',
  };
  await storeOf({ loginFor: async () => login }).head({ ...app(registry.host), tag: 'v1' });
  expect(form).toBe(
    'POST grant_type=refresh_token&client_id=slipway&service=acr.example&scope=repository%3Aapp%3Apull&refresh_token=refresh+me',
  );
});
