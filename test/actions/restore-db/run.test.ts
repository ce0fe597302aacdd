import { expect, test } from '@jest/globals';
import { generateX25519Identity } from 'age-encryption';
import type { BackupManifest } from '../../../lib/domain/database/backup-manifest.ts';
import type { DatabaseFacts } from '../../../lib/ports/database.ts';
import { accountOf } from '../../support/memory-storage.ts';
import { backedUp, contents, newestId, World } from './memory.ts';

const database = (world: World) => world.server.databases.get('shop');
const nothingRestored = async (world: World): Promise<void> => {
  expect([...world.server.databases.keys()]).toEqual(['shop']);
  expect(await database(world)?.occupants()).toEqual(world.server.occupants);
  expect(world.scratch.started).toBe(0);
};

test('into an empty database: the newest verified one, and every table compared', async () => {
  const world = await backedUp();
  const result = await world.run();
  expect(result).toMatchObject({ result: 'success', restored: { database: 'shop' } });
  expect(await database(world)?.occupants()).toEqual(['table public.t']);
  expect(world.left).toBeUndefined();
});

test('roles and grants that are not those that were stored: nothing is made of them', async () => {
  const world = await backedUp();
  const key = [...world.storage.objects.keys()].find((each) => each.includes('manifest')) ?? '';
  const manifest = JSON.parse(String(world.storage.objects.get(key))) as BackupManifest;
  const globals = { ...manifest.globals, sha256: '0'.repeat(64) };
  world.storage.objects.set(key, Buffer.from(JSON.stringify({ ...manifest, globals })));
  await expect(world.run({ globals: 'true' })).rejects.toThrow(/globals.* other bytes|other bytes .*globals/);
});

test('roles and grants come first, where they are asked for', async () => {
  const world = await backedUp();
  await world.run({ globals: 'true' });
  expect(world.server.globals).toBe('CREATE ROLE shop;');
});

const old: Partial<DatabaseFacts> = {
  server: { engine: 'postgresql', major: 14, minor: 9, text: '14.9' },
  dumpTool: { engine: 'postgresql', major: 14, minor: 9, text: '14.9' },
};
const maria: Partial<DatabaseFacts> = {
  server: { engine: 'mariadb', major: 10, minor: 11, text: '10.11.6-MariaDB' },
};

test.each<
  [string, (world: World) => unknown, Readonly<Record<string, string>>, Partial<BackupManifest>, RegExp]
>([
  [
    'a target with a single view',
    (world) => (world.server.occupants = ['view public.v']),
    {},
    {},
    /not empty: view public.v/,
  ],
  ['an older server', (world) => facts(world, old), {}, {}, /newer than PostgreSQL 14.9 can read/],
  [
    'an older pg_restore',
    (world) => facts(world, { dumpTool: { engine: 'postgresql', major: 14, minor: 0, text: '' } }),
    {},
    {},
    /older than what wrote the dump/,
  ],
  ['another engine', (world) => facts(world, maria), {}, {}, /this is MariaDB/],
  [
    'too little disk',
    (world) => script(world, { free: 5_999_999 }),
    {},
    {},
    /6.0 MB free, and the restore is taken to need 6.0 MB/,
  ],
  [
    'an extension that is not there',
    () => 0,
    {},
    { extensions: [{ name: 'postgis', version: '3' }] },
    /the extension postgis/,
  ],
  ['no identity', () => 0, { identity: '' }, {}, /is encrypted, and identity is empty/],
  [
    'no globals in the backup',
    (world) => without(world, 'globals'),
    { globals: 'true' },
    {},
    /no roles and grants/,
  ],
  [
    'a lost object',
    (world) => world.storage.objects.delete(`postgresql/shop/${newestId}/dump.pgdump.zst.age`),
    {},
    {},
    /dump.pgdump.zst.age is gone/,
  ],
  ['an object that was cut', cut, {}, {}, /bytes instead of/],
  [
    'the object of another backup',
    () => 0,
    {},
    {
      object: {
        key: 'postgresql/shop/20261125T020000Z-00000a/dump.pgdump.zst.age',
        ...accountOf(Buffer.of()),
      },
    },
    /is not of .*, though its manifest names it/,
  ],
])('%s is refused, and nothing is changed', async (_, change, given, manifest, why) => {
  for (const dryRun of ['true', 'false']) {
    const world = await backedUp(manifest);
    change(world);
    const said = await world.run({ ...given, 'dry-run': dryRun }).then(
      (result) => `${result.result} ${result.look.refusals.map(({ reason }) => reason).join('; ')}`,
      (error: Error) => `failure ${error.message}`,
    );
    expect(said).toMatch(why);
    expect(said).toMatch(/^failure/);
    await nothingRestored(world);
  }
});

