/** restore-db against a real MariaDB: into, beside, as a drill; and what a failure leaves. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { startMariaDb } from '../../sandbox/databases/mariadb.ts';
import type { MariaDb } from '../../sandbox/databases/mariadb.ts';
import { shopSql } from '../../sandbox/databases/shop-mariadb.ts';
import { toolPath } from '../sandbox-parts/tools.ts';
import { flipped } from './support/backed-up-shop.ts';
import { startStep } from './support/step.ts';
import type { Ending, With } from './support/step.ts';

let mariadb: MariaDb;
let home: string;
let identity: string;
let id: string;
beforeAll(async () => {
  await toolPath('keeper');
  home = await mkdtemp(join(tmpdir(), 'slipway-restore-mariadb-'));
  identity = await generateX25519Identity();
  mariadb = await startMariaDb();
  await mariadb.sql('', 'CREATE DATABASE shop');
  await mariadb.sql('shop', shopSql({ seed: 11, rows: 10_000 }));
  const recipients = await identityToRecipient(identity);
  const done = await step('backup-db', { url: urlOf('shop'), recipients });
  if (done.result !== 'success') throw new Error(done.log);
  id = done.outputs['backup-id'] ?? '';
}, 600_000);
afterAll(async () => {
  await mariadb.stop();
  await rm(home, { recursive: true, force: true });
});
afterEach(async () => {
  for (const name of await databases())
    if (name !== 'shop') await mariadb.sql('', `DROP DATABASE \`${name}\``);
});

const urlOf = (database: string): string => `mysql://shop@127.0.0.1:${mariadb.port}/${database}`;

const step = async (action: string, given: With): Promise<Ending> => {
  const inputs = { engine: 'mariadb', destination: `file:${home}/backups`, ...given };
  const place = 'url' in given ? { password: mariadb.password } : {};
  const surroundings = { env: { HOME: home }, secrets: [mariadb.password, identity], commands: '' };
  return (await startStep({ action, inputs: { ...inputs, ...place }, ...surroundings })).ended;
};
const restore = (given: With): Promise<Ending> => step('restore-db', { identity, ...given });

const databases = async (): Promise<string[]> => {
  const of = "schema_name NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys', 'test')";
  const names = await mariadb.sql('', `SELECT schema_name FROM information_schema.SCHEMATA WHERE ${of}`);
  return names.split('\n').sort();
};
const tablesIn = (name: string): Promise<string> =>
  mariadb.sql('', `SELECT count(*) FROM information_schema.TABLES WHERE table_schema = '${name}'`);

test('into an empty database; a second time it is refused', async () => {
  await mariadb.sql('', 'CREATE DATABASE copy');
  const given = { mode: 'into', url: urlOf('copy'), 'backup-of': 'shop' };
  const ended = await restore(given);
  expect(ended.result === 'success' ? '' : ended.log).toBe('');
  expect(await tablesIn('copy')).toBe(await tablesIn('shop'));
  expect(ended.log).toMatch(/counters.*no transaction covers/);

  const again = await restore(given);
  expect([again.result, again.reason]).toEqual(['failure', expect.stringMatching(/is not empty/)]);
}, 240_000);

test('beside: which connection to change is said', async () => {
  const ended = await restore({ mode: 'beside', url: urlOf('shop') });
  expect(ended.result === 'success' ? '' : ended.log).toBe('');
  const { database = '', switch: commands } = ended.outputs;
  expect([await databases(), commands]).toEqual([['shop', database].sort(), '']);
  expect(ended.log).toContain(`change its connection from database shop to ${database}`);
}, 240_000);

test('a byte that was flipped: what was restored is dropped again', async () => {
  await mariadb.sql('', 'CREATE DATABASE target');
  const file = join(home, 'backups/mariadb/shop', id, 'dump.sql.zst.age');
  const bytes = await readFile(file);
  await writeFile(file, flipped(Buffer.from(bytes)));
  try {
    const into = await restore({ mode: 'into', url: urlOf('target'), 'backup-of': 'shop' });
    expect([into.result, into.reason]).toEqual(['failure', expect.stringMatching(/has other bytes under/)]);
    expect(await tablesIn('target')).toBe('0');
    const beside = await restore({ mode: 'beside', url: urlOf('shop') });
    expect([beside.result, await databases()]).toEqual(['failure', ['shop', 'target']]);
  } finally {
    await writeFile(file, bytes);
  }
}, 240_000);

test('a drill in a server of the runner', async () => {
  const ended = await restore({
    mode: 'drill',
    database: 'shop',
    scratch: 'local',
    rto: '10m',
    globals: 'true',
  });
  expect(ended.result === 'success' ? '' : ended.log).toBe('');
  expect(JSON.parse(ended.evidence)).toMatchObject({ outcome: 'passed', engine: 'mariadb' });
}, 240_000);
