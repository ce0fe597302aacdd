import { CancelledError, ToolError, UnreachableError } from '../../domain/errors.ts';
import type { Account } from '../../domain/storage/account.ts';
import { differenceOf } from '../../domain/storage/account.ts';
import { formatDuration } from '../../domain/duration.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import { formatBytes } from '../../domain/size.ts';
import type { Silence, SpawnStream, StreamingChild } from '../../ports/process.ts';
import { counted } from '../streams/counted.ts';
import type { Hop } from '../streams/counted.ts';
import { isTrailer, passwordLine, readTrailer, wrapped } from './wrapper.ts';
import type { Accounted, Trailer } from './wrapper.ts';

/** How a tool is brought to where it runs. */
export type Way =
  | { readonly kind: 'here'; readonly env: Readonly<Record<string, string | undefined>> }
  | {
      readonly kind: 'there';
      /** In words: `pod db/pg-0`. */
      readonly where: string;
      /** Goes before the tool there: what sets its environment. */
      readonly prefix: readonly string[];
      /** The arguments that run a tool there; its standard streams must come here unchanged. */
      readonly bring: (tool: readonly string[]) => readonly string[];
      readonly env?: Readonly<Record<string, string | undefined>>;
      readonly password?: string;
    };

export interface ToolOrder {
  readonly accounted: Accounted;
  readonly input?: AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
}

export interface ToolRun extends Pick<StreamingChild, 'exit' | 'stop'> {
  /** Ends only when the tool ended with 0 and both ends agree about what is `accounted`. */
  readonly output: Hop;
  /** Of the whole input, once `output` has ended. */
  readonly inputAccount: () => Account;
}

/** Starts a tool here or there. The same promise for both: what ends well was whole. */
export async function startTool(
  spawn: SpawnStream,
  way: Way,
  tool: readonly string[],
  order: ToolOrder,
): Promise<ToolRun> {
  const sent = order.input === undefined ? undefined : sending(order.input, tool);
  const options = {
    ...(order.signal === undefined ? {} : { signal: order.signal }),
    ...(order.accounted === 'output' ? { silence: silenceOf(tool, way) } : {}),
  };
  let trailer: Trailer | undefined;
  const onLine = (line: string): void => {
    trailer = readTrailer(line) ?? trailer;
  };
  const child =
    way.kind === 'here'
      ? await spawn(
          { argv: tool, env: way.env, ...(sent === undefined ? {} : { input: sent.bytes }) },
          options,
        )
      : await spawn(
          {
            argv: way.bring(wrapped([...way.prefix, ...tool], order.accounted)),
            ...(way.env === undefined ? {} : { env: way.env }),
            input: afterPassword(way.password, sent?.bytes),
          },
          { ...options, onLine },
        );

  const received = counted(child.stdout);
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      yield* received.bytes;
    } catch (error) {
      throw error instanceof ToolError ? withoutTrailer(error, tool) : error;
    }
    if (order.accounted === 'input') await sent?.ended(order.signal);
    if (way.kind === 'here' || order.accounted === 'none') return;
    const here = order.accounted === 'output' ? received.account() : sent?.account();
    compare(way.where, tool, order.accounted, here, trailer);
  }
  const output = { bytes: whole(), account: received.account };
  const inputAccount = (): Account => (sent ?? counted(nothing())).account();
  return { output, exit: child.exit, stop: child.stop, inputAccount };
}

/**
 * A tool that has begun to write a dump writes on: all waiting for locks is bounded (60 s), and only a table of many
 * dead rows and hardly a living one is read for minutes without a byte of it. What is silent for longer has lost its
 * server, or the way to here, and nobody was told: docker and kubectl exec have seen it. A restore has no such watch:
 * building an index is silence, and what it reads is watched where it is stored.
 */
const longestSilence: Milliseconds = 600_000;

const silenceOf = ([program = '']: readonly string[], way: Way): Silence => ({
  longest: longestSilence,
  failure: (bytes) =>
    new UnreachableError(
      `${program}${way.kind === 'there' ? ` in ${way.where}` : ''} fell silent: nothing came for ${formatDuration(longestSilence)} after ${formatBytes(bytes)}, and no end; its connection to the server is lost, or the server waits for something`,
    ),
});

interface Sending extends Hop {
  /** Resolves when all of it was taken; rejects as it failed, where bytes of it were left, and on a cancel. */
  ended(signal: AbortSignal | undefined): Promise<void>;
}

/**
 * A tool may have read enough a moment before its input has ended: pg_restore asks for nothing behind the last row,
 * while who unpacks it still looks at checksums. It has ended well only when the input has, too.
 */
function sending(source: AsyncIterable<Uint8Array>, [program = '']: readonly string[]): Sending {
  const { bytes, account } = counted(source);
  const end = Promise.withResolvers<void>();
  end.promise.catch(() => undefined); // mostly nobody asks
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* bytes;
      end.resolve();
    } catch (error) {
      end.reject(error);
      throw error;
    } finally {
      end.reject(new UnreachableError(`${program} did not read all of its input, and ended as if it had`));
    }
  }
  return {
    bytes: watched(),
    account,
    async ended(signal) {
      const cancel = (): void => end.reject(new CancelledError());
      if (signal?.aborted === true) cancel();
      signal?.addEventListener('abort', cancel, { once: true });
      await end.promise.finally(() => signal?.removeEventListener('abort', cancel));
    },
  };
}

function compare(
  where: string,
  [program = '']: readonly string[],
  accounted: Accounted,
  here: Account | undefined,
  trailer: Trailer | undefined,
): void {
  if (here === undefined) return;
  const stream = accounted === 'output' ? `from ${program} in ${where}` : `to ${program} in ${where}`;
  if (trailer === undefined)
    throw new UnreachableError(
      `the stream ${stream} broke off after ${here.bytes} bytes: it ended as if all were well, but nothing was heard of ${program}'s end`,
    );
  const [sent, found] = accounted === 'output' ? [trailer.account, here] : [here, trailer.account];
  const difference = differenceOf(sent, found);
  if (difference !== undefined)
    throw new UnreachableError(`the stream ${stream} did not arrive whole: ${difference}`);
}

async function* afterPassword(
  password: string | undefined,
  input: AsyncIterable<Uint8Array> | undefined,
): AsyncGenerator<Uint8Array> {
  yield passwordLine(password);
  if (input !== undefined) yield* input;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** The same failure in the tool's own words: the trailer and the script around it are ours. */
function withoutTrailer({ lastLines, exit, cause }: ToolError, tool: readonly string[]): ToolError {
  const lines = lastLines.filter((line) => !isTrailer(line) && line.trim() !== '');
  const why = lines.at(-1) ?? `exit ${exit}`;
  return new ToolError(`${tool[0]} failed: ${why}`, { argv: tool, exit, lastLines: lines }, { cause });
}
