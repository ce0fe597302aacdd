import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { UnreachableError } from '../../../lib/domain/errors.ts';
import { lookInto } from '../../../lib/steps/backup/look-into.ts';
import { accountOf, memoryStorage } from '../../support/memory-storage.ts';
import { from } from '../../support/bytes.ts';
import { pgArchive } from '../../support/pg-archive.ts';
import { tarOf } from '../../support/tar.ts';
import { packing } from './fakes.ts';

const rows = 'INSERT INTO t VALUES (1);\n'.repeat(5_000);
const pgDump = `--\n-- PostgreSQL database dump\n--\n\n\\restrict x\n${rows}--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict x\n\n`;
const cluster = `--\n-- PostgreSQL database cluster dump\n--\n${pgDump}--\n-- PostgreSQL database cluster dump complete\n--\n`;
const mariadb = `/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19  Distrib 10.11.6\n${rows}-- Dump completed on 2026-11-26  4:00:00\n`;
const mysql = `-- MySQL dump 10.13  Distrib 8.0.36\n${rows}-- Dump completed\n`;
const cut = (bytes: Buffer, by: number): Buffer => bytes.subarray(0, bytes.length - by);
const half = (text: string): string => text.slice(0, text.length / 2);
const tar = (): Buffer => tarOf(['base/1', Buffer.alloc(2_000)], ['base/2', Buffer.from('x')]);

const parts = pgArchive({ minor: 14 });
const archive = Buffer.concat([parts.head, ...parts.blocks]);

async function look(bytes: Uint8Array | string) {
  const storage = memoryStorage();
  storage.objects.set('dump', Buffer.from(bytes));
  return lookInto('dump', storage, packing);
}

