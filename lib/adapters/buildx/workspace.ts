import { realpathSync, statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import type { Look } from '../../domain/build/places.ts';

/** Looks at the disk before anything is built: is it there, and is it what was checked out? */
export function workspaceLook(workspace: string): Look {
  const root = real(workspace || '.') ?? resolve(workspace);
  return (path) => {
    const asked = resolve(root, path);
    const found = real(asked);
    // What is not there is where it would be.
    const place = found ?? asked;
    const inside = place === root || place.startsWith(`${root}${sep}`);
    if (found === undefined) return { kind: 'nothing', inside };
    return { kind: statSync(found).isDirectory() ? 'folder' : 'file', inside };
  };
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined; // not there, or in a folder that is not ours to read
  }
}
