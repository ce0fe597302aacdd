import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { fakeUploads } from './fake-uploads.ts';
import { blobOf, repository, someBytes, storeOf } from './stored.ts';

const bytes = someBytes(100_000);
const blob = blobOf(bytes);

/** A source with the blob, and a target. */
async function pair(
  before: { source?: Parameters<typeof fakeUploads>[0]; target?: Parameters<typeof fakeUploads>[0] } = {},
) {
  const source = await fakeUploads(before.source);
  const target = await fakeUploads(before.target);
  source.blobs.set(blob.digest, bytes);
  return {
    source,
    target,
    from: repository(source.host, 'a'),
    to: repository(target.host, 'b'),
    [Symbol.asyncDispose]: async () => {
      await source[Symbol.asyncDispose]();
      await target[Symbol.asyncDispose]();
    },
  };
}

test('ask, begin, send, commit', async () => {
  await using way = await pair();
  expect(await storeOf().copyBlob(blob, way.from, way.to)).toEqual({ kind: 'copied', bytes: 100_000 });
  expect(way.target.requests).toEqual([
    `HEAD /v2/b/blobs/${blob.digest}`,
    'POST /v2/b/blobs/uploads/',
    'PATCH /v2/b/blobs/uploads/1 100000 bytes',
    'PUT /v2/b/blobs/uploads/1',
  ]);
  expect(way.target.blobs.get(blob.digest)).toEqual(bytes);
});

test('a mount that is answered 202: the upload that came with it is used', async () => {
  await using registry = await fakeUploads();
  const [from, to] = [repository(registry.host, 'a'), repository(registry.host, 'b')];
  let asked = '';
  await using target = await fakeUploads(({ method, url = '' }, response) => {
    if (method === 'POST') asked = url;
    if (method === 'GET' && url.includes('/blobs/sha256')) response.writeHead(200).end(bytes);
    return method === 'GET' && url.includes('/blobs/sha256');
  });
  const [there, here] = [
    { ...from, registry: target.host },
    { ...to, registry: target.host },
  ];
  expect(await storeOf().copyBlob(blob, there, here)).toEqual({ kind: 'copied', bytes: 100_000 });
  expect(new URL(asked, 'http://any').searchParams.get('from')).toBe('a');
  expect(target.requests.filter((each) => each.startsWith('POST'))).toHaveLength(1);
});

test.each([403, 404, 405])('a mount that is answered %d: an upload of its own', async (status) => {
  await using registry = await fakeUploads(({ method, url = '' }, response) => {
    const isBlob = url.includes('/a/blobs/sha256');
    if (isBlob) response.writeHead(200).end(bytes);
    const isMount = method === 'POST' && url.includes('mount=');
    if (isMount) response.writeHead(status).end();
    return isBlob || isMount;
  });
  const [from, to] = [repository(registry.host, 'a'), repository(registry.host, 'b')];
  expect(await storeOf().copyBlob(blob, from, to)).toMatchObject({ kind: 'copied' });
});

test('many at once, from a registry into itself that breaks each off: none takes another’s last connection', async () => {
  const many = Array.from({ length: 20 }, () => someBytes(200_000));
  const broken = new Set<string>();
  // It has them all, and mounts none.
  await using registry = await fakeUploads(({ method, url = '' }, response) => {
    if (method === 'HEAD') response.writeHead(404).end();
    const breaks = method === 'GET' && url.includes('/sha256:') && !broken.has(url);
    if (breaks) response.destroy();
    if (breaks) broken.add(url);
    return method === 'HEAD' || breaks;
  });
  for (const each of many) registry.blobs.set(blobOf(each).digest, each);
  const [from, to] = [repository(registry.host, 'a'), repository(registry.host, 'b')];
  const store = storeOf();
  const copies = await Promise.all(many.map((each) => store.copyBlob(blobOf(each), from, to)));
  expect(copies).toEqual(many.map(() => ({ kind: 'copied', bytes: 200_000 })));
});

