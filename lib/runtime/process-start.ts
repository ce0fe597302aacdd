import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { accessSync, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ToolError } from '../domain/errors.ts';
import type { Command } from '../ports/process.ts';
import type { Env } from './environment.ts';

/** Who brings a tool to a runner; the SHA to pin is in the README. */
const broughtBy: Readonly<Record<string, string>> = {
  helm: 'add a step with Azure/setup-helm before this one',
  kubectl: 'install kubectl in a step before this one (GitHub-hosted runners have it)',
  docker: 'use a runner with Docker (ubuntu-latest has it)',
  ...Object.fromEntries(
    ['psql', 'pg_dump', 'pg_dumpall', 'pg_restore'].map((tool) => [
      tool,
      'install postgresql-client of the server’s version, or name its container or pod: then the tools there are used',
    ]),
  ),
};

/** What of a command starting it needs. */
export type Start = Pick<Command, 'argv' | 'cwd'>;

/** Starts a child as the leader of a process group of its own; rejects with a ToolError when that cannot be. */
export function startChild(command: Start, env: Env, stdin: 'ignore' | 'pipe'): Promise<ChildProcess> {
  const [program = '', ...args] = command.argv;
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown): void =>
      reject(startFailure(command, env, cause as NodeJS.ErrnoException));
    try {
      const child = spawn(program, args, {
        detached: true,
        env: { ...env },
        stdio: [stdin, 'pipe', 'pipe'],
        ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
      });
      child.once('error', failed);
      child.once('spawn', () => resolve(child));
    } catch (error) {
      failed(error); // spawn throws some refusals at once: E2BIG, a zero byte in an argument
    }
  });
}

/** Words why a program could not be started, from what the system said and what is on the disk. */
function startFailure(command: Start, env: Env, cause: NodeJS.ErrnoException): ToolError {
  const program = command.argv[0] ?? '';
  const { message, remedy } = explain(program, command.cwd, env, cause);
  return new ToolError(
    message,
    { argv: command.argv, exit: cause.code ?? 'not started', lastLines: [], remedy },
    { cause },
  );
}

function explain(
  program: string,
  cwd: string | undefined,
  env: Env,
  cause: NodeJS.ErrnoException,
): { message: string; remedy: string } {
  if (cause.code === 'ENOENT' && cwd !== undefined && !existsSync(cwd)) {
    return {
      message: `${program} cannot run in ${cwd}: there is no such folder`,
      remedy: 'check the path; is the repository checked out (actions/checkout)?',
    };
  }
  if (cause.code === 'ENOENT') {
    const where = program.includes('/') ? '' : ' on PATH';
    return {
      message: `${program} was not found${where}`,
      remedy: broughtBy[program] ?? `install ${program} in a step before this one`,
    };
  }
  if (cause.code === 'EACCES') {
    return {
      message: `${find(program, env)} may not be executed`,
      remedy: 'make it executable (chmod +x), or take it off PATH',
    };
  }
  if (cause.code === 'E2BIG') {
    return {
      message: `the arguments for ${program} are too long for this system`,
      remedy: 'pass long texts in files',
    };
  }
  return { message: `${program} could not be started: ${cause.message}`, remedy: 'see the cause in the log' };
}

/** The file on PATH that was meant, for the message. */
function find(program: string, env: Env): string {
  if (program.includes('/')) return program;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find(readable) ?? program;
}

function readable(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}
