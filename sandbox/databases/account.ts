import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** As whom a database server runs: it refuses to be root, so root lends it the account of its Debian package. */
export interface ServerAccount {
  /** Goes before the program and its arguments. */
  readonly prefix: readonly string[];
  /** Makes a folder the account's own. */
  take(folder: string): Promise<void>;
  /** Runs a program to its end as the account; its output. */
  run(program: string, args: readonly string[]): Promise<string>;
}

export async function serverAccount(name: string, group = name): Promise<ServerAccount> {
  const isRoot = process.getuid?.() === 0;
  const prefix = isRoot ? ['setpriv', '--reuid', name, '--regid', group, '--clear-groups', '--'] : [];
  return {
    prefix,
    async take(folder) {
      if (!isRoot) return;
      const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, name])));
      await chown(folder, Number(uid?.stdout), Number(gid?.stdout));
    },
    async run(program, args) {
      const [first = '', ...rest] = [...prefix, program, ...args];
      return (await run(first, rest, { cwd: '/' })).stdout;
    },
  };
}
