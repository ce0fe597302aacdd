import { pipeline } from 'node:stream';
import type { Transform } from 'node:stream';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { ToolError } from '../../domain/errors.ts';
import type { SpawnStream, StreamingChild } from '../../ports/process.ts';

export interface ZstdOptions {
  /** 1 to 19, as `zstd` counts. */
  readonly level: number;
  /** How many threads the `zstd` program may use; each costs it some 20 MiB at level 3. */
  readonly threads: number;
  readonly spawn: SpawnStream;
  readonly signal?: AbortSignal;
}

/**
 * Compresses with the `zstd` on PATH, which has threads; else with Node's own, which has one. Both write a checksum of
 * what they were given. ZSTD_c_nbWorkers would give Node's threads too, and breaks its streams (node#59899).
 */
export async function* compressed(
  source: AsyncIterable<Uint8Array>,
  options: ZstdOptions,
): AsyncGenerator<Uint8Array> {
  const child = await startZstd(source, options);
  yield* child?.stdout ?? through(source, inNode(options.level));
}

/** Decompresses. A stream that ends in the middle of a frame is an error, as is anything behind the last one. */
export function decompressed(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return through(source, createZstdDecompress());
}

export const zstdArgv = ({ level, threads }: Pick<ZstdOptions, 'level' | 'threads'>): string[] => [
  'zstd',
  '--quiet',
  '--stdout',
  '--check',
  `-${level}`,
  `-T${threads}`,
];

/** Undefined where there is no zstd. */
async function startZstd(
  source: AsyncIterable<Uint8Array>,
  { signal, spawn, ...options }: ZstdOptions,
): Promise<StreamingChild | undefined> {
  try {
    const command = { argv: zstdArgv(options), input: source };
    return await spawn(command, signal === undefined ? {} : { signal });
  } catch (error) {
    if (error instanceof ToolError && error.exit === 'ENOENT') return undefined;
    throw error;
  }
}

const inNode = (level: number): Transform =>
  createZstdCompress({
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
  });

/** What the source throws comes out unchanged; leaving early closes the source. */
async function* through(source: AsyncIterable<Uint8Array>, transform: Transform): AsyncGenerator<Uint8Array> {
  // The reader below sees every error of the pipeline: the callback has nothing to add.
  for await (const chunk of pipeline(source, transform, () => undefined)) yield chunk as Uint8Array;
}
