/** A program that is measured: when it was started, when it was gone. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { whileRunning } from './children.ts';

/** Milliseconds since the epoch. */
export interface Span {
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface Started<T extends Span> {
  /** 0 until it is started. */
  readonly pid: () => number;
  /** Rejects with what it said when it does not end well. */
  readonly ended: Promise<T>;
}

export const root = resolve(import.meta.dirname, '../..');

export type Env = Readonly<Record<string, string>>;

/** Starts a program in the repository's root; of our environment it gets PATH alone. */
export function startTool([program = '', ...args]: readonly string[], env: Env): Started<Span> {
  const startedAt = Date.now();
  const given = { PATH: process.env['PATH'], ...env };
  const child = spawn(program, args, { cwd: root, env: given, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<Span>((done, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      const endedAt = Date.now();
      child.once('close', (code) => {
        if (code === 0) done({ startedAt, endedAt });
        else reject(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${said}`));
      });
    });
  });
  const pid = (): number => child.pid ?? 0;
  return { pid, ended: whileRunning(pid, ended) };
}

/** One after the other, as `a && b` in a shell. */
export function startTools(commands: readonly (readonly string[])[], env: Env): Started<Span> {
  let current: Started<Span> | undefined;
  const startedAt = Date.now();
  const ended = (async (): Promise<Span> => {
    let endedAt = startedAt;
    for (const command of commands) {
      current = startTool(command, env);
      ({ endedAt } = await current.ended);
    }
    return { startedAt, endedAt };
  })();
  return { pid: () => current?.pid() ?? 0, ended };
}
