/** Databases beside, on a server that is there already. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { serverScratch } from '../../../lib/adapters/scratch/server.ts';
import type { ScratchServers } from '../../../lib/ports/scratch.ts';
import { startPostgres } from '../../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../../sandbox/databases/postgresql.ts';
import { toolPath } from '../../sandbox-parts/tools.ts';
import { chunksOf } from '../../support/bytes.ts';
import { proven } from './proven.ts';
import { order, scratchPorts, shopDumped, sourceAt, version } from './support.ts';
import type { Dumped } from './support.ts';

const env = { PATH: process.env['PATH'] ?? '' };
let source: Postgres;
let dump: Dumped;
let folder: string;
beforeAll(async () => {
  await toolPath('keeper');
  folder = await mkdtemp(join(tmpdir(), 'slipway-scratch-test-'));
  source = await startPostgres();
  dump = await shopDumped(source, { seed: 15, rows: 2_000 }, scratchPorts(folder, env));
}, 600_000);
afterAll(async () => {
  await source.stop();
  await rm(folder, { recursive: true, force: true });
});

const place = (): Parameters<typeof serverScratch>[0] => ({
  kind: 'server',
  locator: {
    engine: 'postgresql',
    place: { kind: 'url', host: source.socket, port: source.port, sslMode: 'disable' },
    database: 'postgres',
    user: 'postgres',
  },
});

async function servers(lifetime?: number): Promise<ScratchServers> {
  const ports = scratchPorts(folder, env, lifetime);
  return serverScratch(place(), await sourceAt(source, ports, 'postgres'), ports);
}

const names = async (): Promise<string[]> => {
  const said = await source.sql('postgres', 'SELECT datname FROM pg_database ORDER BY 1');
  return said.split('\n');
};
const before = ['postgres', 'shop', 'template0', 'template1'];

test('a dump is restored beside, compared, and the database is dropped, also when it failed', async () => {
  const made = await servers();
  await made.preflight(order);
  const scratch = await made.start(order);
  expect(await names()).toContainEqual(
    expect.stringMatching(/^slipway_scratch_\d{8}t\d{6}z_3600s_[0-9a-f]{8}$/),
  );
  await proven(dump, scratch.database);
  await scratch.stop();
  const failed = await made.start(order);
  const broken = chunksOf(dump.bytes.subarray(0, dump.bytes.length / 2));
  await expect(failed.database.restore(broken, { oneTransaction: false, owners: false })).rejects.toThrow();
  await failed.stop();
  expect(await names()).toEqual(before);
}, 120_000);

test('a server of an older version is refused', async () => {
  const refused = (await servers()).preflight({ ...order, version: version(99) });
  await expect(refused).rejects.toThrow('newer than PostgreSQL 15');
});

test('a sweep drops those whose time is over, and no others', async () => {
  const old = 'slipway_scratch_20260101t000000z_60s_1a2b3c4d';
  for (const name of [old, 'slipway_scratch_mine']) await source.sql('postgres', `CREATE DATABASE ${name}`);
  const made = await servers();
  const living = await made.start(order);
  expect(await made.sweep()).toEqual([`database ${old}`]);
  expect(await names()).toContain('slipway_scratch_mine');
  expect(await living.database.occupants()).toEqual([]);
  await living.stop();
  await source.sql('postgres', 'DROP DATABASE slipway_scratch_mine');
  expect(await names()).toEqual(before);
}, 120_000);
