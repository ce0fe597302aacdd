import { describe, expect, test } from '@jest/globals';
import type { BackupManifest } from '../../../lib/domain/database/backup-manifest.ts';
import { backupsOf, findBackup, foldersOf, readManifest } from '../../../lib/steps/backup/catalogue.ts';
import { Yard, of } from '../../actions/backup-db/memory.ts';

const folder = (id: string): string => `postgresql/shop/${id}`;
const manifestOf = (id: string, level = 'complete'): string => `${folder(id)}/manifest.${level}.json`;

describe('what is there', () => {
  test('newest first, each with its level; what has no manifest is no backup', async () => {
    const yard = new Yard();
    const [old, young] = [yard.there(9, 'restored'), yard.there(1, 'parsed')];
    yard.storage.objects.set(`${folder('20261126T010000Z-bbbbbb')}/dump.pgdump.zst`, Buffer.from('x'));
    yard.storage.objects.set(`${folder(old)}/notes.txt`, Buffer.from('x'));
    expect(await backupsOf(yard.storage, of)).toEqual([
      { id: young, startedAt: expect.any(Number), level: 'parsed', manifestKey: manifestOf(young, 'parsed') },
      { id: old, startedAt: expect.any(Number), level: 'restored', manifestKey: manifestOf(old, 'restored') },
    ]);
    const [, half, whole] = await foldersOf(yard.storage, of);
    expect(half).toMatchObject({ id: '20261126T010000Z-bbbbbb', manifest: undefined });
    expect(whole?.objects).toHaveLength(2); // notes.txt is none of ours
  });

  test('of another database or engine: not there', async () => {
    const yard = new Yard();
    yard.there(1);
    expect(await backupsOf(yard.storage, { ...of, database: 'sho' })).toEqual([]);
    expect(await backupsOf(yard.storage, { ...of, engine: 'mysql' })).toEqual([]);
  });

  test('two manifests: the higher level counts', async () => {
    const yard = new Yard();
    const id = yard.there(1, 'restored');
    yard.storage.objects.set(manifestOf(id, 'complete'), Buffer.from('{}'));
    expect(await backupsOf(yard.storage, of)).toMatchObject([{ level: 'restored' }]);
  });
});

describe('a manifest that is none', () => {
  const cases: readonly (readonly [string, (text: string) => string, RegExp])[] = [
    ['cut', (text) => text.slice(0, 100), /cannot be read: not JSON/],
    ['of another version', (text) => text.replace('manifest/v1', 'manifest/v9'), /cannot be read: schema/],
    ['of another database', (text) => text.replace('"shop"', '"other"'), /wrong place/],
    [
      'of another backup',
      (text) => text.replace(/"id": ".*"/, '"id": "20200101T000000Z-000000"'),
      /wrong place/,
    ],
    // Its name is what retention and the check of a schedule go by.
    [
      'proven less than its name says',
      (text) => text.replace('"level": "complete"', '"level": "parsed"'),
      /wrong place/,
    ],
    [
      'without what it left out',
      (text) => text.replace('"withoutRows"', '"with"'),
      /parts of it are missing/,
    ],
    ['without its extensions', (text) => text.replace('"extensions"', '"with"'), /parts of it are missing/],
  ];

  test.each(cases)('%s', async (_, change, problem) => {
    const yard = new Yard();
    const key = manifestOf(yard.there(1));
    yard.storage.objects.set(key, Buffer.from(change(String(yard.storage.objects.get(key)))));
    await expect(readManifest(yard.storage, key)).rejects.toThrow(problem);
  });

  test('gone', async () => {
    await expect(readManifest(new Yard().storage, manifestOf('x'))).rejects.toThrow('is gone');
  });

  test('too long to be one: nothing of it is read', async () => {
    const yard = new Yard();
    const key = manifestOf(yard.there(1));
    let read = false;
    const huge = {
      ...yard.storage,
      get: async () => ({
        object: { key, bytes: 1e9, modified: 0 },
        account: () => ({ bytes: 0, sha256: '' }),
        bytes: (async function* () {
          read = true;
          yield Buffer.of();
        })(),
      }),
    };
    await expect(readManifest(huge, key)).rejects.toThrow('none of ours');
    expect(read).toBe(false);
  });
});

describe('one is wanted', () => {
  const told = (hours: number, rest: Partial<BackupManifest> = {}): { yard: Yard; ids: string[] } => {
    const yard = new Yard();
    return { yard, ids: [yard.there(hours, 'restored', rest), yard.there(hours - 1, 'complete')] };
  };

  test('the newest that is proven far enough', async () => {
    const { yard, ids } = told(9);
    const latest = (level: 'restored' | 'complete') =>
      findBackup(yard.storage, { kind: 'latest', of, level });
    await expect(latest('restored')).resolves.toMatchObject({ id: ids[0] });
    await expect(latest('complete')).resolves.toMatchObject({ id: ids[1] });
  });

  test('none is proven far enough: what is there is named', async () => {
    const yard = new Yard();
    const id = yard.there(1, 'parsed');
    const wanted = findBackup(yard.storage, { kind: 'latest', of, level: 'restored' });
    await expect(wanted).rejects.toMatchObject({ details: [['there', `${id} (parsed)`]] });
  });

  test('by id', async () => {
    const { yard, ids } = told(9);
    await expect(findBackup(yard.storage, { kind: 'id', of, id: ids[0] ?? '' })).resolves.toMatchObject({
      id: ids[0],
    });
    const unknown = findBackup(yard.storage, { kind: 'id', of, id: '20200101T000000Z-000000' });
    await expect(unknown).rejects.toThrow('there is no backup 20200101T000000Z-000000 of shop');
  });

  test('half a backup is none', async () => {
    const yard = new Yard();
    yard.storage.objects.set(`${folder('20261126T010000Z-bbbbbb')}/dump.pgdump.zst`, Buffer.from('x'));
    const half = findBackup(yard.storage, { kind: 'id', of, id: '20261126T010000Z-bbbbbb' });
    await expect(half).rejects.toThrow('it has no manifest');
  });

  test.each(['', '/', '/dump.pgdump.zst', '/manifest.restored.json'])('by URI, with %j', async (end) => {
    const { yard, ids } = told(9);
    const uri = `memory/${folder(ids[0] ?? '')}${end}`;
    await expect(findBackup(yard.storage, { kind: 'uri', uri })).resolves.toMatchObject({ id: ids[0] });
  });

  test.each(['s3://other/postgresql/shop/x', 'memory/postgresql/shop', 'memory/../etc/passwd'])(
    'no URI of a backup: %s',
    async (uri) => {
      await expect(findBackup(told(9).yard.storage, { kind: 'uri', uri })).rejects.toThrow('is no backup');
    },
  );
});
