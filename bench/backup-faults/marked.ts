/** The processes of one run: whatever they have become of, they have inherited its mark. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The name of the variable that bears it. */
export const markName = 'SLIPWAY_BENCH_MARK';

export interface Marked {
  readonly pid: number;
  readonly name: string;
}

export function markedProcesses(mark: string): Marked[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => textOf(`/proc/${pid}/environ`).split('\0').includes(`${markName}=${mark}`))
    .map((pid) => ({ pid: Number(pid), name: textOf(`/proc/${pid}/comm`).trim() }));
}

export function killMarked(mark: string, isMeant: (name: string) => boolean = () => true): void {
  for (const { pid, name } of markedProcesses(mark)) {
    if (!isMeant(name)) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // gone already
    }
  }
}

/** The names of the folders in which the run's scratch servers work now. */
export function scratchFoldersOf(mark: string): string[] {
  const names = markedProcesses(mark).flatMap(({ pid }) => {
    try {
      return /slipway-scratch-[^/ ]+/.exec(readlinkSync(`/proc/${pid}/cwd`)) ?? [];
    } catch {
      return []; // it has just ended
    }
  });
  return [...new Set(names)];
}

/** Empty for a process that has just ended. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
