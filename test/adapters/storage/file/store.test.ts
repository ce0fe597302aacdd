import { randomUUID } from 'node:crypto';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fileStorage } from '../../../../lib/adapters/storage/file/store.ts';
import type { Storage } from '../../../../lib/ports/storage.ts';
import { systemClock } from '../../../../lib/runtime/clock.ts';
import { storageContract } from '../contract.ts';
import { accountOf, keysOf, streamOf } from '../s3/stores.ts';

let root: string;
let storage: Storage;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-file-'));
  storage = storeIn('backups');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const storeIn = (directory: string, signal?: AbortSignal): Storage =>
  fileStorage({
    destination: { kind: 'file', directory },
    workspace: root,
    clock: systemClock,
    newMark: randomUUID,
    ...(signal === undefined ? {} : { signal }),
  });
const files = async (): Promise<string[]> =>
  (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);

storageContract(
  () => ({
    storage,
    until: (signal) => storeIn('backups', signal),
    apart: (name) => storeIn(`backups/${name}`),
    unfinished: async () => (await files()).filter((name) => name.endsWith('.part')),
  }),
  { sizes: [0, 1, 3_000_000], large: 300_000, many: 1_050, atOnce: 50 },
);

test('only the owner may read what is stored, and the directories that were made', async () => {
  await (await storage.put('shop/1/dump', streamOf(1))).finish();
  const modes = ['backups', 'backups/shop', 'backups/shop/1', 'backups/shop/1/dump'].map(
    async (path) => (await stat(join(root, path))).mode & 0o777,
  );
  expect(await Promise.all(modes)).toEqual([0o700, 0o700, 0o700, 0o600]);
});

test('while it is written, only the owner may read it too', async () => {
  const upload = await storage.put('dump', streamOf(1));
  const [name = ''] = await files();
  expect(name).toMatch(/^\.slipway-.*-dump\.part$/);
  expect((await stat(join(root, 'backups', name))).mode & 0o777).toBe(0o600);
  await upload.giveUp();
  expect(await files()).toEqual([]);
});

test('keys are listed in order, by prefix, without what is unfinished, links or directories', async () => {
  for (const key of ['b/2', 'a', 'b/1', 'bc']) await (await storage.put(key, streamOf(1))).finish();
  await storage.put('b/3', streamOf(1));
  await symlink('/etc/passwd', join(root, 'backups', 'b', 'link'));
  expect(await keysOf(storage)).toEqual(['a', 'b/1', 'b/2', 'bc']);
  expect(await keysOf(storage, 'b/')).toEqual(['b/1', 'b/2']);
  expect(await keysOf(storeIn('nowhere'))).toEqual([]);
});

test('what is deleted is gone with the directories that it leaves empty, and may be deleted again', async () => {
  for (const key of ['a/b/1', 'a/2']) await (await storage.put(key, streamOf(1))).finish();
  for (const _ of [1, 2]) await storage.delete('a/b/1');
  expect(await readdir(join(root, 'backups', 'a'))).toEqual(['2']);
  await storage.delete('a/2');
  expect(await readdir(join(root, 'backups'))).toEqual([]);
});

test('what a killed run left is swept when nobody has written to it for long; nothing else is', async () => {
  for (const key of ['ours/1', 'ours/2', 'theirs/1']) await storage.put(key, streamOf(1));
  await (await storage.put('ours/whole', streamOf(1))).finish();
  const hoursAgo = new Date(Date.now() - 7_200_000);
  const unfinished = (await readdir(join(root, 'backups'), { recursive: true })).filter(
    (name) => name.endsWith('.part') && !name.includes('-2.part'),
  );
  for (const name of [...unfinished, 'ours/whole'])
    await utimes(join(root, 'backups', name), hoursAgo, hoursAgo);

  const isOurs = (key: string): boolean => key.startsWith('ours/');
  expect(await storage.sweep({ isOurs, idleFor: 3_600_000 })).toEqual([
    { key: 'ours/1', touched: expect.closeTo(hoursAgo.getTime(), -3) },
  ]);
  expect((await files()).filter((name) => name.endsWith('.part'))).toHaveLength(2);
  expect(await keysOf(storage)).toEqual(['ours/whole']);
});

test('a file that ends early is no backup', async () => {
  await (await storage.put('dump', streamOf(2_000_000))).finish();
  const download = await storage.get('dump');
  await truncate(join(root, 'backups', 'dump'), 1_000_000);
  await expect(accountOf(download?.bytes ?? streamOf(0))).rejects.toThrow(/1000000 bytes instead of 2000000/);
});

test('a path that runs through a file', async () => {
  await mkdir(join(root, 'backups'));
  await writeFile(join(root, 'backups', 'a'), 'x');
  await expect(storage.put('a/b', streamOf(1))).rejects.toMatchObject({
    name: 'TargetError',
    remedy: expect.stringMatching(/is a file, not a directory/),
  });
  expect(await storage.head('a/b')).toBeUndefined();
  expect(await readFile(join(root, 'backups', 'a'), 'utf8')).toBe('x');
});

// Root may write everywhere.
(process.getuid?.() === 0 ? test.skip : test)('a directory that may not be written to', async () => {
  await mkdir(join(root, 'backups'));
  await chmod(join(root, 'backups'), 0o500);
  await expect(storage.put('a', streamOf(1))).rejects.toMatchObject({
    remedy: expect.stringMatching(/let the runner's user write to/),
  });
});

test('a destination that is a file is the author’s to mend, whatever is asked first', async () => {
  await writeFile(join(root, 'backups'), '');
  const order = { isOurs: () => true, idleFor: 1 };
  const list = async (prefix: string): Promise<void> => {
    for await (const object of storage.list(prefix)) void object;
  };
  for (const ask of [() => storage.sweep(order), () => list('shop/'), () => list('')])
    await expect(ask()).rejects.toMatchObject({
      name: 'TargetError',
      remedy: expect.stringMatching('is a file, not a directory'),
    });
});
