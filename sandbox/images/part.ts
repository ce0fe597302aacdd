import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { ensureTools } from '../tools.ts';

/** A real program that runs for a test, a benchmark or the demo. Nothing of it is left when it is stopped. */
export interface Part extends AsyncDisposable {
  /** Its own, gone when it is. */
  directory: string;
  /** All that it wrote so far, both streams. */
  output(): string;
  /** Ends it, and resolves when its processes, mounts, cgroups and its directory are gone. */
  stop(): Promise<void>;
}

export interface PartOrder {
  /** Names its directory. */
  name: string;
  /** Writes what it reads into its private directory, and says how it is started. */
  prepare(directory: string): Promise<Command>;
  /** What it writes when it answers; the groups are what the caller wants to know of it. */
  ready: RegExp;
  /** Whether it has pid and mount namespaces of its own, and makes cgroups named like its directory. */
  apart?: boolean;
}

export interface Command {
  program: string;
  args: readonly string[];
  /** Beside PATH and HOME, which is the directory. */
  env?: Readonly<Record<string, string>>;
}

/** A proxy that nobody serves: what is not loopback fails at once, instead of leaving the machine. */
export const nowhere = { HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9' };

/** How long a part may take until it answers: it is a second on an idle machine. */
const patience = 60_000;

/**
 * Starts a part under sandbox/tools/keeper, which ends it and removes its directory when this process is gone, however
 * that happens. Resolves when the part says that it answers; what it said then is `said`.
 */
export async function startPart(order: PartOrder): Promise<Part & { said: RegExpExecArray }> {
  const { keeper } = await ensureTools(['keeper']);
  const directory = await mkdtemp(join(tmpdir(), `slipway-${order.name}-`));
  const command = await order.prepare(directory).catch(async (error: unknown) => {
    await rm(directory, { recursive: true });
    throw error;
  });
  const child = spawn(keeper, keeperArgs(order, directory, command), {
    detached: true, // Ctrl-C must not reach it before those who use it
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, HOME: directory, ...command.env },
  });
  child.stdin.on('error', () => undefined); // it ended by itself
  const ended = new Promise<void>(
    (resolve) => void child.once('error', () => resolve()).once('close', () => resolve()),
  );
  const watched = watch(child, order.ready);
  const stop = (): Promise<void> => {
    child.stdin.end();
    return ended;
  };
  try {
    const said = await watched.answered;
    return { said, directory, output: watched.output, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    const said = watched.output().slice(-4_000);
    throw new Error(`${command.program} ${(error as Error).message}\n${said}`, { cause: error });
  }
}

function keeperArgs({ apart }: PartOrder, directory: string, { program, args }: Command): string[] {
  const namespaces = apart ? ['-apart', '-cgroup', basename(directory)] : [];
  return ['-remove', directory, ...namespaces, '--', program, ...args];
}

/** Collects what it writes; `answered` rejects when it ends before it has written what is waited for, or is late. */
function watch(child: ChildProcessByStdio<Writable, Readable, Readable>, ready: RegExp) {
  let written = '';
  const answered = new Promise<RegExpExecArray>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`did not answer within ${patience} ms`)), patience);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        written += text;
        const said = ready.exec(written);
        if (said) resolve(said);
        if (said) clearTimeout(late);
      });
    }
    child.once('error', (error) => reject(new Error(`did not start: ${error.message}`)));
    child.once('close', (code) => {
      clearTimeout(late);
      reject(new Error(`ended with ${code} before it answered`));
    });
  });
  return { answered, output: () => written };
}
