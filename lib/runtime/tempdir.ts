import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Files } from '../ports/files.ts';
import { read } from './environment.ts';
import type { Env } from './environment.ts';
import type { State } from './state.ts';

export interface TempDir extends Files {
  /** The folder: 0700, of this step only. */
  readonly path: string;
  /** Main has left work to post, which needs these files: post removes them. */
  leaveToPost(): void;
  /** Writes a file beside the folder, 0600, that outlives the step (outputs name it); returns its path. */
  keep(name: string, text: string): string;
  /** Removes the folder, unless it was left to post. */
  remove(): void;
}

const stateName = 'temp';

/** The step's folder under RUNNER_TEMP. Its path goes into the state first, so post finds it even if main is killed. */
export function stepTempDir(env: Env, state: State, action: string): TempDir {
  const path = mkdtempSync(join(base(env), `slipway-${action}-`));
  try {
    state.save(stateName, path);
  } catch (error) {
    rmSync(path, { recursive: true, force: true }); // post would never hear of it
    throw error;
  }
  return tempDir(path, base(env));
}

/** In post: the folder that main used, or a new one when main never made one. Always removed at the end. */
export function postTempDir(env: Env, state: State, action: string): TempDir {
  const left = state.get(stateName);
  return tempDir(left ?? mkdtempSync(join(base(env), `slipway-${action}-post-`)), base(env));
}

const base = (env: Env): string => read(env, 'RUNNER_TEMP') || tmpdir();

function tempDir(path: string, beside: string): TempDir {
  let left = false;
  return {
    path,
    async writePrivate(name, text) {
      const file = join(path, name);
      await writeFile(file, text, { mode: 0o600 });
      return file;
    },
    async read(file) {
      try {
        return await readFile(file, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    leaveToPost: () => {
      left = true;
    },
    keep(name, text) {
      const file = join(beside, `slipway-${randomUUID().slice(0, 8)}-${name}`);
      writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
      return file;
    },
    remove: () => {
      if (!left) rmSync(path, { recursive: true, force: true });
    },
  };
}
