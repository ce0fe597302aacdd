import { execFile } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { walkTar } from '../../../lib/domain/database/tar-walk.ts';
import { Walk } from '../../../lib/domain/database/walk.ts';
import { signed, tarMember, tarOf } from '../../support/tar.ts';

/** In pieces of the given size. */
function isWhole(bytes: Buffer, piece = 1_000): boolean | undefined {
  const walk = new Walk(walkTar());
  for (let at = 0; at < bytes.length; at += piece) walk.see(bytes.subarray(at, at + piece));
  return walk.isWhole();
}

const end = Buffer.alloc(1_024);

describe('of its own making', () => {
  const small = tarOf(['a', Buffer.from('x')], ['b', Buffer.alloc(0)], ['zeros', Buffer.alloc(3_000)]);

  test.each([1, 7, 512, 1_000, 100_000])('in pieces of %d bytes', (piece) => {
    expect(isWhole(small, piece)).toBe(true);
  });

  test('cut anywhere it is not whole', () => {
    for (let length = 1; length < small.length; length += 37)
      expect([length, isWhole(small.subarray(0, length))]).toEqual([length, false]);
  });

  test('zeros behind its end belong to it, and so does another archive that is whole', () => {
    expect(isWhole(Buffer.concat([small, Buffer.alloc(8_192)]))).toBe(true);
    expect(isWhole(Buffer.concat([small, small]))).toBe(true);
    expect(isWhole(Buffer.concat([small, small.subarray(0, 2_048)]))).toBe(false);
  });

  test('what is no header where one must be', () => {
    expect(isWhole(Buffer.concat([tarMember('a', Buffer.from('x')), Buffer.alloc(512, 'y'), end]))).toBe(
      false,
    );
  });

  test('a size in base 256', () => {
    const header = tarMember('a', Buffer.alloc(0));
    header.fill(0, 124, 136);
    header[124] = 0x80;
    header[134] = 2; // 512 bytes
    expect(isWhole(Buffer.concat([signed(header), Buffer.alloc(512, 1), end]))).toBe(true);
    expect(isWhole(Buffer.concat([signed(header), end]))).toBe(false);
  });

  test('a size that only the pax header before it knows', () => {
    const pax = tarMember('pax', Buffer.from('12 path=abc\n13 size=1024\n'), undefined, 'x');
    const member = tarMember('a', Buffer.alloc(1_024, 1), 0);
    expect(isWhole(Buffer.concat([pax, member, end]))).toBe(true);
    expect(isWhole(Buffer.concat([pax, tarMember('a', Buffer.alloc(0)), end]))).toBe(false);
  });
});

describe("of tar's making", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slipway-tar-'));
    await writeFile(join(folder, 'text'), 'hello\n'.repeat(999));
    await writeFile(join(folder, 'n'.repeat(180)), 'a long name');
    await writeFile(join(folder, 'holes'), 'begin');
    for (let at = 1; at < 60; at += 1) {
      await truncate(join(folder, 'holes'), at * 100_000);
      await writeFile(join(folder, 'holes'), 'x', { flag: 'a' });
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each([['gnu'], ['gnu', '-S'], ['pax'], ['pax', '-S']])('%s %s', async (...[format, sparse]) => {
    const argv = ['-C', folder, `--format=${format}`, ...(sparse === undefined ? [] : [sparse]), '-c', '.'];
    const run = promisify(execFile);
    const { stdout } = await run('tar', argv, { encoding: 'buffer', maxBuffer: 1e8 });
    expect(isWhole(stdout, 65_536)).toBe(true);
    const last = stdout.findLastIndex((byte) => byte !== 0);
    expect(isWhole(stdout.subarray(0, Math.floor(last / 2)), 65_536)).toBe(false);
  });
});
