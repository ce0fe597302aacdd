import { spawn } from 'node:child_process';

export interface Finished {
  /** The exit code, or the signal's name when a signal or the timeout ended it. */
  readonly status: number | string;
  readonly ok: boolean;
  /** Both streams, in the order in which they came; empty when they were shown. */
  readonly output: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Lets the output through as it comes, instead of keeping it. */
  readonly show?: boolean;
  /** Milliseconds after which the program and all its children are killed. */
  readonly timeout?: number;
}

/** Groups that run now: a terminal's ^C does not reach them, so the one who gets it passes it on. */
const running = new Set<number>();

/** Sends a signal to every program started here, children included. */
export function signalAll(signal: NodeJS.Signals): void {
  for (const group of running) signalGroup(group, signal);
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // It ended in the same moment.
  }
}

/** Runs a program to its end, standard input closed, in a process group of its own. Never rejects. */
export function runCommand(
  [program = '', ...args]: readonly string[],
  { cwd, env, show = false, timeout }: CommandOptions = {},
): Promise<Finished> {
  const output = show ? 'inherit' : 'pipe';
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', output, output],
    });
    const { pid } = child;
    if (pid !== undefined) running.add(pid);
    const timer = setTimeout(() => pid !== undefined && signalGroup(pid, 'SIGKILL'), timeout ?? 2 ** 31 - 1);
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
    }
    const finish = (status: number | string, text: string): void => {
      clearTimeout(timer);
      if (pid !== undefined) running.delete(pid);
      resolve({ status, ok: status === 0, output: text });
    };
    child.on('error', (error) => finish('not started', error.message));
    child.on('close', (code, signal) =>
      finish(code ?? signal ?? 'unknown', Buffer.concat(chunks).toString('utf8')),
    );
  });
}
