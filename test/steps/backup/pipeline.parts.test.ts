import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { postgresDatabase } from '../../../lib/adapters/postgresql/client.ts';
import { localConnection } from '../../../lib/adapters/postgresql/connection.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { streamPacking } from '../../../lib/adapters/streams/packing.ts';
import { manifestSchema } from '../../../lib/domain/database/backup-manifest.ts';
import type { BackupManifest } from '../../../lib/domain/database/backup-manifest.ts';
import { compareSchemas } from '../../../lib/domain/database/compare-schemas.ts';
import { fingerprintDifferences } from '../../../lib/domain/database/fingerprint.ts';
import { describeLocator } from '../../../lib/domain/database/locator.ts';
import type { Locator } from '../../../lib/domain/database/locator.ts';
import type { Database } from '../../../lib/ports/database.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { storeDump } from '../../../lib/steps/backup/pipeline.ts';
import type { StoredDump } from '../../../lib/steps/backup/pipeline.ts';
import { restoreStored } from '../../../lib/steps/backup/restore-stored.ts';
import { startPostgres } from '../../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../../sandbox/databases/postgresql.ts';
import { shopSql } from '../../../sandbox/databases/shop-postgresql.ts';
import { drain } from '../../support/bytes.ts';
import { memoryStorage } from '../../support/memory-storage.ts';
import { filesIn } from '../../support/private-files.ts';
import { allGone, descendants, nameOf } from '../../support/process-tree.ts';
import { toolPath } from '../../sandbox-parts/tools.ts';

