/** Copies one large blob between two registries and prints by how much this process grew: a program, for a test. */
import { createHash } from 'node:crypto';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { registryStore } from '../../../lib/adapters/registry/store.ts';

const [from = '', to = '', digest = '', size = '0'] = process.argv.slice(2);
const store = registryStore({ proxy: {}, clock: systemClock, loginFor: async () => undefined });
createHash('sha256').update('warm').digest();
const start = process.memoryUsage.rss();
let peak = start;
const watching = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
const begun = performance.now();
const copy = await store.copyBlob(
  { mediaType: 'application/octet-stream', digest, size: Number(size) },
  { registry: from, repository: 'large/blob' },
  { registry: to, repository: 'large/blob' },
);
clearInterval(watching);
console.log(JSON.stringify({ ...copy, grownBy: peak - start, milliseconds: performance.now() - begun }));
process.exit(0);
