/** With the machine's own MariaDB. */
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { workingBelow } from '../../../lib/adapters/scratch/home.ts';
import { localScratch } from '../../../lib/adapters/scratch/local.ts';
import type { ScratchOrder } from '../../../lib/ports/scratch.ts';
import { startMariaDb } from '../../../sandbox/databases/mariadb.ts';
import type { MariaDb } from '../../../sandbox/databases/mariadb.ts';
import { toolPath } from '../../sandbox-parts/tools.ts';
import { proven } from './proven.ts';
import { dumped, mariaDbShop, scratchPorts } from './support.ts';
import type { Dumped } from './support.ts';

const order: ScratchOrder = {
  engine: 'mariadb',
  version: { engine: 'mariadb', major: 10, minor: 11, text: '10.11.1-MariaDB' },
  bytes: 50_000_000,
};
const env = { PATH: process.env['PATH'] ?? '' };
let source: MariaDb;
let dump: Dumped;
let folder: string;
beforeAll(async () => {
  await toolPath('keeper');
  folder = await mkdtemp(join(tmpdir(), 'slipway-scratch-test-'));
  await chmod(folder, 0o755); // the server runs as another account
  source = await startMariaDb();
  dump = await dumped(await mariaDbShop(source, { seed: 14, rows: 2_000 }, scratchPorts(folder, env)));
}, 600_000);
afterAll(async () => {
  await source.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a dump is restored, compared, and nothing is left', async () => {
  const servers = localScratch({ temp: folder, short: folder }, scratchPorts(folder, env));
  await servers.preflight(order);
  const scratch = await servers.start(order);
  try {
    expect(scratch.described).toMatch(/^a local server \(MariaDB 10\.11\)$/);
    await proven(dump, scratch.database);
  } finally {
    await scratch.stop();
  }
  expect((await readdir(folder)).filter((name) => name.startsWith('slipway-scratch-'))).toEqual([]);
  expect(workingBelow(folder)).toEqual([]);
}, 240_000);

test('MySQL’s dump is no MariaDB’s, and a newer version is refused', async () => {
  const servers = localScratch({ temp: folder, short: folder }, scratchPorts(folder, env));
  const newer = { ...order, version: { ...order.version, minor: 99 } };
  await expect(servers.preflight(newer)).rejects.toThrow('newer than MariaDB 10.11');
  const other = {
    ...order,
    engine: 'mysql',
    version: { ...order.version, engine: 'mysql', major: 8 },
  } as const;
  await expect(servers.preflight(other)).rejects.toThrow(
    'the dump is of MySQL 8.11, and this is MariaDB 10.11',
  );
});
