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

test.each([0, 1, 3_000_000])(
  '%i bytes come back as they went, and are seen only when finished',
  async (bytes) => {
    const upload = await storage.put('shop/1/dump', streamOf(bytes));
    expect(upload.account).toEqual(await accountOf(streamOf(bytes)));
    expect(await storage.head('shop/1/dump')).toBeUndefined();
    expect(await keysOf(storage)).toEqual([]);

    expect(await upload.finish()).toMatchObject({ key: 'shop/1/dump', bytes });
    const download = await storage.get('shop/1/dump');
    expect(await accountOf(download?.bytes ?? streamOf(0))).toEqual(upload.account);
    expect(download?.account()).toEqual(upload.account);
    expect(await files()).toEqual(['dump']);
  },
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

test('what is there is never replaced, whenever it came', async () => {
  const [first, second] = [await storage.put('dump', streamOf(5)), await storage.put('dump', streamOf(6))];
  await first.finish();
  await expect(second.finish()).rejects.toThrow(/has dump already: it was left as it is/);
  await expect(storage.put('dump', streamOf(7))).rejects.toThrow(/already/);
  expect(await storage.head('dump')).toMatchObject({ bytes: 5 });
  expect(await files()).toEqual(['dump']);
});

test('a stream that fails, and a cancel of one that is stuck, leave nothing', async () => {
  const broken = new Error('pg_dump was killed');
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield* streamOf(1_000);
    throw broken;
  }
  await expect(storage.put('dump', failing())).rejects.toBe(broken);

  const cancel = new AbortController();
  async function* stuck(): AsyncGenerator<Uint8Array> {
    yield* streamOf(1_000);
    cancel.abort(new Error('the run was cancelled'));
    await new Promise(() => undefined);
  }
  await expect(storeIn('backups', cancel.signal).put('dump', stuck())).rejects.toThrow('cancelled');
  expect(await files()).toEqual([]);
});

test('a cancel before the end: finish refuses, and leaves nothing', async () => {
  const cancel = new AbortController();
  const upload = await storeIn('backups', cancel.signal).put('dump', streamOf(1_000));
  cancel.abort(new Error('the run was cancelled'));
  await expect(upload.finish()).rejects.toThrow('cancelled');
  await expect(upload.finish()).rejects.toThrow(/is over/);
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

test('keys that lead out of the destination are refused', async () => {
  for (const key of ['../x', 'a/../../x', '/etc/passwd'])
    for (const work of [
      () => storage.put(key, streamOf(1)),
      () => storage.get(key),
      () => storage.delete(key),
    ])
      await expect(work()).rejects.toMatchObject({ name: 'ConfigurationError' });
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
