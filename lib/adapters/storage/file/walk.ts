/** The files below a directory, as keys. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface Walked {
  /** With slashes, from the root. */
  readonly key: string;
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

/** In the order of their keys. Links are not followed; what goes away meanwhile is left out; no root, no files. */
export async function walk(root: string): Promise<Walked[]> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(missing);
  const files = entries.filter((entry) => entry.isFile());
  const walked = files.map(async ({ parentPath, name }): Promise<Walked | undefined> => {
    const path = join(parentPath, name);
    const known = await stat(path).catch(missing);
    if (Array.isArray(known)) return undefined;
    return { key: path.slice(root.length + 1), path, bytes: known.size, modified: known.mtimeMs };
  });
  const there = (await Promise.all(walked)).filter((one) => one !== undefined);
  return there.sort((a, b) => (a.key < b.key ? -1 : 1));
}

function missing(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
