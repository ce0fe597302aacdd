import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toolsFolder } from '../../sandbox/service/binary.ts';

/** A tool that the sandbox has built: the newest of its name in the cache. */
export async function toolPath(name: string): Promise<string> {
  const folders = await readdir(toolsFolder()).catch(() => []);
  const paths = folders
    .filter((one) => one.startsWith(`${name}-`))
    .map((one) => join(toolsFolder(), one, name));
  const built = await Promise.all(
    paths.map(async (path) => ({ path, at: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 })),
  );
  const newest = built.filter((one) => one.at > 0).sort((a, b) => b.at - a.at)[0];
  if (!newest) throw new Error(`${name} is not built: node sandbox/cli.ts tools ${name}`);
  return newest.path;
}
