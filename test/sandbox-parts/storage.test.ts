import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from '@jest/globals';
import { AwsV4Signer } from 'aws4fetch';
import { startGofakes3 } from '../../sandbox/storage/gofakes3.ts';
import type { StorageServer } from '../../sandbox/storage/server.ts';
import { startStorageProxy } from '../../sandbox/storage/storage-proxy.ts';
import { startVersitygw } from '../../sandbox/storage/versitygw.ts';
import { leftOf } from './images.ts';
import { statusOf } from './running.ts';
import { toolPath } from './tools.ts';

beforeAll(async () => {
  for (const name of ['versitygw', 'gofakes3'] as const) await toolPath(name);
}, 600_000);

/** By another client than the one that is tested with these parts. */
async function ask(server: StorageServer, method: string, path: string, base = server.url, body?: string) {
  const url = `${base}/${server.bucket}${path}`;
  const { accessKeyId, secretAccessKey, region } = server;
  const signer = new AwsV4Signer({ method, url, accessKeyId, secretAccessKey, region, service: 's3' });
  const { headers } = await signer.sign();
  const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  return { status: answer.status, text: await answer.text() };
}

test.each([
  ['versitygw', startVersitygw],
  ['gofakes3', startGofakes3],
])('%s: takes and gives an object, and leaves nothing', async (_, start) => {
  const server = await start();
  const content = randomUUID();
  expect(await ask(server, 'PUT', '/a/b', server.url, content)).toMatchObject({ status: 200 });
  expect(await ask(server, 'GET', '/a/b')).toEqual({ status: 200, text: content });
  expect((await ask(server, 'GET', '/?list-type=2&prefix=a')).text).toContain('<Key>a/b</Key>');

  await server.stop();
  expect(leftOf(server.directory)).toEqual([]);
  expect(await statusOf(server.url)).toBe(0);
});

test('versitygw keeps each object in a file of its own, and wants a right signature', async () => {
  await using server = await startVersitygw();
  await ask(server, 'PUT', '/a/b', server.url, 'content');
  expect(await readFile(server.fileOf('a/b'), 'utf8')).toBe('content');
  expect(await ask({ ...server, secretAccessKey: 'wrong' }, 'GET', '/a/b')).toMatchObject({ status: 403 });
});

test('through the proxy signatures hold, and it speaks as S3 does: by path, query and status', async () => {
  await using server = await startVersitygw();
  await using proxy = await startStorageProxy(server);
  await ask(server, 'PUT', '/a', proxy.url, 'content');
  const failing = { path: '*', query: 'x=1*', times: 0 };
  proxy.fail({ ...failing, fault: { kind: 'status', status: 503 } });
  expect(await ask(server, 'GET', '/a', proxy.url)).toEqual({ status: 200, text: 'content' });
  const busy = await ask(server, 'GET', '/a?x=12', proxy.url);
  expect(busy).toMatchObject({ status: 503, text: expect.stringContaining('<Error><Code>SlowDown</Code>') });
  proxy.heal();
  proxy.fail({ ...failing, fault: { kind: 'status', status: 200, message: 'KMS.Disabled: it is off' } });
  const hidden = await ask(server, 'GET', '/a?x=1', proxy.url);
  expect(hidden).toMatchObject({
    status: 200,
    text: expect.stringContaining('<Code>KMS.Disabled</Code><Message>it is off</Message>'),
  });
});
