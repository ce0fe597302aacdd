import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { childEnvironment } from '../domain/child-environment.ts';
import { CancelledError, ToolError } from '../domain/errors.ts';
import type {
  Silence,
  SpawnStream,
  StreamCommand,
  StreamExit,
  StreamOptions,
  StreamingChild,
} from '../ports/process.ts';
import { Tail } from './capture.ts';
import type { Env } from './environment.ts';
import { LineSplitter } from './lines.ts';
import { endGroup, groupEnded, groupStarted, signalGroup } from './process-group.ts';
import { startChild } from './process-start.ts';
import { watchSilence } from './silence.ts';

const stderrBytes = 1024 * 1024;
const defaultKillAfter = 7_000;
/** How long a finished program's leftovers may hold its output open before they are ended. */
const leftoverGrace = 1_000;

/** The SpawnStream port over child_process: the process groups and signals of `processSpawn`, for bytes that pass. */
export function processStreams(env: Env): SpawnStream {
  const inherited = childEnvironment(env);
  return async (command, options = {}) => {
    if (options.signal?.aborted === true) throw new CancelledError();
    const child = await startChild(
      command,
      { ...inherited, ...command.env },
      command.input === undefined ? 'ignore' : 'pipe',
    );
    return follow(child, command, options);
  };
}

function follow(child: ChildProcess, command: StreamCommand, options: StreamOptions): StreamingChild {
  const startedAt = performance.now();
  const group = child.pid ?? 0;
  groupStarted(group);
  let [cancelled, timedOut] = [false, false];
  let inputFailure: { readonly thrown: unknown } | undefined;
  let callOff: (() => void) | undefined;
  const end = (): void => {
    if (child.exitCode === null && child.signalCode === null)
      callOff ??= endGroup(group, options.killAfter ?? defaultKillAfter);
  };
  const cancel = (): void => {
    cancelled = true;
    end();
  };
  options.signal?.addEventListener('abort', cancel, { once: true });
  const late = (): void => {
    timedOut = true;
    end();
  };
  const timer = options.timeout === undefined ? undefined : setTimeout(late, options.timeout);

  // Node throws away what nobody has begun to read when a child exits (child_process's flushStdio): a short dump would
  // be an empty one that ended well. A stream with such a listener is left as it is.
  child.stdout?.on('readable', () => undefined);
  const stderr = new Tail(stderrBytes);
  listen(child, stderr, options.onLine);
  feed(child.stdin, command.input).catch((thrown: unknown) => {
    inputFailure = { thrown };
    end();
  });
  // Aborted while the program was being started: the listener came too late to hear it.
  if (options.signal?.aborted === true) cancel();

  const exit = ended(child, group).then((status): StreamExit => {
    options.signal?.removeEventListener('abort', cancel);
    clearTimeout(timer);
    callOff?.();
    groupEnded(group);
    // We ended it, so what it wrote is of no use, and whoever left its group may hold the pipe open for ever.
    if (callOff !== undefined) child.stdout?.destroy();
    child.stdin?.destroy();
    return {
      status,
      stderr: stderr.text(),
      duration: Math.round(performance.now() - startedAt),
      cancelled,
      timedOut,
      ...(inputFailure === undefined ? {} : { inputFailure: inputFailure.thrown }),
    };
  });
  const stop = async (): Promise<StreamExit> => {
    end();
    child.stdout?.destroy();
    return exit;
  };
  return {
    stdout: read(child.stdout as Readable, exit, command, { end, silence: options.silence }),
    exit,
    stop,
  };
}

async function* read(
  stdout: Readable,
  exit: Promise<StreamExit>,
  command: StreamCommand,
  { end, silence }: { readonly end: () => void; readonly silence: Silence | undefined },
): AsyncGenerator<Uint8Array> {
  let whole = false;
  let broken: unknown;
  let silent: Error | undefined;
  const watch = watchSilence(silence, (failure) => {
    silent = failure;
    end();
    stdout.destroy();
  });
  try {
    for await (const chunk of stdout) {
      watch.came(chunk as Uint8Array);
      yield chunk as Uint8Array;
      watch.waits();
    }
    whole = true;
  } catch (error) {
    broken = error; // the pipe was closed under us, which is told by the exit
  } finally {
    watch.stop();
    if (!whole) end();
  }
  const failure = silent ?? failureOf(command, await exit) ?? broken;
  if (failure !== undefined) throw failure as Error;
}

/** Why what it wrote is not whole; undefined when it ended with 0 by itself. What failed before it comes first. */
function failureOf(command: StreamCommand, exit: StreamExit): unknown {
  const program = command.argv[0] ?? '';
  if ('inputFailure' in exit) return exit.inputFailure;
  if (exit.cancelled) return new CancelledError(`${program} was cancelled`);
  if (exit.status === 0 && !exit.timedOut) return undefined;
  const lines = exit.stderr.trimEnd().split('\n');
  const why = exit.timedOut ? 'it did not end in time' : (lines.at(-1) ?? '');
  return new ToolError(`${program} failed: ${why === '' ? `exit ${exit.status}` : why}`, {
    argv: command.argv,
    exit: exit.status,
    lastLines: lines.slice(-20),
  });
}

function listen(child: ChildProcess, keep: Tail, onLine: StreamOptions['onLine']): void {
  const lines = onLine === undefined ? undefined : new LineSplitter(onLine);
  child.stderr?.on('data', (chunk: Buffer) => {
    keep.add(chunk);
    lines?.write(chunk);
  });
  child.stderr?.once('close', () => lines?.end());
}

/**
 * Gives the input at the program's own pace. Its standard input is closed only after the input has ended well: to a
 * program, a closed input is a whole one. A program may stop reading (EPIPE); its exit status says the rest.
 */
async function feed(stdin: Writable | null, input: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  if (stdin === null || input === undefined) return;
  stdin.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => void stdin.once('close', resolve));
  for await (const chunk of input) {
    if (stdin.destroyed) return;
    if (!stdin.write(chunk)) await Promise.race([once(stdin, 'drain').catch(() => undefined), closed]);
  }
  stdin.end();
}

/**
 * Resolves when the child has ended and its error stream is closed; what it left behind is ended after a short grace.
 * Its output is not waited for: a slow reader may still have some of it to read.
 */
async function ended(child: ChildProcess, group: number): Promise<number | string> {
  const said = new Promise<void>((resolve) => void child.stderr?.once('close', resolve));
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  const timer = setTimeout(() => {
    signalGroup(group, 'SIGKILL');
    child.stderr?.destroy();
  }, leftoverGrace);
  await said;
  clearTimeout(timer);
  signalGroup(group, 'SIGKILL');
  return code ?? signal ?? 'unknown';
}
