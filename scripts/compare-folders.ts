import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How `actual` differs from `expected`, byte by byte: one line per file, sorted. A missing folder is empty. */
export async function compareFolders(expected: string, actual: string): Promise<string[]> {
  const [wanted, present] = await Promise.all([filesIn(expected), filesIn(actual)]);
  const lines = await Promise.all(
    [...new Set([...wanted, ...present])].sort().map(async (file) => {
      if (!present.has(file)) return `missing   ${file}`;
      if (!wanted.has(file)) return `left over ${file}`;
      const [a, b] = await Promise.all([readFile(join(expected, file)), readFile(join(actual, file))]);
      return a.equals(b) ? undefined : `differs   ${file} (${b.length} bytes, should be ${a.length})`;
    }),
  );
  return lines.filter((line) => line !== undefined);
}

async function filesIn(folder: string): Promise<Set<string>> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory());
    return new Set(files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Set();
    throw error;
  }
}