const spawn = processStreams({ PATH: process.env['PATH'] ?? '' });
const packing = streamPacking(spawn, 2, systemClock);
const onLeft = (): void => {
  throw new Error('something was left');
};
let folder: string;
let postgres: Postgres;
let servers: Set<number>;
let identity: string;
let recipients: string[];
beforeAll(async () => {
  await toolPath('keeper');
  folder = await mkdtemp(join(tmpdir(), 'slipway-backup-test-'));
  identity = await generateX25519Identity();
  recipients = [await identityToRecipient(identity)];
  postgres = await startPostgres();
  await postgres.sql('postgres', 'CREATE DATABASE shop');
  await postgres.sql('shop', shopSql({ seed: 3, rows: 40_000 }));
  servers = new Set(descendants(process.pid));
}, 600_000);
afterAll(async () => {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

async function connect(database: string): Promise<Database> {
  const place = { kind: 'url', host: postgres.socket, port: postgres.port, sslMode: 'prefer' } as const;
  const locator: Locator = { engine: 'postgresql', place, database, user: 'postgres' };
  const home = await mkdtemp(join(folder, 'home-'));
  const connection = await localConnection(locator, place, filesIn(home));
  return postgresDatabase({ spawn, connection, described: describeLocator(locator) });
}

const manifestOf = (stored: StoredDump): BackupManifest => ({
  schema: manifestSchema,
  id: 'shop-1',
  takenAt: stored.takenAt,
  storedAt: new Date(stored.object.modified).toISOString(),
  engine: 'postgresql',
  database: 'shop',
  place: '',
  serverVersion: stored.facts.server.text,
  toolVersion: stored.facts.dumpTool.text,
  object: { key: stored.object.key, ...stored.packed },
  raw: stored.raw,
  layers: stored.layers,
  format: stored.format,
  fingerprint: stored.contents.fingerprint,
  schemaFingerprint: '',
  migrations: stored.contents.migrations,
  extensions: stored.facts.extensions,
  withoutRows: [],
  verified: { level: 'complete', at: stored.takenAt },
  by: { images: [] },
});

const order = () => ({
  key: 'shop/1.dump',
  level: 3,
  recipients,
  identities: [identity],
  mayBeEmpty: false,
  fingerprint: 'rows' as const,
  withoutRows: [],
});

test('a shop is dumped, encrypted, stored, restored from the storage and equal, table by table', async () => {
  const storage = memoryStorage();
  const stored = await storeDump(order(), { database: await connect('shop'), packing, storage, onLeft });
  expect(stored.packed.bytes).toBeLessThan(stored.raw.bytes * 0.6);
  await postgres.sql('postgres', 'CREATE DATABASE scratch');
  const target = await connect('scratch');
  const manifest = manifestOf(stored);
  const restoring = { manifest, identities: [identity], oneTransaction: true, owners: false };
  const contents = await restoreStored(restoring, { database: target, packing, storage });
  expect(fingerprintDifferences(stored.contents.fingerprint, contents.fingerprint)).toEqual([]);
  expect(compareSchemas(stored.contents.schema, contents.schema)).toEqual({ kind: 'same' });
  expect(contents.migrations).toEqual(stored.contents.migrations);
  // And a second time into the same: refused.
  await expect(restoreStored(restoring, { database: target, packing, storage })).rejects.toThrow(
    'is not empty',
  );
  await allGone(descendants(process.pid).filter((pid) => !servers.has(pid)));
}, 240_000);

/** Reads so many bytes of the dump, then does what a fault does. */
function afterBytes(database: Database, bytes: number, fault: () => void): Database {
  return {
    ...database,
    async dump(asked) {
      const dump = await database.dump(asked);
      async function* watched(): AsyncGenerator<Uint8Array> {
        let [seen, done] = [0, false];
        for await (const chunk of dump.bytes) {
          seen += chunk.length;
          if (!done && seen >= bytes) fault();
          done ||= seen >= bytes;
          yield chunk;
        }
      }
      return { ...dump, bytes: watched() };
    },
  };
}

test.each([0.1, 0.5, 0.95])(
  'the tools of a dump killed at %f: no backup, and nothing is left',
  async (share) => {
    const storage = memoryStorage();
    const shop = await connect('shop');
    const whole = (
      await storeDump({ ...order(), key: 'whole' }, { database: shop, packing, storage, onLeft })
    ).raw.bytes;
    const kill = (): void => {
      for (const pid of descendants(process.pid))
        if (/^(pg_dump|psql|zstd)$/.test(nameOf(pid))) process.kill(pid, 'SIGKILL');
    };
    const database = afterBytes(shop, whole * share, kill);
    await expect(storeDump(order(), { database, packing, storage, onLeft })).rejects.toThrow();
    expect([...storage.objects.keys()]).toEqual(['whole']);
    expect([...storage.open]).toEqual([]);
    await allGone(descendants(process.pid).filter((pid) => !servers.has(pid)));
  },
  60_000,
);

test('a cancel in the middle: no backup, no process, no open transaction', async () => {
  const [storage, cancel] = [memoryStorage(), new AbortController()];
  const database = afterBytes(await connect('shop'), 1_000_000, () => cancel.abort());
  const asked = { ...order(), signal: cancel.signal };
  await expect(storeDump(asked, { database, packing, storage, onLeft })).rejects.toThrow('cancelled');
  expect([storage.objects.size, storage.open.size]).toEqual([0, 0]);
  await allGone(descendants(process.pid).filter((pid) => !servers.has(pid)));
  const open = `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'slipway' AND state LIKE 'idle in%'`;
  expect(await postgres.sql('postgres', open)).toBe('0');
}, 240_000);

test('stock tools restore what was stored, without Slipway', async () => {
  const storage = memoryStorage();
  await storeDump(order(), { database: await connect('shop'), packing, storage, onLeft });
  await postgres.sql('postgres', 'CREATE DATABASE stock');
  await writeFile(join(folder, 'object'), storage.objects.get('shop/1.dump') ?? '');
  await writeFile(join(folder, 'key'), identity, { mode: 0o600 });
  const script =
    'set -e; age -d -i "$1/key" "$1/object" > "$1/a"; zstd -dqf "$1/a" -o "$1/b"; pg_restore --exit-on-error -h "$2" -p "$3" -U postgres -d stock "$1/b"';
  const child = await spawn({
    argv: ['sh', '-c', script, 'sh', folder, postgres.socket, String(postgres.port)],
  });
  await drain(child.stdout);
  expect(await postgres.sql('stock', 'SELECT count(*) FROM shop.orders')).toBe('40000');
}, 240_000);
