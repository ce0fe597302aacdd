/** restore-db is ended in the middle: the target is as it was, or post makes it so. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { startJob } from '../support/runner.ts';
import { BackedUpShop } from './support/backed-up-shop.ts';
import { complete, entryOf, root } from './support/step.ts';

let shop: BackedUpShop;
beforeAll(async () => {
  shop = await BackedUpShop.open();
}, 600_000);
afterAll(() => shop[Symbol.asyncDispose]());
afterEach(async () => {
  await letGo();
  await shop.tidy();
});

const holder = "application_name = 'holder'";

/** Holds the lock that a type of the dump needs, so that a restore waits with its transaction open. */
async function heldOpen(database: string): Promise<void> {
  const lock = 'LOCK TABLE pg_enum IN ACCESS EXCLUSIVE MODE';
  const sql = `SET application_name = 'holder'; BEGIN; ${lock}; SELECT pg_sleep(100)`;
  shop.postgres.sql(database, sql).catch(() => undefined);
  const asleep = `${holder} AND wait_event = 'PgSleep'`;
  await shop.until(`SELECT count(*) FROM pg_stat_activity WHERE ${asleep}`, '1');
}

const letGo = (): Promise<string> =>
  shop.postgres.sql('postgres', `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${holder}`);

const waitingIn = (database: string): string =>
  `SELECT count(*) FROM pg_stat_activity WHERE datname = '${database}' AND wait_event_type = 'Lock'`;

async function untilQuiet(database: string): Promise<void> {
  await letGo();
  await shop.until(`SELECT count(*) FROM pg_stat_activity WHERE datname = '${database}'`, '0');
}

test.each(['tree', 'node'] as const)(
  'killed (%s) in the middle of into: the database is as empty as it was',
  async (what) => {
    await shop.create('target');
    await heldOpen('target');
    const step = await shop.start({ mode: 'into', url: shop.urlOf('target'), 'backup-of': 'shop' });
    await shop.until(waitingIn('target'), '1');
    await using _ = await step.kill(what);
    await untilQuiet('target');
    expect(await shop.isEmpty('target')).toBe(true);
  },
  120_000,
);

test('cancelled in the middle of into: the database is as empty as it was', async () => {
  await shop.create('target');
  await heldOpen('target');
  const step = await shop.start({ mode: 'into', url: shop.urlOf('target'), 'backup-of': 'shop' });
  await shop.until(waitingIn('target'), '1');
  const ended = await step.cancel();
  await untilQuiet('target');
  expect([ended.result, await shop.isEmpty('target')]).toEqual(['cancelled', true]);
}, 120_000);

test('cancelled in the middle of beside: dropped before the step ends', async () => {
  const step = await shop.start({ mode: 'beside', url: shop.urlOf('shop'), name: 'shop_new' });
  await step.says('made database shop_new');
  const ended = await step.cancel();
  expect([ended.result, await shop.databases(), ended.post.log]).toEqual(['cancelled', ['shop'], '']);
}, 120_000);

test('killed in the middle of beside: post drops what main had made, and nothing else', async () => {
  await shop.create('shop_restored_20260101000000');
  await using job = await startJob();
  const given = { mode: 'beside', url: shop.urlOf('shop'), name: 'shop_new' };
  const inputs = await complete('restore-db', shop.inputs(given));
  const main = job.start({ entry: entryOf('restore-db'), cwd: root, inputs });
  await main.until((line) => line.includes('made database shop_new'));
  const killed = await main.killTree();
  expect(await shop.databases()).toContain('shop_new');

  const post = await killed.post();
  expect([post.exit, post.shown]).toEqual([
    0,
    expect.stringContaining('database shop_new, which was not restored'),
  ]);
  expect(await shop.databases()).toEqual(['shop', 'shop_restored_20260101000000']);
}, 120_000);
