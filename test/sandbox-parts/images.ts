import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from './running.ts';

/** What is still there of a part: its directory, processes, mounts and cgroups, by the directory's name. */
export function leftOf(directory: string): string[] {
  const name = directory.split('/').pop() ?? '';
  return [
    ...(existsSync(directory) ? [directory] : []),
    ...processesOf(directory).map((pid) => `process ${pid}`),
    ...read('/proc/mounts')
      .split('\n')
      .filter((line) => line.includes(name)),
    ...['.', ...readdirSync('/sys/fs/cgroup')]
      .map((at) => join('/sys/fs/cgroup', at, name))
      .filter((path) => existsSync(path)),
  ];
}

/** Command lines of all that runs on the machine. */
export const commands = (): string[] =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .map((pid) => read(`/proc/${pid}/cmdline`).split('\0').filter(Boolean).join(' '));

/** Every part and its children have their directory as HOME. */
const processesOf = (directory: string): string[] =>
  readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/environ`).includes(directory));

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}

/**
 * Runs `code` in a process of its own, which says a part's directory on a line, and kills that process when `when`
 * holds. Resolves with the directory when nothing is left of the part.
 */
export async function killStarter(code: string, when: (directory: string) => boolean): Promise<string> {
  // In the tree, for its imports are of this tree.
  const folder = await mkdtemp(join(import.meta.dirname, 'starter-'));
  try {
    const script = join(folder, 'starter.ts');
    await writeFile(script, code);
    const starter = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [directory] = (await once(createInterface({ input: starter.stdout }), 'line')) as [string];
    await until('the moment to kill', () => when(directory), 60_000);
    const gone = once(starter, 'exit');
    starter.kill('SIGKILL');
    await gone;
    await until('nothing is left', () => leftOf(directory).length === 0).catch(() => {
      throw new Error(`left after its starter was killed: ${leftOf(directory).join(', ')}`);
    });
    return directory;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
