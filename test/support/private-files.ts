import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Files } from '../../lib/ports/files.ts';

/** Files of a step that keeps them in this folder, and was given none. */
export const filesIn = (folder: string): Files => ({
  async writePrivate(name, text) {
    await writeFile(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  },
  keep: () => '',
  read: async () => undefined,
});

/** Where no file is needed, and so none may be written. */
export const noFiles: Files = {
  writePrivate: (name) => Promise.reject(new Error(`nobody should write ${name}`)),
  keep: () => '',
  read: async () => undefined,
};
