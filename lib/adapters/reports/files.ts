/** The Reports port over the file system. */
import { glob, readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { TargetError } from '../../domain/errors.ts';
import type { Reports } from '../../ports/reports.ts';

/** Far more than any report that a person will look at. */
const largest = 64 * 1024 * 1024;

export const reportFiles = (): Reports => ({
  async find(patterns, directory) {
    const names = new Set<string>();
    for (const pattern of patterns)
      for await (const name of glob(pattern, { cwd: directory })) names.add(name);
    return Promise.all([...names].sort().map((name) => report(name, directory)));
  },
});

async function report(
  path: string,
  directory: string,
): Promise<Awaited<ReturnType<Reports['find']>>[number]> {
  const file = resolve(directory, path);
  const { size, mtimeMs } = await stat(file);
  if (size > largest)
    throw new TargetError(`${path} is ${Math.round(size / 1024 / 1024)} MiB`, {
      subject: file,
      remedy: 'name the report alone; it has at most 64 MiB',
    });
  return { path, text: await readFile(file, 'utf8'), modifiedAt: mtimeMs };
}
