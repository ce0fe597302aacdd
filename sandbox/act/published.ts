import { cp, mkdir, readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** This work tree. */
export const workTree = join(import.meta.dirname, '..', '..');

/**
 * Copies of Slipway what a runner uses of it: every action.yml and the committed bundles. act packs the whole folder
 * anew for each step, so the work tree itself, with its node_modules, would be far too much.
 */
export async function publish(root: string, target: string): Promise<void> {
  if (!existsSync(join(root, 'dist'))) throw new Error(`${root} has no dist/: npm run build`);
  const actions = (await readdir(join(root, 'actions'))).map((name) => join('actions', name, 'action.yml'));
  for (const path of ['action.yml', 'package.json', 'dist', ...actions]) {
    if (!existsSync(join(root, path))) continue;
    await mkdir(join(target, path, '..'), { recursive: true });
    await cp(join(root, path), join(target, path), { recursive: true });
  }
}
