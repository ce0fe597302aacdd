import { describe, expect, test } from '@jest/globals';
import {
  backupId,
  drillKey,
  drillTime,
  dumpKey,
  folderOf,
  globalsKey,
  manifestKey,
  parseBackupKey,
  prefixOf,
  startOf,
} from '../../../lib/domain/database/backup-key.ts';
import { keyProblem } from '../../../lib/domain/storage/key.ts';

const at = Date.UTC(2026, 10, 26, 4, 15, 7);
const id = '20261126T041507Z-1a2b3c';
const shop = { engine: 'postgresql', database: 'shop' } as const;

test('an id says when the backup was begun, and sorts by it', () => {
  expect(backupId(at + 999, '1a2b3c')).toBe(id);
  expect(startOf(id)).toBe(at);
  expect(backupId(at + 1_000, '000000') > id).toBe(true);
});

test.each(['20261126T041507Z', '20261126T041507Z-1A2B3C', '20269926T041507Z-1a2b3c', 'drills', ''])(
  'no id: %j',
  (text) => expect(startOf(text)).toBeUndefined(),
);

const keys: readonly (readonly [string, string, object | undefined])[] = [
  [
    'a dump, encrypted',
    dumpKey(shop, id, { encrypted: true }),
    { key: `postgresql/shop/${id}/dump.pgdump.zst.age`, part: 'dump' },
  ],
  [
    'a dump as SQL',
    dumpKey({ ...shop, engine: 'mariadb' }, id, { encrypted: false }),
    { key: `mariadb/shop/${id}/dump.sql.zst`, engine: 'mariadb', part: 'dump' },
  ],
  [
    'globals',
    globalsKey(shop, id, { encrypted: false }),
    { key: `postgresql/shop/${id}/globals.sql.zst`, part: 'globals' },
  ],
  [
    'a manifest',
    manifestKey(shop, id, 'parsed'),
    { key: `postgresql/shop/${id}/manifest.parsed.json`, part: 'manifest', level: 'parsed' },
  ],
];

test.each(keys)('%s: written and read', (_, key, expected) => {
  const { key: text, ...rest } = { key: '', ...expected };
  expect(key).toBe(text);
  expect(parseBackupKey(key)).toEqual({ ...shop, id, ...rest });
});

describe('names that a key could not hold', () => {
  test.each(['a/b', '..', '.hidden', 'a\\b', 'café au lait', '100%', 'é'.repeat(31), 'drills'])(
    '%j',
    (database) => {
      const key = manifestKey({ ...shop, database }, id, 'complete');
      expect(keyProblem(key)).toBeUndefined();
      expect(parseBackupKey(key)).toMatchObject({ database });
      expect(key.startsWith(prefixOf({ ...shop, database }))).toBe(true);
    },
  );

  test('two names never share a prefix', () => {
    expect(prefixOf({ ...shop, database: 'a/b' })).not.toBe(prefixOf({ ...shop, database: 'a%2Fb' }));
    expect(prefixOf({ ...shop, database: 'shop-2' }).startsWith(prefixOf(shop))).toBe(false);
  });
});

test.each([
  'notes.txt',
  `${folderOf(shop, id)}dump.pgdump`,
  `${folderOf(shop, id)}dump.pgdump.zst.age.bak`,
  `${folderOf(shop, id)}manifest.json`,
  `${folderOf(shop, id)}manifest.sworn.json`,
  `${folderOf(shop, '2026')}manifest.parsed.json`,
  `oracle/shop/${id}/dump.sql.zst`,
  `postgresql/a%zz/${id}/dump.sql.zst`,
  `postgresql/%61/${id}/dump.sql.zst`,
  `x/postgresql/shop/${id}/dump.sql.zst`,
])('not ours: %s', (key) => expect(parseBackupKey(key)).toBeUndefined());

test('a drill is found by its time, and is no backup', () => {
  const key = drillKey(shop, at);
  expect(key).toBe('postgresql/shop/drills/20261126T041507Z.json');
  expect(drillTime(key)).toBe(at);
  expect(drillTime('postgresql/shop/drills/x.json')).toBeUndefined();
  expect(parseBackupKey(key)).toBeUndefined();
});
