/** backup-db against a real MariaDB: dumped, stored, proven in a scratch server of its own kind. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { startMariaDb } from '../../sandbox/databases/mariadb.ts';
import type { MariaDb } from '../../sandbox/databases/mariadb.ts';
import { shopSql } from '../../sandbox/databases/shop-mariadb.ts';
import { startStep } from './support/step.ts';
import type { Ending, With } from './support/step.ts';

let mariadb: MariaDb;
let home: string;
let recipient: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-backup-mariadb-'));
  recipient = await identityToRecipient(await generateX25519Identity());
  mariadb = await startMariaDb();
  await mariadb.sql('', 'CREATE DATABASE shop');
  await mariadb.sql('shop', shopSql({ seed: 11, rows: 20_000 }));
}, 600_000);
afterAll(async () => {
  await mariadb.stop();
  await rm(home, { recursive: true, force: true });
});

const backup = async (inputs: With): Promise<Ending> =>
  (
    await startStep({
      action: 'backup-db',
      inputs: {
        engine: 'mariadb',
        url: `mysql://shop@127.0.0.1:${mariadb.port}/shop`,
        password: mariadb.password,
        recipients: recipient,
        ...inputs,
      },
      env: { PATH: process.env['PATH'] ?? '', HOME: home },
      secrets: [mariadb.password],
      commands: '',
    })
  ).ended;

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

test.each(['complete', 'parsed', 'restored'])(
  '%s',
  async (verify) => {
    const folder = join(home, verify);
    const done = await backup({ destination: `file:${folder}`, verify });
    expect(done.result === 'success' ? '' : done.log).toBe('');
    expect(await filesIn(folder)).toEqual([
      'dump.sql.zst.age',
      'globals.sql.zst.age',
      `manifest.${verify}.json`,
    ]);
    expect(done.outputs['verified']).toBe(verify);
    // MyISAM has no snapshot: said, and no reason to have no backup.
    expect(done.log).toContain('no consistent snapshot');
    expect(done.log).toContain('shop.counters');
  },
  240_000,
);
