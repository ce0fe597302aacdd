import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { urlOf } from '../../../../lib/adapters/storage/s3/address.ts';
import type { S3StorageOptions } from '../../../../lib/adapters/storage/s3/store.ts';
import type { Storage } from '../../../../lib/ports/storage.ts';
import { keysOf, MiB, storeOn, streamOf } from './stores.ts';

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Answers as told, and notes what it was asked. */
async function server(answer: (asked: Asked, response: ServerResponse) => void) {
  const asked: Asked[] = [];
  const listening = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    request.resume().once('end', () => {
      asked.push({ method, url, headers });
      answer({ method, url, headers }, response);
    });
  });
  await new Promise<void>((ready) => listening.listen(0, '127.0.0.1', ready));
  stops.push(() => listening.close().closeAllConnections());
  return { asked, url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}` };
}

const store = (url: string, options: Partial<S3StorageOptions> = {}): Storage =>
  storeOn(
    { region: 'eu-test-1', bucket: 'backups', accessKeyId: 'id', secretAccessKey: 'secret' },
    url,
    options,
  );

const xml = (response: ServerResponse, body: string, status = 200): void =>
  void response.writeHead(status).end(`<?xml version="1.0"?>\n${body}`);

test.each([
  [true, 'a b/c+(d).x', 'https://s3.test/backups/a%20b/c%2B%28d%29.x?uploadId=a%2Fb%20c'],
  [true, '', 'https://s3.test/backups?uploadId=a%2Fb%20c'],
  [false, 'a/ä', 'https://backups.s3.test/a/%C3%A4?uploadId=a%2Fb%20c'],
  [false, '', 'https://backups.s3.test/?uploadId=a%2Fb%20c'],
])('path-style %s: %j', (pathStyle, key, url) => {
  const service = { endpoint: new URL('https://s3.test'), region: 'r', pathStyle };
  const place = { kind: 's3', bucket: 'backups', prefix: '' } as const;
  expect(urlOf(place, service, key, { uploadId: 'a/b c' }).href).toBe(url);
});

test('a redirect is not followed: nobody else is shown a signature, and the region is told', async () => {
  const elsewhere = await server((_, response) => response.end());
  const { url } = await server((_, response) =>
    response
      .writeHead(301, { location: elsewhere.url, 'x-amz-bucket-region': 'eu-west-9' })
      .end('<Error><Code>PermanentRedirect</Code></Error>'),
  );
  for (const work of [
    () => store(url).put('a', streamOf(1)),
    () => store(url).get('a'),
    () => store(url).head('a'),
  ])
    await expect(work()).rejects.toMatchObject({ remedy: expect.stringContaining('set region: eu-west-9') });
  expect(elsewhere.asked).toEqual([]);
});

test('the session token, the encryption and the condition go with what is written', async () => {
  const { url, asked } = await server(({ method, headers }, response) => {
    if (method === 'GET') return xml(response, '<ListBucketResult/>');
    const mark = asked.find((one) => one.method === 'PUT')?.headers['x-amz-meta-slipway-upload'] ?? '';
    if (method === 'HEAD')
      return void response.writeHead(200, { 'content-length': 5, 'x-amz-meta-slipway-upload': mark }).end();
    return void response.writeHead(headers['content-length'] === '5' ? 200 : 400).end();
  });
  const storage = store(url, {
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'lent' },
    encryption: { kind: 'aws:kms', keyId: 'alias/backups' },
  });
  await (await storage.put('a', streamOf(5))).finish();
  expect(asked.find(({ method }) => method === 'PUT')?.headers).toMatchObject({
    'x-amz-security-token': 'lent',
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'alias/backups',
    'if-none-match': '*',
    'content-md5': expect.stringMatching(/^.{22}==$/),
    authorization: expect.stringMatching(/SignedHeaders=content-md5;host;.*x-amz-content-sha256/),
  });
});

test('a storage that does not know conditions is asked without, after a look', async () => {
  let isStored = false;
  const { url, asked } = await server(({ method, headers }, response) => {
    if (method === 'GET') return xml(response, isStored ? '' : '<ListBucketResult/>', isStored ? 404 : 200);
    if (method === 'HEAD')
      return void response.writeHead(isStored ? 200 : 404, { 'content-length': 5 }).end();
    if (headers['if-none-match'] !== undefined)
      return xml(response, '<Error><Code>NotImplemented</Code></Error>', 501);
    isStored = true;
    return void response.end();
  });
  expect(await (await store(url).put('a', streamOf(5))).finish()).toMatchObject({ key: 'a', bytes: 5 });
  expect(asked.filter(({ method }) => method === 'PUT')).toHaveLength(2);
});

test('a write whose answer is lost is known by its mark, and not taken for another’s', async () => {
  let mark: string | undefined;
  const { url, asked } = await server(({ method, headers }, response) => {
    if (method === 'GET') return xml(response, '<ListBucketResult/>');
    if (method === 'PUT') {
      if (mark !== undefined) return void response.writeHead(412).end();
      mark = String(headers['x-amz-meta-slipway-upload']);
      return void response.destroy();
    }
    const found = { 'content-length': 5, 'x-amz-meta-slipway-upload': mark };
    return void response.writeHead(200, found).end();
  });
  expect(await (await store(url).put('a', streamOf(5))).finish()).toMatchObject({ key: 'a', bytes: 5 });
  expect(asked.filter(({ method }) => method === 'DELETE')).toEqual([]);
});

test('what the storage has in the end is not what was sent: it is removed, and said', async () => {
  const { url, asked } = await server(({ method }, response) => {
    if (method === 'GET') return xml(response, '<ListBucketResult/>');
    return void response.writeHead(200, method === 'HEAD' ? { 'content-length': 4 } : {}).end();
  });
  await expect((await store(url).put('a', streamOf(5))).finish()).rejects.toThrow(/4 bytes instead of 5/);
  expect(asked.at(-1)).toMatchObject({ method: 'DELETE', url: '/backups/shop/a' });
});

test('a listing that leads to itself, or cannot be read, is no listing', async () => {
  const truncated = '<ListBucketResult><IsTruncated>true</IsTruncated>';
  for (const body of [
    `${truncated}<NextContinuationToken>a</NextContinuationToken></ListBucketResult>`,
    `${truncated}</ListBucketResult>`,
    '<ListBucketResult><Cont',
    '<!DOCTYPE x [<!ENTITY e "evil">]><ListBucketResult>&e;</ListBucketResult>',
  ]) {
    const { url } = await server((_, response) => xml(response, body));
    await expect(keysOf(store(url))).rejects.toThrow(/its answer cannot be read/);
  }
});

test('keys that XML cannot hold are read where the storage encodes them', async () => {
  const body =
    '<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>shop/a+b%2Bc%01</Key><Size>3</Size></Contents></ListBucketResult>';
  const { url } = await server((_, response) => xml(response, body));
  expect(await keysOf(store(url))).toEqual(['a b+c\u0001']);
});

test('an upload that begins without a name, and a part without an ETag, are failures', async () => {
  const nameless = await server(({ method }, response) =>
    xml(response, method === 'GET' ? '<ListBucketResult/>' : '<InitiateMultipartUploadResult/>'),
  );
  await expect(store(nameless.url).put('a', streamOf(9 * MiB))).rejects.toThrow(/named no upload/);
  const unmarked = await server(({ method, url }, response) => {
    if (method === 'GET' && url.includes('uploadId'))
      return xml(response, '<Error><Code>NoSuchUpload</Code></Error>', 404);
    return xml(response, method === 'POST' ? '<R><UploadId>u</UploadId></R>' : '<ListBucketResult/>');
  });
  await expect(store(unmarked.url).put('a', streamOf(9 * MiB))).rejects.toThrow(/gave no ETag/);
  expect(unmarked.asked.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
});

test('a cancel that came before anything', async () => {
  const { url, asked } = await server((_, response) => response.end());
  const storage = store(url, { signal: AbortSignal.abort(new Error('the run was cancelled')) });
  await expect(storage.put('a', streamOf(1))).rejects.toThrow('the run was cancelled');
  await expect(storage.get('a')).rejects.toThrow('the run was cancelled');
  expect(asked).toEqual([]);
});

const archived: [Record<string, string>, string | undefined][] = [
  [{ 'x-amz-storage-class': 'GLACIER' }, 'GLACIER'],
  [{ 'x-amz-storage-class': 'DEEP_ARCHIVE' }, 'DEEP_ARCHIVE'],
  [{ 'x-amz-storage-class': 'GLACIER_IR' }, undefined],
  [{ 'x-amz-storage-class': 'STANDARD_IA' }, undefined],
  [
    { 'x-amz-storage-class': 'INTELLIGENT_TIERING', 'x-amz-archive-status': 'ARCHIVE_ACCESS' },
    'ARCHIVE_ACCESS',
  ],
  [{ 'x-amz-storage-class': 'GLACIER', 'x-amz-restore': 'ongoing-request="true"' }, 'GLACIER'],
  [
    { 'x-amz-storage-class': 'GLACIER', 'x-amz-restore': 'ongoing-request="false", expiry-date="Fri"' },
    undefined,
  ],
  [{}, undefined],
];
test.each(archived)(
  'of an object with %j it is told that it lies in an archive: %s',
  async (headers, said) => {
    const { url } = await server((_, response) =>
      response.writeHead(200, { 'content-length': 5, ...headers }).end(),
    );
    expect((await store(url).head('a'))?.archived).toBe(said);
  },
);

test('what lies in an archive is refused with the way out of it, not with a permission', async () => {
  const { url } = await server((_, response) =>
    xml(response, '<Error><Code>InvalidObjectState</Code><Message>no</Message></Error>', 403),
  );
  await expect(store(url).get('a')).rejects.toMatchObject({
    message: expect.stringContaining('InvalidObjectState'),
    remedy: expect.stringContaining('restore it from the archive first'),
  });
});
