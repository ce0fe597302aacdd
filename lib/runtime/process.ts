import type { ChildProcess } from 'node:child_process';
import { childEnvironment } from '../domain/child-environment.ts';
import { ToolError } from '../domain/errors.ts';
import type { Command, Exit, RunOptions, Spawn } from '../ports/process.ts';
import { Head, Tail } from './capture.ts';
import type { Env } from './environment.ts';
import { LineSplitter } from './lines.ts';
import { endGroup, groupEnded, groupStarted, signalGroup } from './process-group.ts';
import { startChild } from './process-start.ts';

const defaultMaxBytes = 32 * 1024 * 1024;
const stderrBytes = 1024 * 1024;
const defaultKillAfter = 7_000;
/** How long a finished program's leftovers may hold its output open before they are ended. */
const leftoverGrace = 1_000;

/**
 * The Spawn port over child_process. Each child leads a process group of its own, so that a signal reaches
 * what it started, too; @actions/exec can neither signal nor end a child (toolkit#1656).
 */
export function processSpawn(env: Env): Spawn {
  const inherited = childEnvironment(env);
  return (command, options = {}) =>
    options.signal?.aborted === true ? Promise.resolve(notStarted) : run(command, options, inherited);
}

const notStarted: Exit = {
  status: 'SIGINT',
  stdout: '',
  stderr: '',
  duration: 0,
  cancelled: true,
  timedOut: false,
};

async function run(command: Command, options: RunOptions, inherited: Env): Promise<Exit> {
  const { maxBytes = defaultMaxBytes, killAfter = defaultKillAfter } = options;
  const childEnv = { ...inherited, ...command.env };
  const startedAt = performance.now();
  const child = await startChild(command, childEnv, command.input === undefined ? 'ignore' : 'pipe');
  const group = child.pid ?? 0;
  groupStarted(group);

  let [cancelled, timedOut, overflowed] = [false, false, false];
  let callOff: (() => void) | undefined;
  const end = (): void => {
    callOff ??= endGroup(group, killAfter);
  };
  const cancel = (): void => {
    cancelled = true;
    end();
  };
  options.signal?.addEventListener('abort', cancel, { once: true });
  const timer =
    options.timeout === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          end();
        }, options.timeout);

  const stdout = new Head(maxBytes);
  const stderr = new Tail(stderrBytes);
  follow(child, 'stdout', options.onLine, (chunk) => {
    if (options.keepOutput === false || stdout.add(chunk) || overflowed) return;
    overflowed = true;
    end();
  });
  follow(child, 'stderr', options.onLine, (chunk) => stderr.add(chunk));
  feed(child, command.input);

  // Aborted while the program was being started: the listener came too late to hear it.
  if (options.signal?.aborted === true) cancel();
  const status = await ended(child, () => callOff !== undefined);

  options.signal?.removeEventListener('abort', cancel);
  clearTimeout(timer);
  callOff?.();
  signalGroup(group, 'SIGKILL');
  groupEnded(group);
  if (overflowed) throw tooMuch(command, maxBytes, status, stderr.text());
  return {
    status,
    stdout: stdout.text(),
    stderr: stderr.text(),
    duration: Math.round(performance.now() - startedAt),
    cancelled,
    timedOut,
  };
}

function follow(
  child: ChildProcess,
  name: 'stdout' | 'stderr',
  onLine: RunOptions['onLine'],
  keep: (chunk: Buffer) => void,
): void {
  const lines = onLine === undefined ? undefined : new LineSplitter((line) => onLine(line, name));
  child[name]?.on('data', (chunk: Buffer) => {
    keep(chunk);
    lines?.write(chunk);
  });
  child[name]?.once('close', () => lines?.end());
}

function feed(child: ChildProcess, input: string | undefined): void {
  // A program may end without reading: EPIPE is its right, its exit status says the rest.
  child.stdin?.on('error', () => undefined);
  if (input !== undefined) child.stdin?.end(input);
}

/**
 * Resolves when the child has ended and its output is closed. What it left behind may hold the output open for a
 * short grace, then it is killed; while we are `ending` the group it is told at once, for nobody leads it any
 * more (a shell makes its background jobs deaf to SIGINT). What has left the group is no longer heard.
 */
function ended(child: ChildProcess, ending: () => boolean): Promise<number | string> {
  return new Promise((resolve) => {
    const group = child.pid ?? 0;
    child.once('exit', () => {
      if (ending()) signalGroup(group, 'SIGTERM');
      const timer = setTimeout(() => {
        signalGroup(group, 'SIGKILL');
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, leftoverGrace);
      child.once('close', () => clearTimeout(timer));
    });
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
}

function tooMuch(command: Command, maxBytes: number, exit: number | string, stderr: string): ToolError {
  const limit = maxBytes >= 1024 * 1024 ? `${Math.round(maxBytes / 1024 / 1024)} MiB` : `${maxBytes} bytes`;
  return new ToolError(`${command.argv[0]} wrote more than ${limit} to standard output`, {
    argv: command.argv,
    exit,
    lastLines: stderr.trimEnd().split('\n').slice(-5),
    remedy: 'this is more than Slipway reads from a tool; make the chart or query smaller',
  });
}
