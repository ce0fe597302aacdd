import type { Milliseconds } from '../domain/duration.ts';

/** A command is data. `argv[0]` is the program; nothing here may be a secret. */
export interface Command {
  readonly argv: readonly string[];
  /** Added to the runner's environment; undefined removes a name. Secrets may travel here only if masked. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Written to standard input, which is then closed. */
  readonly input?: string;
}

export interface RunOptions {
  /** Called for each line as it comes. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /**
   * Aborting sends SIGINT to the child's whole process group at once, SIGTERM 2 s before `killAfter`, then
   * SIGKILL: all of it inside the 7.5 s that the GitHub runner gives a cancelled step before its own SIGTERM.
   */
  readonly signal?: AbortSignal;
  /** Ends it the same way; the exit then says `timedOut`. */
  readonly timeout?: Milliseconds;
  /** From the first signal to SIGKILL, default 7 s. Longer where nobody cancelled and the tool must tidy up. */
  readonly killAfter?: Milliseconds;
  /** Standard output is kept up to this many bytes (default 32 MiB); beyond it the call fails, naming the limit. */
  readonly maxBytes?: number;
  /** `false`: output goes to `onLine` alone, however much it is; the exit's `stdout` is then empty. */
  readonly keepOutput?: boolean;
}

export interface Exit {
  /** The exit code, or the signal's name when the child was ended by one. */
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
  readonly duration: Milliseconds;
  readonly cancelled: boolean;
  readonly timedOut: boolean;
}

export interface Spawn {
  /** Runs to the end whatever the exit status; throws ToolError only when the program cannot be started. */
  (command: Command, options?: RunOptions): Promise<Exit>;
}

/** As `Command`, for bytes that are too many to keep. */
export interface StreamCommand extends Omit<Command, 'input'> {
  /** Written to standard input as fast as the program reads. */
  readonly input?: AsyncIterable<Uint8Array>;
}

export interface StreamOptions extends Pick<RunOptions, 'signal' | 'timeout' | 'killAfter'> {
  /** Called for each line of standard error as it comes. */
  readonly onLine?: (line: string) => void;
  readonly silence?: Silence;
}

/** When a program that has begun to write is ended, because it has stopped without an end. */
export interface Silence {
  /** Of this time only what passes while somebody waits for more counts; and none before the first byte. */
  readonly longest: Milliseconds;
  /** What is then thrown; told how many bytes had come. */
  readonly failure: (bytes: number) => Error;
}

export interface StreamExit extends Omit<Exit, 'stdout'> {
  /** Why the input could not be given whole: what it threw. The program was then ended, never told "end of input". */
  readonly inputFailure?: unknown;
}

/** A program through which bytes pass. */
export interface StreamingChild {
  /**
   * What it writes, read once. It **ends only after the program has ended with 0**; else it throws a ToolError, a
   * CancelledError or what the input threw: a dump that was cut short must not look like the end of a dump.
   * The program waits while nobody reads; leaving the loop early ends the program.
   */
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Never rejects. It needs somebody who reads `stdout`, or `stop`. */
  readonly exit: Promise<StreamExit>;
  /** Ends it as a cancel does, if it still runs; resolves when its process group is gone. */
  readonly stop: () => Promise<StreamExit>;
}

export interface SpawnStream {
  /** Resolves when it runs; rejects with ToolError when it cannot be started, CancelledError when aborted before. */
  (command: StreamCommand, options?: StreamOptions): Promise<StreamingChild>;
}
