/** Stores and reads back one large object, and prints by how much this process grew meanwhile: a program, for a test. */
import { createHash } from 'node:crypto';
import type { StorageServer } from '../../../../sandbox/storage/server.ts';
import { MiB, storeOn } from './stores.ts';

const { size, chunkSize, ...server } = JSON.parse(process.argv[2] ?? '{}') as StorageServer & {
  size: number;
  chunkSize: number;
};
/**
 * Slices of 64 KiB buffers: who keeps the slices keeps the buffers (aws-sdk-js-v3#8286). With whole ones it is the same
 * buffer again and again, so that what grows is the uploader; else each is new, and waits for the garbage collector.
 */
async function* slices(): AsyncGenerator<Uint8Array> {
  const whole = 64 * 1024;
  const same = Buffer.alloc(whole, 'slipway');
  for (let at = 0; at < size; at += chunkSize)
    yield chunkSize === whole ? same : Buffer.alloc(whole, at / chunkSize).subarray(0, chunkSize);
}
createHash('sha256').update(createHash('md5').update('warm').digest()).digest();
const storage = storeOn(server, server.url, { timeout: 120_000 });
await (await storage.put(`warm-${chunkSize}`, slicesOf(9 * MiB))).finish();
async function* slicesOf(bytes: number): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(bytes);
}

const start = process.memoryUsage.rss();
let peak = start;
const watching = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 10);
const begun = performance.now();
const upload = await storage.put(`large-${chunkSize}`, slices());
const object = await upload.finish();
const sentBy = peak;
const milliseconds = performance.now() - begun;
const download = await storage.get(`large-${chunkSize}`);
for await (const _ of download?.bytes ?? slicesOf(0));
clearInterval(watching);
console.log(
  JSON.stringify({
    bytes: object.bytes,
    sent: upload.account,
    read: download?.account(),
    grownBySending: sentBy - start,
    grownBy: peak - start,
    milliseconds,
  }),
);
process.exit(0);
