/** A program that is measured: when it was started, when it was gone. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { whileRunning } from './children.ts';
import type { Place } from './place.ts';

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

/** Starts a program in the repository's root as the identity of `place`. */
export function startTool([program = '', ...args]: readonly string[], place: Place): Started<Span> {
  const env = { PATH: process.env['PATH'], HOME: place.home, KUBECONFIG: place.kubeconfig };
  const startedAt = Date.now();
  const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
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
export function startTools(commands: readonly (readonly string[])[], place: Place): Started<Span> {
  let current: Started<Span> | undefined;
  const startedAt = Date.now();
  const ended = (async (): Promise<Span> => {
    let endedAt = startedAt;
    for (const command of commands) {
      current = startTool(command, place);
      ({ endedAt } = await current.ended);
    }
    return { startedAt, endedAt };
  })();
  return { pid: () => current?.pid() ?? 0, ended };
}
