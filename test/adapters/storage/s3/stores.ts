/** What tests of the S3 adapter share: a store on a server, streams with known bytes, and what is left of uploads. */
import { createHash, randomUUID } from 'node:crypto';
import type { StorageServer } from '../../../../sandbox/storage/server.ts';
import { s3Storage } from '../../../../lib/adapters/storage/s3/store.ts';
import type { S3StorageOptions } from '../../../../lib/adapters/storage/s3/store.ts';
import { transport } from '../../../../lib/adapters/http/transport.ts';
import { s3Api } from '../../../../lib/adapters/storage/s3/api.ts';
import { listUploads } from '../../../../lib/adapters/storage/s3/pages.ts';
import type { BucketPlace } from '../../../../lib/domain/storage/destination.ts';
import type { Log } from '../../../../lib/ports/log.ts';
import type { Storage } from '../../../../lib/ports/storage.ts';
import { systemClock } from '../../../../lib/runtime/clock.ts';

export const MiB = 1024 * 1024;

type Addressed = Pick<StorageServer, 'region' | 'bucket' | 'accessKeyId' | 'secretAccessKey'>;

/** Below `prefix`, by way of `url`: the server's own, or a proxy's. Retries twice, in a second. */
export function storeOn(
  server: Addressed,
  url: string,
  options: Partial<S3StorageOptions> & { readonly warnings?: string[] } = {},
): Storage {
  const { warnings = [], ...rest } = options;
  return s3Storage({
    place: { kind: 's3', bucket: server.bucket, prefix: 'shop' },
    service: { endpoint: new URL(url), region: server.region, pathStyle: true },
    credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
    proxy: {},
    clock: systemClock,
    log: { warn: (line: string) => void warnings.push(line) } as Log,
    newMark: randomUUID,
    random: () => 0,
    retries: 2,
    timeout: 10_000,
    ...rest,
  });
}

/** Chunks of a size that fits into no part; each byte is a sum over its place, so that nothing compresses or repeats. */
export async function* streamOf(bytes: number, chunkSize = 700_001): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes; at += chunkSize) yield chunkAt(at, Math.min(chunkSize, bytes - at));
}

function chunkAt(at: number, length: number): Buffer {
  const chunk = Buffer.allocUnsafe(length);
  for (let each = 0; each < length; each++) chunk[each] = ((at + each) * 2_654_435_761) >>> 24;
  return chunk;
}

export async function accountOf(stream: AsyncIterable<Uint8Array>) {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** What a server has open for anybody, below a prefix. */
export async function openUploads(server: StorageServer, prefix = ''): Promise<string[]> {
  const place: BucketPlace = { kind: 's3', bucket: server.bucket, prefix };
  const api = s3Api({
    place,
    service: { endpoint: new URL(server.url), region: server.region, pathStyle: true },
    credentials: server,
    send: transport({ proxy: {}, timeout: 10_000, plainHttp: () => true }),
    patience: { clock: systemClock, random: () => 0, retries: 2, budget: 10_000 },
    signal: undefined,
  });
  const open: string[] = [];
  for await (const { key } of listUploads(api)) open.push(key);
  return open;
}

export async function keysOf(storage: Storage, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list(prefix)) keys.push(key);
  return keys;
}
