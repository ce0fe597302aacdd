/** Real builds of a folder, to see what BuildKit sends of it. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

export const run = promisify(execFile);

export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

export async function scratch(): Promise<Scratch> {
  const path = await mkdtemp(join(tmpdir(), 'slipway-source-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export async function write(root: string, path: string, text = path, mode = 0o644): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
  await chmod(join(root, path), mode);
}

export async function plant(
  root: string,
  files: readonly string[],
  folders: readonly string[],
  links: Readonly<Record<string, string>>,
): Promise<void> {
  for (const path of files) await write(root, path);
  for (const path of folders) await mkdir(join(root, path), { recursive: true });
  for (const [path, target] of Object.entries(links)) await symlink(target, join(root, path));
}

export interface Build {
  readonly buildx: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly context: string;
  readonly file: string;
  readonly extra?: readonly string[];
}

/** Builds into a folder: what COPY got is what was sent. */
export async function buildInto(
  destination: string,
  { buildx, environment, context, file, extra = [] }: Build,
): Promise<void> {
  const args = ['build', '--file', file, ...extra, '--output', `type=local,dest=${destination}`, context];
  await run(buildx, args, { env: { ...process.env, ...environment } });
}
