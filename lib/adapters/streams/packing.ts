import type { Clock } from '../../ports/clock.ts';
import type { Packing } from '../../ports/packing.ts';
import type { SpawnStream } from '../../ports/process.ts';
import { decrypted, encrypted, newIdentity } from './age.ts';
import { counted } from './counted.ts';
import { gunzipped } from './gzip.ts';
import { limited } from './limited.ts';
import { compressed, decompressed } from './zstd.ts';

/** More would cost memory (some 12 MiB each), and the dump does not come faster than four can take. */
const mostThreads = 4;

/** The Packing port. `cores`: of the machine. */
export function streamPacking(spawn: SpawnStream, cores: number, clock: Clock): Packing {
  const threads = Math.max(1, Math.min(cores, mostThreads));
  return {
    count: counted,
    limit: (bytes, options) => limited(bytes, { ...options, clock }),
    compress: (bytes, options) => compressed(bytes, { ...options, spawn, threads }),
    decompress: decompressed,
    gunzip: gunzipped,
    encrypt: encrypted,
    decrypt: decrypted,
    newIdentity,
  };
}
