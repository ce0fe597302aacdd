import { expect, test } from '@jest/globals';
import { generateX25519Identity } from 'age-encryption';
import type { BackupManifest } from '../../../lib/domain/database/backup-manifest.ts';
import type { Contents } from '../../../lib/ports/database.ts';
import { restoreStored } from '../../../lib/steps/backup/restore-stored.ts';
import { accountOf, memoryStorage } from '../../support/memory-storage.ts';
import { contents, database, identity, manifestOf, order, packing, store, whole } from './fakes.ts';
import type { Script } from './fakes.ts';

async function restoring(
  rest: Partial<BackupManifest>,
  script: Script = {},
  identities = [identity],
  target = database(script),
) {
  const storage = memoryStorage();
  const stored = await store(database(), storage);
  if ('failed' in stored) throw stored.failed;
  const failed = await restoreStored(
    { manifest: manifestOf(stored, rest), identities, oneTransaction: true, owners: true },
    { database: target, packing, storage },
  ).catch((error: unknown) => error);
  return { failed, restored: target.restored() };
}

test.each<[string, Partial<BackupManifest>, RegExp]>([
  [
    'another object than the manifest names',
    { object: { key: order.key, bytes: 1, sha256: 'a'.repeat(64) } },
    /other bytes/,
  ],
  ['another dump', { raw: { bytes: whole.length, sha256: 'a'.repeat(64) } }, /other bytes/],
  ['no object', { object: { key: 'gone', ...accountOf(whole) } }, /has no gone/],
  ['a newer server', { serverVersion: '16.1' }, /newer than PostgreSQL 15.18 can read/],
  ['a version that is none', { serverVersion: 'x' }, /no version/],
])('%s: no tool saw the end of it', async (_, rest, why) => {
  const { failed, restored } = await restoring(rest);
  expect((failed as Error).message).toMatch(why);
  expect(restored).toBeUndefined();
});

test.each<[string, Partial<BackupManifest>, Script, RegExp]>([
  [
    'an extension that is not there',
    {
      extensions: [
        { name: 'postgis', version: '3' },
        { name: 'plpgsql', version: '1' },
      ],
    },
    {},
    /does not have the extension postgis/,
  ],
  ['too little disk', { databaseBytes: 2_000_000 }, { free: 1_000_000 }, /1.0 MB free.* need 2.0 MB/],
  [
    'a pg_restore older than the dump',
    { toolVersion: '17.1' },
    {},
    /15.18 is older than what wrote the dump, PostgreSQL 17.1/,
  ],
])('%s: refused before anything is touched', async (_, rest, script, why) => {
  const { failed, restored } = await restoring(rest, script);
  expect((failed as Error).message).toMatch(why);
  expect(restored).toBeUndefined();
});

test('a disk that nobody can tell, and one with room, do not keep it from going on', async () => {
  const failing = database();
  const unknown = { ...failing, freeBytes: () => Promise.reject(new Error('df failed')) };
  for (const free of [3_000_000, undefined])
    expect(await restoring({ databaseBytes: 2_000_000 }, free === undefined ? {} : { free })).toMatchObject({
      failed: contents,
    });
  expect(await restoring({ databaseBytes: 2_000_000 }, {}, [identity], unknown)).toMatchObject({
    failed: contents,
  });
});

test('tables whose rows were left out are not looked at', async () => {
  const asked: unknown[] = [];
  const target = database();
  const watched: typeof target = {
    ...target,
    contents: async (kind, options) => {
      asked.push(kind, options?.withoutRows);
      return target.contents(kind, options);
    },
  };
  await restoring({ withoutRows: ['public.log'] }, {}, [identity], watched);
  expect(asked).toEqual(['rows', ['public.log']]);
});

test('hashes of an older way are not asked for: rows are counted', async () => {
  const asked: unknown[] = [];
  const target = database();
  const watched: typeof target = {
    ...target,
    contents: async (kind) => {
      asked.push(kind);
      return target.contents(kind);
    },
  };
  const fingerprint = { kind: 'rows', tables: [{ name: 'public.t', rows: 2, hash: 'another' }] } as const;
  const { failed } = await restoring({ fingerprint }, {}, [identity], watched);
  expect([failed, asked]).toEqual([contents, ['counts']]);
});

test('without the right key nothing is restored', async () => {
  const { failed, restored } = await restoring({}, {}, [await generateX25519Identity()]);
  expect((failed as Error).message).toMatch(/none of the identities/);
  expect(restored).toBeUndefined();
});

test('a restored database that differs is told, table by table', async () => {
  const restores: Contents = {
    ...contents,
    fingerprint: {
      kind: 'rows',
      method: 'columns by name',
      tables: [{ name: 'public.t', rows: 1, hash: '7' }],
    },
  };
  const { failed } = await restoring({}, { restores });
  expect((failed as Error).message).toMatch('public.t: 1 row instead of 2');
});
