/** Disks that are full: small ones in memory. Needs root. */
import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Mounts a disk of so many MiB on a folder, until it is disposed of. `inodes`: of files and folders, its own one too. */
export async function mountSmall(
  folder: string,
  megabytes: number,
  inodes?: number,
): Promise<AsyncDisposable> {
  const limits = inodes === undefined ? '' : `,nr_inodes=${inodes}`;
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755${limits}`, 'slipway-small', folder]);
  return {
    async [Symbol.asyncDispose]() {
      await run('umount', ['--lazy', folder]);
    },
  };
}

/** Leaves not a byte on the disk of a folder. */
export async function fillDisk(folder: string): Promise<void> {
  const file = await open(join(folder, '_balloon'), 'w');
  try {
    for (const size of [1024 * 1024, 4_096]) {
      const chunk = Buffer.alloc(size);
      try {
        for (;;) if ((await file.write(chunk)).bytesWritten < size) break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    await file.close();
  }
}
