import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startVersitygw } from '../../../../sandbox/storage/versitygw.ts';
import type { Versitygw } from '../../../../sandbox/storage/versitygw.ts';
import { MiB } from './stores.ts';

let server: Versitygw;
beforeAll(async () => {
  server = await startVersitygw();
}, 600_000);
afterAll(() => server?.stop());

/** `grownBySending`, and `grownBy` with reading it back, in bytes. */
async function largeObject(size: number, chunkSize: number) {
  const { url, region, bucket, accessKeyId, secretAccessKey } = server;
  const order = { url, region, bucket, accessKeyId, secretAccessKey, size, chunkSize };
  const program = join(import.meta.dirname, 'upload-large.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(order)]);
  return JSON.parse(stdout) as {
    bytes: number;
    sent: object;
    read: object;
    grownBySending: number;
    grownBy: number;
  };
}

test('512 MiB are sent in less than 64 MB of memory: the buffers of four parts and what is on its way', async () => {
  const { bytes, sent, read, grownBySending, grownBy } = await largeObject(512 * MiB, 64 * 1024);
  expect(bytes).toBe(512 * MiB);
  expect(read).toEqual(sent);
  expect(grownBySending).toBeLessThan(64_000_000);
  // V8 lets some 64 MB of the socket's chunks lie before it collects them.
  expect(grownBy).toBeLessThan(128_000_000);
}, 600_000);

test('small slices of large buffers are not kept: 64 MiB of them hold 4 GiB', async () => {
  const { bytes, grownBySending } = await largeObject(64 * MiB, 1024);
  expect(bytes).toBe(64 * MiB);
  // Kept, they would hold 4 GiB; V8 lets up to 200 MB lie on a busy machine.
  expect(grownBySending).toBeLessThan(320_000_000);
}, 600_000);
