/** A server with a disk of its own for some tables: a scratch server has none, and must not touch the live one's. */
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { localScratch } from '../../../lib/adapters/scratch/local.ts';
import { streamPacking } from '../../../lib/adapters/streams/packing.ts';
import type { BackupManifest } from '../../../lib/domain/database/backup-manifest.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { drill } from '../../../lib/steps/backup/drill.ts';
import { storeDump } from '../../../lib/steps/backup/pipeline.ts';
import { prove } from '../../../lib/steps/backup/prove.ts';
import { storeGlobals } from '../../../lib/steps/backup/store-globals.ts';
import { serverAccount } from '../../../sandbox/databases/account.ts';
import { startPostgres } from '../../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../../sandbox/databases/postgresql.ts';
import { memoryStorage } from '../../support/memory-storage.ts';
import { orderOf, scratchPorts, sourceAt } from '../../adapters/scratch/support.ts';
import { toolPath } from '../../sandbox-parts/tools.ts';
import { manifestOf, onLeft, order } from './fakes.ts';

let folder: string;
let disk: string;
let source: Postgres;
beforeAll(async () => {
  await toolPath('keeper');
  folder = await mkdtemp(join(tmpdir(), 'slipway-tablespaces-test-'));
  await chmod(folder, 0o755); // servers run as another account
  disk = join(folder, 'fast disk');
  await mkdir(disk);
  await (await serverAccount('postgres')).take(disk);
  source = await startPostgres();
  await source.sql('postgres', `CREATE ROLE clerk; CREATE TABLESPACE fast OWNER clerk LOCATION '${disk}'`);
  await source.sql(
    'postgres',
    `ALTER TABLESPACE fast SET (random_page_cost = 1.1); GRANT CREATE ON TABLESPACE fast TO PUBLIC`,
  );
  await source.sql('postgres', 'CREATE DATABASE shop OWNER clerk TABLESPACE fast');
  await source.sql(
    'shop',
    `CREATE TABLE t (n integer PRIMARY KEY USING INDEX TABLESPACE pg_default) TABLESPACE fast;
    CREATE TABLE u (n integer) TABLESPACE pg_default; CREATE INDEX i ON u (n) TABLESPACE fast;
    CREATE TABLE parts (n integer) PARTITION BY RANGE (n) TABLESPACE pg_default;
    CREATE TABLE part PARTITION OF parts DEFAULT TABLESPACE fast; ALTER TABLE t OWNER TO clerk;
    INSERT INTO t SELECT generate_series(1, 100); INSERT INTO parts VALUES (1)`,
  );
}, 600_000);
afterAll(async () => {
  await source.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a backup with tablespaces is proven, and drilled, where there are none; those of the source are left alone', async () => {
  const ports = scratchPorts(folder, { PATH: process.env['PATH'] ?? '' });
  const storage = memoryStorage();
  const packing = streamPacking(ports.stream, 2, systemClock);
  const database = await sourceAt(source, ports);
  const open = { ...order, recipients: [] };
  const stored = await storeDump(open, { database, packing, storage, onLeft });
  const globals = await storeGlobals(
    { ...open, key: 'shop/1.globals' },
    { database, packing, storage, onLeft },
  );
  const manifest: BackupManifest = manifestOf(stored, { globals });
  const before = await readdir(disk);
  expect(before).toHaveLength(1);

  const { signal } = new AbortController();
  const given = { manifest, identities: [], signal };
  const server = { ...(await orderOf(database)), signal };
  const all = {
    database,
    storage,
    packing,
    clock: systemClock,
    log: { ...ports.log, group: <T>(_: string, body: () => T) => body(), untrusted() {}, mask() {} },
    scratch: localScratch({ temp: folder, short: folder }, ports),
    onRestored() {},
  };
  const proof = await prove(
    { ...given, level: 'restored', schema: stored.contents.schema, server, roles: true },
    all,
  );
  expect(proof.verified.level).toBe('restored');
  const drilled = await drill(
    {
      ...given,
      globals: true,
      owners: true,
      oneTransaction: true,
      scratch: server,
      startedAt: 0,
      refuse: async () => {},
    },
    all,
  );
  expect(drilled).toMatchObject({ kind: 'restored' });
  expect([await readdir(disk), ports.warnings]).toEqual([before, []]);
}, 240_000);
