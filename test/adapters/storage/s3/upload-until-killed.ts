/** Stores two parts, says so, and waits to be killed: a program, for a test. */
import type { StorageServer } from '../../../../sandbox/storage/server.ts';
import { MiB, storeOn, streamOf } from './stores.ts';

const order = JSON.parse(process.argv[2] ?? '{}') as StorageServer & { key: string };
async function* endless(): AsyncGenerator<Uint8Array> {
  yield* streamOf(40 * MiB);
  console.log('stored');
  await new Promise((resolve) => setTimeout(resolve, 600_000));
}
await storeOn(order, order.url).put(order.key, endless());
