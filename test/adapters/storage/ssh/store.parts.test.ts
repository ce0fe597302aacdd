/** With a real OpenSSH on both sides; the programs there are coreutils, then busybox alone. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  chmod,
  copyFile,
  mkdtemp,
  readdir,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Storage } from '../../../../lib/ports/storage.ts';
import { serverAccount } from '../../../../sandbox/databases/account.ts';
import { installPackages, packageFile } from '../../../../sandbox/packages.ts';
import { startSshServer } from '../../../../sandbox/ssh/server.ts';
import type { SshServer } from '../../../../sandbox/ssh/server.ts';
import { storageContract } from '../contract.ts';
import { accountOf, keysOf, MiB, streamOf } from '../s3/stores.ts';
import { keysFolder, storeAt } from './ports.ts';

const run = promisify(execFile);
/** One with a shell, which sshd lets in without being root itself. */
const account = 'postgres';
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'slipway-ssh-storage-'));
  await installPackages(() => (existsSync('/var/lib/postgresql') ? [] : ['postgresql']));
  await (await serverAccount(account)).take(scratch);
}, 600_000);
afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
  await rm(keysFolder, { recursive: true, force: true });
});

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

/** A folder with nothing in it but busybox, under the names that it answers to. */
async function busyboxFolder(): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'busybox-'));
  await chmod(folder, 0o755);
  const busybox = join(folder, 'busybox');
  // A copy: the cache is its owner's alone.
  await copyFile(await packageFile('busybox-static', 'bin/busybox'), busybox);
  await chmod(busybox, 0o755);
  const { stdout } = await run(busybox, ['--list']);
  for (const name of stdout
    .trim()
    .split('\n')
    .filter((each) => each !== 'busybox'))
    await symlink(busybox, join(folder, name));
  return folder;
}

describe.each([
  ['coreutils', async () => ({})],
  ['busybox', async () => ({ PATH: await busyboxFolder() })],
])('%s', (programs, environment) => {
  let server: SshServer;
  let root: string;
  let storage: Storage;
  let nth = 0;
  beforeAll(async () => {
    server = await startSshServer({ user: account, environment: await environment() });
  }, 600_000);
  beforeEach(() => {
    root = join(scratch, `${programs}'s ${(nth += 1)} $HOME`, 'backups');
    storage = storeAt(server, root);
  });
  afterAll(() => server?.stop());

  storageContract(
    () => ({
      storage,
      until: (signal) => storeAt(server, root, { signal }),
      apart: (name) => storeAt(server, join(root, name)),
      unfinished: async () => (await filesIn(root).catch(() => [])).filter((name) => name.endsWith('.part')),
    }),
    { sizes: [0, 1, 40 * MiB + 12_345], large: 3 * MiB, many: 20, atOnce: 4 },
  );

  test('only the owner may read what is stored, and the directories that were made', async () => {
    const upload = await storage.put('shop/1/dump', streamOf(1));
    const [name = ''] = await filesIn(root);
    expect(name).toMatch(/^\.slipway-.*-dump\.part$/);
    expect((await stat(join(root, 'shop/1', name))).mode & 0o777).toBe(0o600);
    await upload.finish();
    const modes = ['', 'shop', 'shop/1', 'shop/1/dump'].map(
      async (path) => (await stat(join(root, path))).mode & 0o777,
    );
    expect(await Promise.all(modes)).toEqual([0o700, 0o700, 0o700, 0o600]);
    expect(await filesIn(root)).toEqual(['dump']);
  });

  test('links, directories, and names of two lines are not listed', async () => {
    await (await storage.put('b/2', streamOf(1))).finish();
    await storage.put('b/3', streamOf(1));
    await symlink('/etc/passwd', join(root, 'b', 'link'));
    await writeFile(join(root, 'b', 'x\n5 5 .\n5 5 y'), 'x');
    expect(await keysOf(storage)).toEqual(['b/2']);
  });

  test('what is deleted takes the directories along that it leaves empty', async () => {
    for (const key of ['a/b/1', 'a/2']) await (await storage.put(key, streamOf(1))).finish();
    await storage.delete('a/b/1');
    expect(await readdir(join(root, 'a'))).toEqual(['2']);
    await storage.delete('a/2');
    expect(await readdir(root)).toEqual([]);
  });

  test('what a killed run left is swept when nobody has written to it for long; nothing else is', async () => {
    for (const key of ['ours/1', 'ours/2', 'theirs/1']) await storage.put(key, streamOf(1));
    await (await storage.put('ours/whole', streamOf(1))).finish();
    const hoursAgo = new Date(Date.now() - 7_200_000);
    const old = (await readdir(root, { recursive: true })).filter(
      (name) => name.endsWith('.part') && !name.includes('-2.part'),
    );
    for (const name of [...old, 'ours/whole']) await utimes(join(root, name), hoursAgo, hoursAgo);

    const isOurs = (key: string): boolean => key.startsWith('ours/');
    expect(await storage.sweep({ isOurs, idleFor: 3_600_000 })).toEqual([
      { key: 'ours/1', touched: expect.closeTo(hoursAgo.getTime(), -4) },
    ]);
    expect((await filesIn(root)).filter((name) => name.endsWith('.part'))).toHaveLength(2);
    expect(await keysOf(storage)).toEqual(['ours/whole']);
  });

  test('a disk that is full is one clear error, and nothing is left on it', async () => {
    const small = await mkdtemp(join(scratch, 'small-'));
    await run('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'slipway', small]);
    try {
      let taken = 0;
      async function* large(): AsyncGenerator<Uint8Array> {
        for await (const chunk of streamOf(200 * MiB)) {
          taken += chunk.length;
          yield chunk;
        }
      }
      await expect(storeAt(server, small).put('shop/dump', large())).rejects.toMatchObject({
        name: 'TargetError',
        message: expect.stringMatching(/did not store shop\/dump: No space left on device/),
        remedy: expect.stringMatching(/make room on the file system of .*; nothing was left/),
      });
      expect(await filesIn(small)).toEqual([]);
      expect(taken).toBeLessThan(60 * MiB);
      await run('mount', ['-o', 'remount,ro', small]);
      await expect(storeAt(server, small).put('dump', streamOf(1))).rejects.toMatchObject({
        remedy: expect.stringMatching(/is mounted read-only/),
      });
    } finally {
      await run('umount', [small]);
    }
  });

  test('a file that ends early is no backup', async () => {
    await (await storage.put('dump', streamOf(2_000_000))).finish();
    const download = await storage.get('dump');
    await truncate(join(root, 'dump'), 1_000_000);
    await expect(accountOf(download?.bytes ?? streamOf(0))).rejects.toThrow(
      /1000000 bytes instead of 2000000/,
    );
  });

  test('a path that runs through a file', async () => {
    await (await storage.put('a', streamOf(1))).finish();
    await expect(storage.put('a/b', streamOf(1))).rejects.toMatchObject({
      name: 'TargetError',
      remedy: expect.stringMatching(/is a file there, not a directory/),
    });
    expect(await storage.head('a/b')).toBeUndefined();
  });
});
