import { ToolError, UnreachableError } from '../../domain/errors.ts';
import type { Account } from '../../domain/storage/account.ts';
import { differenceOf } from '../../domain/storage/account.ts';
import type { SpawnStream, StreamingChild } from '../../ports/process.ts';
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
  const sent = order.input === undefined ? undefined : counted(order.input);
  const signal = order.signal === undefined ? {} : { signal: order.signal };
  let trailer: Trailer | undefined;
  const onLine = (line: string): void => {
    trailer = readTrailer(line) ?? trailer;
  };
  const child =
    way.kind === 'here'
      ? await spawn(
          { argv: tool, env: way.env, ...(sent === undefined ? {} : { input: sent.bytes }) },
          signal,
        )
      : await spawn(
          {
            argv: way.bring(wrapped([...way.prefix, ...tool], order.accounted)),
            ...(way.env === undefined ? {} : { env: way.env }),
            input: afterPassword(way.password, sent?.bytes),
          },
          { ...signal, onLine },
        );

  const received = counted(child.stdout);
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      yield* received.bytes;
    } catch (error) {
      throw error instanceof ToolError ? withoutTrailer(error, tool) : error;
    }
    if (way.kind === 'here' || order.accounted === 'none') return;
    const here = order.accounted === 'output' ? received.account() : sent?.account();
    compare(way.where, tool, order.accounted, here, trailer);
  }
  const output = { bytes: whole(), account: received.account };
  const inputAccount = (): Account => (sent ?? counted(nothing())).account();
  return { output, exit: child.exit, stop: child.stop, inputAccount };
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
