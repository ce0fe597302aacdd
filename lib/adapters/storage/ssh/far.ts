/** One command on the other host, and what became of it. */
import { UnreachableError } from '../../../domain/errors.ts';
import type { SshPlace } from '../../../domain/ssh/place.ts';
import type { Account } from '../../../domain/storage/account.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Files } from '../../../ports/files.ts';
import type { SpawnStream } from '../../../ports/process.ts';
import { startTool } from '../../database-place/tools.ts';
import type { ToolOrder } from '../../database-place/tools.ts';
import { sshArgv } from '../../ssh/argv.ts';
import { writeSshFiles } from '../../ssh/files.ts';
import { refusalOf } from './refusal.ts';

export interface FarOptions {
  /** The destination, in words. */
  readonly place: string;
  readonly over: SshPlace;
  readonly directory: string;
  readonly files: Files;
  readonly streams: SpawnStream;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

export interface Far {
  readonly signal: AbortSignal | undefined;
  /** What the command printed, whole. A connection that fails is tried again, so the command must bear that. */
  text(doing: string, command: readonly string[]): Promise<string>;
  /** What it prints, as it comes; throws where it did not come whole. */
  stream(doing: string, command: readonly string[]): AsyncIterable<Uint8Array>;
  /** Gives it a stream; resolves when both ends saw the same of it. */
  give(doing: string, command: readonly string[], input: AsyncIterable<Uint8Array>): Promise<Account>;
  /** Whatever became of the run, within the time that a cancelled one has. Never rejects. */
  tidy(command: readonly string[]): Promise<void>;
  /** Waits before a try after `failed` ones; false where no other makes sense. */
  again(failed: number, error: unknown): Promise<boolean>;
}

const pauses = [1_000, 3_000, 9_000] as const;
/** A cancelled step has 7.5 s until it is told again, and 2.5 s more. */
const tidyWithin = 6_000;

export function farHost(options: FarOptions): Far {
  const { place, over, directory, streams, clock, signal } = options;
  let written: ReturnType<typeof writeSshFiles> | undefined;

  const start = async (command: readonly string[], order: ToolOrder) => {
    const keys = await (written ??= writeSshFiles(over, options.files));
    const bring = (tool: readonly string[]): string[] => sshArgv(over, keys, tool);
    return startTool(streams, { kind: 'there', where: over.host, prefix: [], bring }, command, order);
  };
  const failed = (doing: string, error: unknown): unknown =>
    signal?.aborted === true ? signal.reason : refusalOf({ place, doing, directory }, error);
  const until = signal === undefined ? {} : { signal };

  async function* stream(doing: string, command: readonly string[]): AsyncGenerator<Uint8Array> {
    try {
      const run = await start(command, { accounted: 'output', ...until });
      yield* run.output.bytes;
    } catch (error) {
      throw failed(doing, error);
    }
  }

  const far: Far = {
    signal,
    stream,
    async text(doing, command) {
      for (let tries = 1; ; tries++) {
        try {
          return await textOf(stream(doing, command));
        } catch (error) {
          if (!(await far.again(tries, error))) throw error;
        }
      }
    },
    async give(doing, command, input) {
      try {
        const run = await start(command, { accounted: 'input', input, ...until });
        for await (const _ of run.output.bytes);
        return run.inputAccount();
      } catch (error) {
        throw failed(doing, error);
      }
    },
    async tidy(command) {
      try {
        const run = await start(command, { accounted: 'none', signal: AbortSignal.timeout(tidyWithin) });
        for await (const _ of run.output.bytes);
      } catch {
        // The next run sweeps it; why it came to this is what must be told.
      }
    },
    async again(tries, error) {
      const pause = pauses[tries - 1];
      if (!(error instanceof UnreachableError) || pause === undefined || signal?.aborted === true)
        return false;
      await clock.sleep(pause, signal);
      return true;
    },
  };
  return far;
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
