/** Stores some of a stream, says so, and waits to be killed: a program, for a test. */
import type { SshServer } from '../../../../sandbox/ssh/server.ts';
import { MiB, streamOf } from '../s3/stores.ts';
import { storeAt } from './ports.ts';

const order = JSON.parse(process.argv[2] ?? '{}') as SshServer & { directory: string };
async function* endless(): AsyncGenerator<Uint8Array> {
  yield* streamOf(4 * MiB);
  console.log('stored');
  await new Promise((resolve) => setTimeout(resolve, 600_000));
}
await storeAt(order, order.directory).put('shop/dump', endless());