test('the upload’s address may be on another server, which does not see the login', async () => {
  const seen: (string | undefined)[] = [];
  await using storage = await fakeUploads(({ headers }) => (seen.push(headers.authorization), false));
  await using way = await pair({
    target: ({ method, headers }, response) => {
      if (method === 'POST')
        response.writeHead(202, { location: `http://${storage.host}/uploads/7?signed=x` });
      else if (headers.authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' });
      else response.writeHead(404);
      response.end();
      return true;
    },
  });
  const store = storeOf({
    loginFor: async ({ registry }) =>
      registry === way.target.host ? { username: 'ada', password: 'secret' } : undefined,
  });
  await store.copyBlob(blob, way.from, way.to);
  expect(seen).toEqual([undefined, undefined]);
  expect(storage.blobs.get(blob.digest)).toEqual(bytes);
});

test('blobs that lie in a storage elsewhere are fetched there without the login', async () => {
  const seen: (string | undefined)[] = [];
  await using storage = await fakeUploads(({ headers }, response) => {
    seen.push(headers.authorization);
    response.end(bytes);
    return true;
  });
  await using way = await pair({
    source: ({ headers }, response) => {
      if (headers.authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' });
      else response.writeHead(307, { location: `http://${storage.host}/sha256/data` });
      response.end();
      return true;
    },
  });
  const store = storeOf({
    loginFor: async ({ registry }) =>
      registry === way.source.host ? { username: 'ada', password: 'secret' } : undefined,
  });
  expect(await store.copyBlob(blob, way.from, way.to)).toMatchObject({ kind: 'copied' });
  expect(seen).toEqual([undefined]);
});

test('a commit whose answer is lost has been made all the same', async () => {
  let lost = false;
  await using way = await pair({
    target: ({ method }, response) => {
      if (method !== 'PUT') return false;
      way.target.blobs.set(blob.digest, bytes);
      if (lost) response.writeHead(404).end(JSON.stringify({ errors: [{ code: 'BLOB_UPLOAD_UNKNOWN' }] }));
      else response.destroy();
      lost = true;
      return true;
    },
  });
  expect(await storeOf().copyBlob(blob, way.from, way.to)).toMatchObject({ kind: 'copied' });
});

test('all had arrived, only the answer was lost: nothing is sent again', async () => {
  await using way = await pair({
    target: async ({ method, headers, content, url = '' }, response, nth) => {
      if (method !== 'PATCH' || nth !== 3) return false;
      await fetch(`http://${headers.host}${url}`, { method: 'PATCH', body: new Uint8Array(content) });
      response.destroy();
      return true;
    },
  });
  expect(await storeOf().copyBlob(blob, way.from, way.to)).toEqual({ kind: 'copied', bytes: 100_000 });
  expect(way.source.requests).toHaveLength(1);
});

test('a token that ends under an upload is renewed, and the upload goes on', async () => {
  let token = 1;
  await using way = await pair({
    target: ({ method, url = '', headers }, response) => {
      if (url.startsWith('/token')) return (response.end(JSON.stringify({ token: `t${token}` })), true);
      if (method === 'PATCH' && token === 1) token = 2;
      if (headers.authorization === `Bearer t${token}`) return false;
      const realm = `http://${headers.host}/token`;
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="s"` }).end();
      return true;
    },
  });
  expect(await storeOf().copyBlob(blob, way.from, way.to)).toMatchObject({ kind: 'copied' });
  expect(way.target.requests.filter((each) => each.includes('/token'))).toHaveLength(2);
});

test.each([
  ['goes on where it broke', true],
  ['knows no ranges: its first bytes are passed over', false],
])('a source that breaks off, and %s', async (_, knowsRanges) => {
  const ranges: (string | undefined)[] = [];
  await using way = await pair({
    source: ({ headers: { range } }, response, nth) => {
      ranges.push(range);
      if (nth === 1) {
        response.writeHead(200, { 'content-length': bytes.length });
        response.write(bytes.subarray(0, 60_000), () => setTimeout(() => response.destroy(), 20));
      } else if (knowsRanges) {
        const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
        response.writeHead(206).end(bytes.subarray(Number(start), Number(end) + 1));
      } else return false;
      return true;
    },
  });
  expect(await storeOf().copyBlob(blob, way.from, way.to)).toEqual({ kind: 'copied', bytes: 100_000 });
  expect(way.target.blobs.get(blob.digest)).toEqual(bytes);
  expect(ranges).toEqual([undefined, 'bytes=60000-99999']);
});

test.each([
  ['shorter', bytes.subarray(0, 50_000)],
  ['longer', Buffer.concat([bytes, bytes])],
  ['other', someBytes(100_000)],
])('a source whose blob is %s: named, nothing committed, no upload left', async (_, served) => {
  await using way = await pair({ source: (__, response) => (response.end(served), true) });
  await expect(storeOf().copyBlob(blob, way.from, way.to)).rejects.toMatchObject({
    message: `${way.source.host} serves other bytes than asked for`,
    subject: `${way.source.host}/a`,
  });
  expect(way.target.blobs.size).toBe(0);
  expect(way.target.requests.filter((each) => each.startsWith('PUT'))).toEqual([]);
  expect(way.target.requests.at(-1)).toMatch(/^DELETE /);
});

test('a source that has lost the blob is named, and no upload is left', async () => {
  await using way = await pair();
  way.source.blobs.clear();
  await expect(storeOf().copyBlob(blob, way.from, way.to)).rejects.toMatchObject({
    subject: `${way.source.host}/a`,
    remedy: 'the repository points at it and does not have it: push the image again',
  });
  expect(way.target.requests.at(-1)).toMatch(/^DELETE /);
});

test('a cancelled copy gives its upload up', async () => {
  const cancel = new AbortController();
  await using way = await pair({
    target: async ({ method }, response) => {
      if (method !== 'PATCH') return false;
      cancel.abort(new Error('cancelled'));
      await once(response, 'close');
      return true;
    },
  });
  const copy = storeOf({ signal: cancel.signal }).copyBlob(blob, way.from, way.to);
  await expect(copy).rejects.toThrow('cancelled');
  expect(way.target.requests.at(-1)).toBe('DELETE /v2/b/blobs/uploads/1');
});

test('an upload that could not be taken up leaves neither the old one nor the new one', async () => {
  await using way = await pair({
    target: ({ method }, response, nth) => {
      if (method === 'GET') response.writeHead(404).end();
      // The first is cut; the one that follows it is refused.
      if (method === 'PATCH') response.writeHead(nth === 3 ? 503 : 403).end();
      return method === 'GET' || method === 'PATCH';
    },
  });
  await expect(storeOf().copyBlob(blob, way.from, way.to)).rejects.toThrow('it answered 403');
  expect(way.target.requests.filter((each) => each.startsWith('DELETE'))).toEqual([
    'DELETE /v2/b/blobs/uploads/1',
    'DELETE /v2/b/blobs/uploads/2',
  ]);
});

test('a failed copy is tried anew when it is asked for again', async () => {
  await using way = await pair();
  const store = storeOf();
  way.source.blobs.clear();
  await expect(store.copyBlob(blob, way.from, way.to)).rejects.toThrow('did not read blob');
  way.source.blobs.set(blob.digest, bytes);
  expect(await store.copyBlob(blob, way.from, way.to)).toMatchObject({ kind: 'copied' });
});

test('a source that falls silent is asked anew, and its silence is not taken for the target’s', async () => {
  await using way = await pair({
    source: (_, response, nth) => {
      if (nth > 1) return false;
      response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 60_000));
      return true;
    },
  });
  const copy = storeOf({ timeout: 200 }).copyBlob(blob, way.from, way.to);
  expect(await copy).toEqual({ kind: 'copied', bytes: 100_000 });
  expect(way.source.requests).toHaveLength(2);
  expect(way.target.requests.filter((each) => each.startsWith('PATCH'))).toHaveLength(1);
});

test('a target that falls silent is left, and asked where the upload stands', async () => {
  await using way = await pair({ target: ({ method }, _, nth) => method === 'PATCH' && nth === 3 });
  expect(await storeOf({ timeout: 200 }).copyBlob(blob, way.from, way.to)).toMatchObject({ kind: 'copied' });
  expect(way.target.requests).toContain('GET /v2/b/blobs/uploads/1');
});
