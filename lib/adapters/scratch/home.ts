/** The folders of servers that run on this machine: where they may be, and what killed runs have left of them. */
import { readdirSync, readlinkSync } from 'node:fs';
import { readdir, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isExpired, markInName } from '../../domain/database/scratch-mark.ts';

/** A socket's whole name has at most 107 bytes, and the server's own part of it is `/s/.s.PGSQL.5432.lock`. */
const longestHome = 85;

/** The folder of the socket: beside the data, or, where that name would be too long, below `short`. */
export const socketFolder = (home: string, short: string, name: string): string =>
  Buffer.byteLength(home) <= longestHome ? join(home, 's') : join(short, name);

export interface Room {
  readonly folder: string;
  /** In bytes. */
  readonly free: number;
}

/** Those of the folders in which another account could work, with their room. */
export async function usableFolders(
  folders: readonly string[],
  otherAccount: boolean,
): Promise<readonly Room[]> {
  const usable: Room[] = [];
  for (const folder of new Set(folders)) {
    if (otherAccount && !(await isOpenToAll(folder))) continue;
    const { bavail, bsize } = await statfs(folder);
    usable.push({ folder, free: bavail * bsize });
  }
  return usable;
}

/** Whether everybody may pass through it and all that is above it. */
async function isOpenToAll(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  if ((mode & 0o001) === 0) return false;
  return folder === '/' || isOpenToAll(dirname(folder));
}

/** Ends and removes the servers whose time is over; their folders. One of another user's stays. */
export async function sweepFolders(folders: readonly string[], now: number): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const folder of new Set(folders)) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (!isExpired(markInName(name) ?? '', now)) continue;
      const home = join(folder, name);
      if (await removeHome(home)) removed.push(`folder ${home}`);
    }
  }
  return removed;
}

/**
 * Removes the folders of servers in which nobody works any more: where no other job is, as in RUNNER_TEMP. A server
 * whose step was killed ends by itself, and yet its account may not remove a folder from one that is root's.
 */
export async function removeDeserted(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const home = join(folder, name);
    if (markInName(name) !== undefined && workingBelow(home).length === 0) await removeHome(home);
  }
}

/** Ends what works below a folder and removes it; whether it is gone. */
export async function removeHome(home: string): Promise<boolean> {
  for (const pid of workingBelow(home)) kill(pid);
  try {
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
    return true;
  } catch {
    return false; // it belongs to another user
  }
}

/** A server's working directory is its data's, and that of the script around it their parent. */
export function workingBelow(home: string): number[] {
  const below = (pid: string): boolean => {
    try {
      const folder = readlinkSync(`/proc/${pid}/cwd`);
      return folder === home || folder.startsWith(`${home}/`);
    } catch {
      return false; // it has just ended, or belongs to somebody else
    }
  };
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid && below(entry))
    .map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has just ended
  }
}
