import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheDirectory } from './layout.ts';
import { withLock } from './lock.ts';
import type { Progress } from './progress.ts';

export function isCommand(name: string): boolean {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
  return path.split(':').some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return directory !== '';
    } catch {
      return false;
    }
  });
}

/**
 * Installs the Debian packages that are missing, where there is apt. What it could not do shows as still missing, and
 * its own words go to stderr; `missing` is asked again under the lock, for another process may have installed them.
 */
export async function installPackages(missing: () => readonly string[], progress?: Progress): Promise<void> {
  if (missing().length === 0 || !existsSync('/usr/bin/apt-get')) return;
  await withLock('apt', async () => {
    const packages = missing();
    if (packages.length === 0) return;
    progress?.say('apt-get', `installing ${packages.join(' ')}`);
    apt({}, 'update');
    apt({}, 'install', '--yes', '--no-install-recommends', ...packages);
    progress?.say('apt-get', 'done');
  });
}

/**
 * A copy, in the cache, of one file of a Debian package that need not be installed, for it may be in the way of one
 * that is. Throws where there is no apt, or apt does not know the package.
 */
export async function packageFile(name: string, path: string): Promise<string> {
  const kept = join(cacheDirectory(process.env), 'packages', name, basename(path));
  if (existsSync(kept)) return kept;
  await withLock(`package ${name}`, async () => {
    if (existsSync(kept)) return;
    await mkdir(join(kept, '..'), { recursive: true });
    const folder = await mkdtemp(join(kept, '..', 'unpacking-'));
    try {
      const download = (): boolean => apt({ cwd: folder }, 'download', name);
      if (!download()) {
        await withLock('apt', async () => void apt({}, 'update'));
        if (!download())
          throw new Error(`apt-get download ${name} failed: it takes Debian or Ubuntu, and its mirror`);
      }
      const unpack = ['sh', '-c', 'dpkg-deb --extract ./*.deb unpacked'] as const;
      if (!run({ cwd: folder }, ...unpack)) throw new Error(`dpkg-deb could not unpack ${name}`);
      await copyFile(join(folder, 'unpacked', path), join(folder, 'copy'));
      await rename(join(folder, 'copy'), kept);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
  return kept;
}

const apt = (options: { cwd?: string }, ...args: readonly string[]): boolean =>
  // The sandbox of apt-get's downloads is a user that may not write to our folder.
  run(options, 'apt-get', '-qq', '-o', 'DPkg::Lock::Timeout=300', '-o', 'APT::Sandbox::User=root', ...args);

function run(options: { cwd?: string }, program: string, ...args: readonly string[]): boolean {
  const { status } = spawnSync(program, args, {
    ...options,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return status === 0;
}

/** As the error of whoever needs it says it. */
export const remedyFor = (name: string): string => `apt-get install ${name}`;
