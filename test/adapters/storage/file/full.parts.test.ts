import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fileStorage } from '../../../../lib/adapters/storage/file/store.ts';
import { systemClock } from '../../../../lib/runtime/clock.ts';
import { MiB, streamOf } from '../s3/stores.ts';

const run = promisify(execFile);
let small: string;
beforeEach(async () => {
  small = await mkdtemp(join(tmpdir(), 'slipway-small-'));
  await run('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'slipway', small]);
});
afterEach(async () => {
  await run('umount', [small]);
  await rm(small, { recursive: true });
});

const storage = () =>
  fileStorage({
    destination: { kind: 'file', directory: small },
    workspace: '/',
    clock: systemClock,
    newMark: randomUUID,
  });

test('a full disk is one clear error, and nothing is left on it', async () => {
  const before = (await statfs(small)).bavail;
  await expect(storage().put('shop/dump', streamOf(40 * MiB))).rejects.toMatchObject({
    name: 'TargetError',
    message: expect.stringMatching(/did not store shop\/dump: ENOSPC/),
    remedy: expect.stringMatching(/make room on the file system of .*nothing was left there/),
  });
  expect(
    (await readdir(small, { recursive: true, withFileTypes: true })).filter((one) => one.isFile()),
  ).toEqual([]);
  expect((await statfs(small)).bavail).toBe(before);
  expect((await storage().put('shop/dump', streamOf(MiB))).account.bytes).toBe(MiB);
});

test('a file system that is mounted read-only', async () => {
  await writeFile(join(small, 'there'), 'x');
  await run('mount', ['-o', 'remount,ro', small]);
  await expect(storage().put('dump', streamOf(1))).rejects.toMatchObject({
    remedy: expect.stringMatching(/is mounted read-only/),
  });
  expect((await stat(join(small, 'there'))).size).toBe(1);
});