function script(world: World, change: object): void {
  Object.assign(world.server.script, change);
  world.server.databases.set('shop', world.server.open('shop'));
}
const facts = (world: World, change: Partial<DatabaseFacts>): void => script(world, { facts: change });

function cut(world: World): void {
  const key = `postgresql/shop/${newestId}/dump.pgdump.zst.age`;
  world.storage.objects.set(key, world.storage.objects.get(key)?.subarray(0, 300) ?? Buffer.of());
}

function without(world: World, field: keyof BackupManifest): void {
  const key = `postgresql/shop/${newestId}/manifest.restored.json`;
  const manifest = JSON.parse(world.storage.objects.get(key)?.toString() ?? '') as Record<string, unknown>;
  delete manifest[field];
  world.storage.objects.set(key, Buffer.from(JSON.stringify(manifest)));
}

test('a wrong identity is known before anything is changed, and none is quoted', async () => {
  const world = await backedUp();
  const other = await generateX25519Identity();
  const result = await world.run({ identity: other });
  expect(result.reason).toMatch(/cannot be decrypted/);
  expect(result.look.refusals[0]?.remedy).toMatch(/the secret key of age1/);
  expect(JSON.stringify([result, world.said])).not.toContain(other);
  await nothingRestored(world);
});

test('everything that is wrong is told at once', async () => {
  const world = await backedUp({ extensions: [{ name: 'postgis', version: '3' }] });
  world.server.occupants = ['table public.a'];
  facts(world, old);
  const { look } = await world.run({ identity: '' });
  expect(look.refusals.length).toBeGreaterThanOrEqual(4);
});

test('an unknown disk is said, and goes on', async () => {
  const world = await backedUp();
  expect((await world.run()).result).toBe('success');
  expect(world.warned).toEqual([expect.stringMatching('how much disk')]);
});

test.each(['latest-verified', '20261101T000000Z-abcdef'])(
  'a backup that is not there (%s): the newest ids are named',
  async (backup) => {
    const world = new World();
    await world.backUp(newestId, { verified: { level: 'complete', at: '2026-11-26T02:00:00.000Z' } });
    const asked = backup === 'latest-verified' ? { verify: 'restored' } : {};
    await expect(world.run({ backup, ...asked })).rejects.toMatchObject({
      details: [['there', `${newestId} (complete)`]],
    });
  },
);

test('a dry run says what it would do, and does nothing', async () => {
  const world = await backedUp();
  for (const mode of ['into', 'beside', 'drill']) {
    const result = await world.run({ mode, 'dry-run': 'true' });
    expect(result).toMatchObject({
      result: 'success',
      reason: expect.stringMatching(/^dry run: it would restore/),
    });
    await nothingRestored(world);
  }
  expect(world.scratch.sweeps).toBe(0);
  expect(world.said.join('\n')).toMatch(/state of\s+2026-11-26T02:00:00.000Z, 2h00m ago/);
});

test('a flipped byte in the first of the object is seen before anything is changed', async () => {
  const world = await backedUp();
  const key = `postgresql/shop/${newestId}/dump.pgdump.zst.age`;
  const bytes = Buffer.from(world.storage.objects.get(key) ?? '');
  bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 1;
  world.storage.objects.set(key, bytes);
  expect((await world.run()).reason).toMatch(/nothing was changed: .* does not open: .*cut or changed/);
  await nothingRestored(world);
});

test('a dump that is not the one of the manifest: the restore fails, and says what it left', async () => {
  const world = await backedUp({ raw: { bytes: 3_000_000, sha256: 'a'.repeat(64) } });
  await expect(world.run()).rejects.toThrow(/other bytes .*; the database is as empty as it was/);
  expect(await database(world)?.occupants()).toEqual([]);
});

test('tables that differ are told, and that the database holds them', async () => {
  const world = await backedUp();
  script(world, {
    restores: {
      ...contents,
      fingerprint: {
        kind: 'rows',
        method: 'columns by name',
        tables: [{ name: 'public.t', rows: 1, hash: '7' }],
      },
    },
  });
  await expect(world.run()).rejects.toThrow(/1 row instead of 2; the database holds table public.t/);
});

test('a server that says nothing while it is looked at is waited for as long as timeout says', async () => {
  const world = await backedUp();
  world.server.isSilent = true;
  await expect(world.run({ timeout: '20s' })).rejects.toThrow('it was not done within 20s (timeout)');
  expect(world.said.join('\n')).not.toContain('Restore');
});

test('out of time: a failure that says so, not a cancel', async () => {
  const world = await backedUp();
  world.server.onRestore = () => {
    const until = performance.now() + 30;
    while (performance.now() < until);
  };
  await expect(world.run({ timeout: '10s' })).rejects.toThrow(
    /not done within 10s \(timeout\); the database is as empty/,
  );
});
