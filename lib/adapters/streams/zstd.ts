import type { Transform } from 'node:stream';
import { isNativeError } from 'node:util/types';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { ToolError } from '../../domain/errors.ts';
import { DamagedStreamError } from '../../domain/storage/damaged.ts';
import type { SpawnStream, StreamingChild } from '../../ports/process.ts';
import { gathered } from './gathered.ts';
import { through } from './through.ts';

export interface ZstdOptions {
  /** 1 to 19, as `zstd` counts. */
  readonly level: number;
  /** The most that the `zstd` program may use; each costs it some 12 MiB at level 3. */
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

/** The most that a block of zstd makes. Node's own 16 KiB cost a quarter more CPU: each piece is one trip to a thread. */
const blockSize = 128 * 1024;
/** So much is decoded while its reader looks at what came before; in pieces of 64 KiB each waits for the other (1.75 s instead of 1.4 s for 1 GiB). */
const atOnce = 256 * 1024;

/** Decompresses one frame. A stream that ends in the middle of it is an error, as is anything behind it. */
export async function* decompressed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = createZstdDecompress({ chunkSize: blockSize });
  let given = 0;
  async function* giving(): AsyncGenerator<Uint8Array> {
    for await (const piece of gathered(source, atOnce)) {
      given += piece.length;
      yield piece;
    }
  }
  try {
    yield* through(giving(), decoder);
  } catch (error) {
    throw isZstds(error)
      ? new DamagedStreamError(`the compressed stream was cut or changed: ${error.message}`, { cause: error })
      : error;
  }
  // Node (24.21) ends at the end of a frame without a word of what lies behind it in the same piece.
  if (decoder.bytesWritten < given)
    throw new DamagedStreamError('the compressed stream was cut or changed: it goes on behind its end');
}

/** What the source threw bears no code of zstd's. */
const isZstds = (error: unknown): error is Error =>
  isNativeError(error) && /^(ZSTD_|Z_)/.test(String((error as NodeJS.ErrnoException).code));

/**
 * A thread works on a piece of its own, so memory is that of all pieces: at level 15 with four threads 330 MiB, were
 * they as large as zstd chooses. Pieces of 1 MiB cost 0.8 % of the size; from level 10 on one thread is all that fits.
 */
export const zstdArgv = ({ level, threads }: Pick<ZstdOptions, 'level' | 'threads'>): string[] => [
  'zstd',
  '--quiet',
  '--stdout',
  '--check',
  `-${level}`,
  ...(level < 10 ? [`-T${level < 6 ? threads : Math.min(threads, 2)}`, '-B1MiB'] : ['--single-thread']),
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
