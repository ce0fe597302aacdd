import { spawn, type ChildProcess } from 'node:child_process';

const cli = new URL('../../sandbox/cli.ts', import.meta.url).pathname;

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** One `npm run sandbox -- …` as a process of its own, in its own state directory when one is given. */
export function sandboxCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { child: ChildProcess; said(): string; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => (stdout += String(text)));
  child.stderr.on('data', (text) => (stderr += String(text)));
  const ended = new Promise<Ended>((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done({ code, stdout, stderr }));
  });
  return { child, said: () => stderr, ended };
}