test.each<[string, Buffer | string, boolean, RegExp]>([
  ['SQL of pg_dump', pgDump, true, /^SQL of pg_dump, to its end$/],
  ['SQL of pg_dumpall, gzip', gzipSync(cluster), true, /^gzip, to its end; SQL of pg_dumpall, to its end$/],
  ['SQL of mariadb-dump, zstd', zstdCompressSync(mariadb), true, /^zstd, to its end; SQL of MariaDB's/],
  ['SQL of mysqldump', mysql, true, /^SQL of MySQL's/],
  [
    'several members of gzip',
    Buffer.concat([gzipSync(half(mysql)), gzipSync(mysql.slice(mysql.length / 2))]),
    true,
    /to its end/,
  ],
  ['a tar archive', gzipSync(tar()), true, /a tar archive, to its end/],
  [
    'a dump behind a warning of its tool',
    `mysqldump: [Warning] Using a password on the command line interface can be insecure.\n${mysql}`,
    true,
    /^SQL of MySQL's dump tool, to its end$/,
  ],
  ['an archive of pg_dump', gzipSync(archive), true, /^gzip, to its end; an archive of pg_dump, to its end$/],
  [
    'an archive of pg_dump of a kind that is not known',
    `PGDMP\u0001\u000e${rows}`,
    false,
    /^an archive of pg_dump, whose end cannot be told/,
  ],
  [
    'one in gzip',
    gzipSync(`PGDMP\u0001\u000e${rows}`),
    false,
    /^gzip, to its end; an archive of pg_dump, whose end/,
  ],
  [
    'age',
    `age-encryption.org/v1\n-> X25519 a\nb\n--- c\n${rows}`,
    false,
    /^encrypted with age: behind its header/,
  ],
  ['something else', 'BSON', false, /^no known form of a dump$/],
  ['something else in gzip', gzipSync('BSON'), false, /^gzip, to its end; no known form of a dump/],
])('%s', async (_, bytes, isWhole, checked) => {
  const looked = await look(bytes);
  expect(looked).toMatchObject({
    account: accountOf(Buffer.from(bytes)),
    isWhole,
    checked: expect.stringMatching(checked),
  });
});

test('the size of what was compressed is told', async () => {
  expect(await look(gzipSync(mysql))).toMatchObject({ rawBytes: mysql.length });
  expect(await look(mysql)).not.toHaveProperty('rawBytes');
});

test.each<[string, Buffer | string, RegExp]>([
  ['nothing', '', /dump is empty/],
  ['gzip of nothing: the dump failed at once', gzipSync(''), /holds nothing: its gzip is empty/],
  ['gzip without its trailer', cut(gzipSync(mysql), 8), /cut or damaged: its gzip does not end/],
  ['gzip cut in the middle', cut(gzipSync(mysql), 100), /cut or damaged: its gzip/],
  [
    'gzip whose trailer is wrong',
    Buffer.concat([cut(gzipSync(mysql), 8), Buffer.alloc(8)]),
    /cut or damaged: its gzip/,
  ],
  ['zstd cut in the middle', cut(zstdCompressSync(mysql), 10), /cut or damaged: its zstd/],
  ['SQL without its last line', half(pgDump), /is SQL of pg_dump without its end: the dump was cut short/],
  ['whole gzip of half a dump', gzipSync(half(mysql)), /without its end: the dump was cut short/],
  ['whole zstd of half a dump', zstdCompressSync(half(mariadb)), /without its end/],
  [
    'half a pg_dumpall, whose databases are whole',
    gzipSync(`--\n-- PostgreSQL database cluster dump\n--\n${pgDump}`),
    /SQL of pg_dumpall without its end/,
  ],
  [
    'gzip of half an archive of pg_dump',
    gzipSync(cut(archive, 30)),
    /is an archive of pg_dump without its end: the dump was cut short/,
  ],
  ['a tar archive without its end', cut(tar(), 1_024), /a tar archive without its end/],
  [
    'a tar archive that is cut inside a member full of zeros',
    tarOf(['base/1', Buffer.alloc(9_000)]).subarray(0, 4_096),
    /a tar archive without its end/,
  ],
  [
    'gzip of what pg_dump complained of',
    gzipSync('pg_dump: error: connection to server at "db" failed: FATAL:  password authentication failed\n'),
    /^dump holds an error instead of a whole dump: pg_dump: error: connection to server at "db" failed/,
  ],
  [
    'what mysqldump complained of, behind its warning',
    'mysqldump: [Warning] Using a password can be insecure.\nmysqldump: Got error: 1045: Access denied\n',
    /an error instead of a whole dump: mysqldump: Got error: 1045/,
  ],
  [
    'a shell that has no such program',
    '/bin/sh: 1: pg_dump: not found\n',
    /an error instead of a whole dump: \/bin\/sh/,
  ],
  [
    'half a dump, and why it is only half',
    `${half(mysql)}\nmysqldump: Error 2013: Lost connection to server during query\n`,
    /an error instead of a whole dump: mysqldump: Error 2013/,
  ],
  [
    'half an archive of pg_dump, and why',
    `PGDMP\u0001\u000e${rows}\npg_dump: error: query failed: server closed the connection\n`,
    /an error instead of a whole dump: pg_dump: error: query failed/,
  ],
])('%s is refused', async (_, bytes, message) => {
  await expect(look(bytes)).rejects.toMatchObject({
    name: 'TargetError',
    message: expect.stringMatching(message),
  });
});

test('one that is gone again is refused, and a storage that breaks off is not called a cut dump', async () => {
  const storage = memoryStorage();
  await expect(lookInto('dump', storage, packing)).rejects.toThrow(/dump is gone again/);
  storage.objects.set('dump', gzipSync(mysql));
  const gone = new UnreachableError('the storage is gone');
  const breaking: typeof storage = {
    ...storage,
    async get(key) {
      const download = await storage.get(key);
      if (download === undefined) return undefined;
      return { ...download, bytes: from(gzipSync(mysql).subarray(0, 100), gone) };
    },
  };
  await expect(lookInto('dump', breaking, packing)).rejects.toBe(gone);
});
