/** The action as a step: a real PostgreSQL, real stores, backups that backup-db made. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { generateX25519Identity } from 'age-encryption';
import { BackedUpShop, dump, flipped, manifest, rows } from './support/backed-up-shop.ts';
import { outputNamesOf } from './support/step.ts';

let shop: BackedUpShop;
beforeAll(async () => {
  shop = await BackedUpShop.open();
}, 600_000);
afterAll(() => shop[Symbol.asyncDispose]());
afterEach(() => shop.tidy());

const ownerSql = "SELECT relowner::regrole FROM pg_class WHERE oid = 'shop.orders'::regclass";

test('into another database: every row, owners and grants too', async () => {
  await shop.create('shop_copy');
  const ended = await shop.restore({ mode: 'into', url: shop.urlOf('shop_copy'), 'backup-of': 'shop' });

  const reason = `${shop.backup} is in shop_copy, and every table has the rows that were dumped`;
  expect([ended.result, ended.reason]).toEqual(['success', reason]);
  expect(Object.keys(ended.outputs).sort()).toEqual(await outputNamesOf('restore-db'));
  expect(ended.outputs).toMatchObject({ database: 'shop_copy', switch: '', evidence: '' });
  expect(Number(ended.outputs['restore-seconds'])).toBeGreaterThan(0);
  expect(await shop.ordersIn('shop_copy')).toBe(String(rows));
  expect(await shop.postgres.sql('shop_copy', ownerSql)).toBe('clerk');
}, 120_000);

test('from an object store, by its uri, to who restores', async () => {
  await shop.create('mine');
  const backup = `${shop.inStore.destination}/postgresql/shop/${shop.stored}/`;
  const given = { mode: 'into', url: shop.urlOf('mine'), owners: 'false', backup };
  const ended = await shop.restore({ ...given, ...shop.inStore });

  expect([ended.result, ended.outputs['backup-id']]).toEqual(['success', shop.stored]);
  expect(await shop.postgres.sql('mine', ownerSql)).toBe('postgres');
}, 120_000);

test('a role that is not there: nothing stays, and the error says what to do', async () => {
  await shop.create('mine');
  await shop.postgres.sql('postgres', 'ALTER ROLE clerk RENAME TO gone');
  const given = { mode: 'into', url: shop.urlOf('mine'), 'backup-of': 'shop' };
  const ended = await shop.restore(given);
  expect([ended.result, await shop.isEmpty('mine')]).toEqual(['failure', true]);
  expect(ended.log).toMatch(/clerk[^]*as empty as it was/);

  const again = await shop.restore({ ...given, globals: 'true' });
  expect([again.result, await shop.postgres.sql('mine', ownerSql)]).toEqual(['success', 'clerk']);
}, 120_000);

test('beside: compared, and what it prints does switch, and back', async () => {
  const { postgres } = shop;
  const oid = "SELECT oid FROM pg_database WHERE datname = 'shop'";
  const before = await postgres.sql('postgres', oid);
  const ended = await shop.restore({ mode: 'beside', url: shop.urlOf('shop') });

  const { database = '', switch: change = '' } = ended.outputs;
  expect([ended.result, database]).toEqual(['success', expect.stringMatching(/^shop_restored_\d{14}$/)]);
  expect(await shop.databases()).toEqual(['shop', database]);
  expect(await shop.ordersIn(database)).toBe(String(rows));
  expect(ended.summary).toContain(`ALTER DATABASE "${database}" RENAME TO "shop";`);

  for (const line of change.split('\n')) await postgres.sql('postgres', line);
  expect(await postgres.sql('postgres', oid)).not.toBe(before);
  const { restored } = ended.report.data as { restored: { switch: { back: string[] } } };
  for (const line of restored.switch.back) await postgres.sql('postgres', line);
  expect([await postgres.sql('postgres', oid), await shop.ordersIn('shop')]).toEqual([before, String(rows)]);
}, 120_000);

test.each(['false', 'true'])(
  'a database with one view in it is refused (dry run: %s)',
  async (dryRun) => {
    await shop.create('full');
    await shop.postgres.sql('full', 'CREATE VIEW lonely AS SELECT 1');
    const given = { mode: 'into', url: shop.urlOf('full'), 'backup-of': 'shop', 'dry-run': dryRun };
    const ended = await shop.restore(given);

    const reason = /nothing was changed: the database is not empty: view .*lonely/;
    expect([ended.result, ended.reason]).toEqual(['failure', expect.stringMatching(reason)]);
    expect(await shop.postgres.sql('full', 'SELECT count(*) FROM lonely')).toBe('1');
  },
  60_000,
);

/** What ended in a failure, and left no database behind. */
async function refused(given: Readonly<Record<string, string>>, reason: RegExp): Promise<void> {
  const ended = await shop.restore({ mode: 'beside', url: shop.urlOf('shop'), ...given });
  expect([ended.result, ended.reason, await shop.databases()]).toEqual([
    'failure',
    expect.stringMatching(reason),
    ['shop'],
  ]);
}

test('a wrong key is known before anything is changed', async () => {
  await refused({ identity: await generateX25519Identity() }, /nothing was changed: .*cannot be decrypted/);
}, 60_000);

test('a byte that was flipped in the store: nothing stays, and the error says so', async () => {
  await shop.create('target');
  await shop.changed(dump, flipped, async () => {
    const given = { mode: 'into', url: shop.urlOf('target'), 'backup-of': 'shop', ...shop.inStore };
    const ended = await shop.restore(given);
    const reason = /has other bytes under .*cut or changed; the database is as empty as it was/;
    expect([ended.result, ended.reason]).toEqual(['failure', expect.stringMatching(reason)]);
    expect(await shop.isEmpty('target')).toBe(true);
    await shop.tidy();
    await refused(shop.inStore, /has other bytes under .*; database shop_restored_\d+ was dropped again/);
  });
}, 120_000);

const edited = (from: string, to: string) => (bytes: Buffer) =>
  Buffer.from(bytes.toString().replace(from, to));

test('an object that was cut, and a manifest that was changed: seen before anything is', async () => {
  const half = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length / 2);
  await shop.changed(dump, half, () => refused(shop.inStore, /bytes instead of/));
  const changes: [(bytes: Buffer) => Buffer, RegExp][] = [
    [edited('"database": "shop"', '"database": "sho"'), /wrong place/],
    [edited(`${shop.stored}/dump`, `${shop.backup}/dump`), /is not of .*, though its manifest names it/],
    [() => Buffer.from('{'), /cannot be read: not JSON/],
  ];
  for (const [change, reason] of changes)
    await shop.changed(manifest, change, () => refused(shop.inStore, reason));
}, 120_000);

test('what was restored is not what the manifest says: dropped', async () => {
  const change = edited(`"rows": ${rows}`, `"rows": ${rows - 1}`);
  const reason = new RegExp(
    `shop.orders: ${rows} rows instead of ${rows - 1}; database .* was dropped again`,
  );
  await shop.changed(manifest, change, () => refused(shop.inStore, reason));
}, 120_000);
