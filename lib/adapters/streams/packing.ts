import type { Packing } from '../../ports/packing.ts';
import type { SpawnStream } from '../../ports/process.ts';
import { decrypted, encrypted } from './age.ts';
import { counted } from './counted.ts';
import { compressed, decompressed } from './zstd.ts';

/** More would cost memory (some 20 MiB each), and the dump does not come faster than four can take. */
const mostThreads = 4;

/** The Packing port. `cores`: of the machine. */
export function streamPacking(spawn: SpawnStream, cores: number): Packing {
  const threads = Math.max(1, Math.min(cores, mostThreads));
  return {
    count: counted,
    compress: (bytes, options) => compressed(bytes, { ...options, spawn, threads }),
    decompress: decompressed,
    encrypt: encrypted,
    decrypt: decrypted,
  };
}
