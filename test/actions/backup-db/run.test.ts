import { describe, expect, test } from '@jest/globals';
import { parseManifest } from '../../../lib/domain/database/backup-manifest.ts';
import type { BackupManifest } from '../../../lib/domain/database/backup-manifest.ts';
import type { SchemaReading } from '../../../lib/domain/database/schema.ts';
import { UnreachableError } from '../../../lib/domain/errors.ts';
import { contents, packing, recipient, whole } from '../../steps/backup/fakes.ts';
import { collect, drain, from } from '../../support/bytes.ts';
import { accountOf } from '../../support/memory-storage.ts';
import { Yard, refusal } from './memory.ts';

const id = '20261126T041500Z-1a2b3c';
const folder = `postgresql/shop/${id}`;
const schema = (indexes: string[]): SchemaReading => ({
  kind: 'facts',
  facts: {
    schema: 'slipway/schema-facts/v1',
    engine: 'postgresql',
    relations: [
      {
        name: 'public.orders',
        kind: 'table',
        columns: [],
        indexes: indexes.map((name) => ({ name, unique: true, definition: '' })),
        constraints: [],
        triggers: [],
      },
    ],
    enums: [],
    routines: [],
    extensions: [],
  },
});

describe('a backup', () => {
  test('complete: stored, read again, published last', async () => {
    const yard = new Yard();
    const result = await yard.run({ globals: 'true' });
    expect(result).toMatchObject({ result: 'success', fates: undefined, swept: [], plan: undefined });
    expect(yard.done).toEqual([
      `put ${folder}/globals.sql.zst.age`,
      `put ${folder}/dump.pgdump.zst.age`,
      `put ${folder}/manifest.complete.json`,
    ]);
    const manifest = parseManifest(
      String(yard.storage.objects.get(`${folder}/manifest.complete.json`)),
    ) as BackupManifest;
    expect(manifest).toMatchObject({
      id,
      engine: 'postgresql',
      database: 'shop',
      raw: accountOf(whole),
      object: accountOf(yard.storage.objects.get(`${folder}/dump.pgdump.zst.age`) ?? Buffer.of()),
      globals: accountOf(yard.storage.objects.get(`${folder}/globals.sql.zst.age`) ?? Buffer.of()),
      layers: [
        { kind: 'age', recipients: [recipient] },
        { kind: 'zstd', level: 3 },
      ],
      fingerprint: contents.fingerprint,
      verified: { level: 'complete' },
      by: { repository: 'acme/shop', images: [] },
    });
    expect(result.backup).toMatchObject({ uri: `memory/${folder}/dump.pgdump.zst.age`, manifest });
    expect(yard.kept.get('backup-manifest.json')).toContain(id);
  });

  test('parsed: the dump tool reads what is stored, with a key of this run alone', async () => {
    const yard = new Yard();
    let parsed: Buffer | undefined;
    yard.over = {
      async parse(bytes) {
        parsed = await collect(bytes);
        return accountOf(parsed);
      },
    };
    const result = await yard.run({ verify: 'parsed' });
    expect(parsed?.equals(whole)).toBe(true);
    expect(result.backup?.manifest.verified.level).toBe('parsed');
    // The key of the run is nowhere: neither published nor kept.
    expect(result.backup?.manifest.layers[0]).toEqual({ kind: 'age', recipients: [recipient] });
    expect([...yard.kept.values(), ...yard.said].join('\n')).not.toContain('AGE-SECRET-KEY');
  });

  test('restored: globals first, then the stored object, once; and the server is gone before it is published', async () => {
    const yard = new Yard();
    const read: string[] = [];
    yard.overStorage = {
      get: (key) => {
        read.push(key.slice(folder.length + 1));
        return yard.storage.get(key);
      },
    };
    let applied = '';
    yard.scratch.over = {
      async applyGlobals(sql) {
        applied += String(await collect(sql));
      },
    };
    const result = await yard.run({ verify: 'restored', globals: 'true' });
    expect(applied).toBe('CREATE ROLE app;\n');
    expect(read.filter((key) => key.startsWith('dump'))).toHaveLength(1);
    expect(yard.done.slice(-3)).toEqual([
      'start scratch',
      'stop scratch',
      `put ${folder}/manifest.restored.json`,
    ]);
    expect(result.backup?.manifest.verified).toMatchObject({
      level: 'restored',
      restoredInto: 'scratch 1',
      restoreSeconds: expect.any(Number),
    });
    expect(result.phases.map(([name]) => name)).toEqual([
      'roles and grants',
      'dump',
      'start of the scratch server',
      'restore',
      'comparison',
      'manifest',
    ]);
  });

  test('restored on a server that stays: no role of the source is made there, nor its password', async () => {
    const yard = new Yard();
    const asked: boolean[] = [];
    yard.scratch.over = {
      applyGlobals: () => Promise.reject(new Error('that server is somebody’s')),
      async restore(bytes, { owners }) {
        await drain(bytes);
        asked.push(owners);
        return accountOf(whole);
      },
    };
    const scratch = '{ server: { engine: postgresql, url: "postgresql://proof@other.test/postgres" } }';
    const { backup } = await yard.run({ verify: 'restored', globals: 'true', scratch });
    expect(asked).toEqual([false]);
    expect(backup?.manifest).toMatchObject({ verified: { level: 'restored' }, globals: {} });
  });

  test('no recipient: stored as it is, and said', async () => {
    const yard = new Yard();
    const result = await yard.run({ recipients: '' });
    expect(yard.keys()).toEqual([`${folder}/dump.pgdump.zst`, `${folder}/manifest.complete.json`]);
    expect(result.warnings).toEqual([expect.stringContaining('not encrypted')]);
    const object = await yard.storage.get(`${folder}/dump.pgdump.zst`);
    const dump = await collect(packing.decompress(object?.bytes ?? from()));
    expect(dump.equals(whole)).toBe(true);
  });
});

