import { transport } from '../../lib/adapters/http/transport.ts';
import { s3Api } from '../../lib/adapters/storage/s3/api.ts';
import { listUploads } from '../../lib/adapters/storage/s3/pages.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import type { StorageServer } from '../../sandbox/storage/server.ts';

/** What is neither finished nor given up below a prefix, asked of the store itself. */
export async function openUploads(store: StorageServer, prefix: string): Promise<string[]> {
  const api = s3Api({
    place: { kind: 's3', bucket: store.bucket, prefix },
    service: { endpoint: new URL(store.url), region: store.region, pathStyle: true },
    credentials: store,
    send: transport({ proxy: {}, timeout: 10_000, plainHttp: () => true }),
    patience: { clock: systemClock, random: Math.random, retries: 2, budget: 10_000 },
    signal: undefined,
  });
  const open: string[] = [];
  for await (const { key } of listUploads(api)) open.push(key);
  return open;
}