describe('what fails leaves nothing, publishes nothing and deletes nothing old', () => {
  const cases: readonly (readonly [string, (yard: Yard) => void, string])[] = [
    [
      'the globals',
      (yard) => (yard.over = { dumpGlobals: () => Promise.reject(refusal('no roles')) }),
      'no roles',
    ],
    ['the dump', (yard) => (yard.script = { fails: [0.5, refusal('table locked')] }), 'table locked'],
    ['the end of the dump', (yard) => (yard.script = { fails: [1, refusal('exit 1')] }), 'exit 1'],
    [
      'what is in it',
      (yard) => (yard.script = { contents: Promise.reject(refusal('permission denied')) }),
      'permission denied',
    ],
    [
      'an empty database',
      (yard) => (yard.script = { contents: { ...contents, fingerprint: { kind: 'counts', tables: [] } } }),
      'not a single row',
    ],
    [
      'the scratch server',
      (yard) => (yard.scratch.over = { probe: () => Promise.reject(new UnreachableError('no answer')) }),
      'no answer',
    ],
    [
      'the roles in it',
      (yard) => (yard.scratch.over = { applyGlobals: () => Promise.reject(refusal('no such role')) }),
      'no such role',
    ],
    [
      'the restore',
      (yard) => (yard.scratch.over = { restore: () => Promise.reject(refusal('pg_restore: error')) }),
      'pg_restore: error',
    ],
    [
      'the comparison',
      (yard) =>
        (yard.scratch.script = {
          restores: {
            ...contents,
            fingerprint: {
              kind: 'rows',
              method: 'columns by name',
              tables: [{ name: 'public.t', rows: 1, hash: '7' }],
            },
          },
        }),
      'not what was dumped',
    ],
    [
      'an index that did not come back',
      (yard) => {
        yard.script = { contents: { ...contents, schema: schema(['orders_pkey']) } };
        yard.scratch.script = { restores: { ...contents, schema: schema([]) } };
      },
      'index orders_pkey of public.orders is not there',
    ],
    [
      'the storage, which lost what it took',
      (yard) => (yard.overStorage = { head: async () => undefined }),
      'it is gone',
    ],
    [
      'the manifest',
      (yard) =>
        (yard.overStorage = {
          put: (key, bytes) =>
            key.includes('manifest') ? Promise.reject(refusal('quota')) : yard.storage.put(key, bytes),
        }),
      'quota',
    ],
  ];

  test.each(cases)('%s', async (_, breaks, message) => {
    const yard = new Yard();
    yard.there(24, 'restored');
    const before = yard.keys();
    breaks(yard);
    await expect(yard.run({ verify: 'restored', globals: 'true', keep: '{ last: 1 }' })).rejects.toThrow(
      message,
    );
    expect(yard.keys()).toEqual(before);
    expect([...yard.storage.open]).toEqual([]);
    const starts = yard.done.filter((line) => line === 'start scratch').length;
    expect(yard.done.filter((line) => line === 'stop scratch')).toHaveLength(starts);
  });

  test('an object that cannot be removed is named', async () => {
    const yard = new Yard();
    yard.scratch.over = { restore: () => Promise.reject(refusal('broken')) };
    yard.overStorage = { delete: () => Promise.reject(refusal('no right to delete')) };
    await expect(yard.run({ verify: 'restored' })).rejects.toThrow('broken');
    expect(yard.warned).toContainEqual(
      expect.stringMatching(
        /dump\.pgdump\.zst\.age is no backup and could not be removed: no right to delete/,
      ),
    );
  });

  test('an object of which the storage said nothing any more is removed too', async () => {
    const yard = new Yard();
    yard.overStorage = {
      async put(key, bytes) {
        const upload = await yard.storage.put(key, bytes);
        return {
          ...upload,
          async finish() {
            await upload.finish();
            throw new UnreachableError('no answer');
          },
        };
      },
    };
    await expect(yard.run()).rejects.toThrow('no answer');
    expect(yard.keys()).toEqual([]);
  });
});

describe('nothing is dumped before all is right', () => {
  const cases: readonly (readonly [string, (yard: Yard) => void, string])[] = [
    [
      'the server',
      (yard) => (yard.over = { probe: () => Promise.reject(refusal('wrong password')) }),
      'wrong password',
    ],
    [
      'the tool',
      (yard) =>
        (yard.script = {
          facts: { server: { engine: 'postgresql', major: 16, minor: 2, text: '16.2' } },
        }),
      'older than PostgreSQL 16.2',
    ],
    ['the proof', (yard) => (yard.scratch.cannot = refusal('no room')), 'no room'],
  ];

  test.each(cases)('%s', async (_, breaks, message) => {
    const yard = new Yard();
    breaks(yard);
    let dumped = false;
    yard.over = {
      ...yard.over,
      dump: () => {
        dumped = true;
        return Promise.reject(new Error('not yet'));
      },
    };
    await expect(yard.run({ verify: 'restored' })).rejects.toThrow(message);
    expect([dumped, yard.done]).toEqual([false, []]);
  });
});
