/** What a release, its undo and a rollback make of the schema of a real PostgreSQL, by exactly the Roles of the READMEs. */
import { expect, jest, test } from '@jest/globals';
import { startMariaDb } from '../../sandbox/databases/mariadb.ts';
import { databaseIn, databaseOf, databasePassword, databaseRole } from './support/database.ts';
import { shipped } from './support/expected.ts';
import { identityIn, minimalRole } from './support/identity.ts';
import { release, serviceImage } from './support/release.ts';
import type { With } from './support/step.ts';

const image = async (version: string): Promise<{ images: string }> => ({
  images: `image=${(await serviceImage(version)).pinned}`,
});

/** Old pods take a moment to go. */
const lasting = (footprint: readonly string[]): string[] =>
  footprint.filter((line) => !line.startsWith('v1 Pod '));

const notCompared = 'the schema was not compared: no database was given';

/** Six at once, each with three to six steps and a server of its own. */
jest.setTimeout(300_000);

test.concurrent('a rollback goes on over what was added, and stops before what was dropped', async () => {
  await using shop = await release({ rules: databaseRole() });
  const { namespace } = shop;
  const postgres = await databaseIn(namespace);
  const database = databaseOf(namespace);
  const first = await shop.deploy({ database });
  expect(first).toMatchObject(shipped);
  expect(first.record?.database).toMatchObject({ kind: 'read', facts: 'kept', migrations: [] });
  expect(first.summary).toContain('of postgresql database shop');
  expect(JSON.stringify(first.record)).not.toContain('public.orders');

  await postgres.sql('ALTER TABLE orders ADD COLUMN note text');
  const second = await shop.deploy({ database, ...(await image('v2')) });
  const back = await shop.rollBack({ from: second.outputs['record'] ?? '', database });

  const grown = `the schema has only grown since ${namespace.name}/shop#1 was verified: public.orders.note new column`;
  expect(back).toMatchObject({ result: 'success', exit: 0 });
  expect(back.reason).toContain(grown);
  expect(back.log).toContain(grown);
  expect(back.record?.database).toMatchObject({ kind: 'read', facts: 'kept' });

  const third = await shop.deploy({ database, ...(await image('v3')) });
  await postgres.sql('ALTER TABLE orders DROP COLUMN total');
  const untouched = lasting(await namespace.footprint());
  const from = third.outputs['record'] ?? '';
  const refused = await shop.rollBack({ from, database, force: 'true' });

  expect(refused).toMatchObject({ result: 'failure', exit: 1, outputs: { 'rolled-back': 'false' } });
  expect(refused.reason).toContain('public.orders.total column was dropped');
  expect(refused.summary).toContain('restore-db');
  expect(lasting(await namespace.footprint())).toEqual(untouched);

  await postgres.remove();
  const gone = await shop.rollBack({ from, database });
  expect(gone).toMatchObject({ result: 'failure', exit: 1 });
  expect(gone.reason).toContain('whether the old version can read the schema is not known');
  expect(gone.summary).toContain('force: true');
  expect(lasting(await namespace.footprint())).toEqual(untouched);

  const forced = await shop.rollBack({ from, database, force: 'true' });
  expect(forced).toMatchObject({ result: 'success', exit: 0, outputs: { verified: 'true' } });
  expect(forced.record?.reason).toContain('forced although whether the old version can read');
  expect(forced.record?.database).toMatchObject({ kind: 'unreadable' });
  expect(forced.log).toContain('could not be read');
});

test.concurrent('the undo of a release that fails compares, too', async () => {
  await using shop = await release({ rules: databaseRole() });
  const postgres = await databaseIn(shop.namespace);
  const database = databaseOf(shop.namespace);
  await shop.deploy({ database });
  const crashes = {
    values: { faults: { FAULT_NEVER_READY: 'true' } },
    ...(await image('v2')),
    timeout: '10s',
    'undo-timeout': '60s',
  };

  await postgres.sql('ALTER TABLE orders ADD COLUMN note text');
  const undone = await shop.deploy({ database, ...crashes }, [databasePassword]);
  expect(undone).toMatchObject({ result: 'failure', exit: 1 });
  expect(undone.reason).toContain('undone: revision 3 brings back revision 1');
  expect(undone.summary.replaceAll('\\#', '#')).toContain('has only grown since');

  await postgres.sql('ALTER TABLE orders DROP COLUMN total');
  const kept = await shop.deploy({ database, ...crashes }, [databasePassword]);
  expect(kept).toMatchObject({ result: 'failure', exit: 1, post: { exit: 0, log: '' } });
  expect(kept.reason).toContain('not gone back: ');
  expect(kept.reason).toContain('public.orders.total column was dropped');
  expect(await shop.statuses()).toEqual(['1 superseded', '2 failed', '3 deployed', '4 failed']);
  expect(await shop.records()).toEqual(['#1 ready', '#2 rolled-back', '#3 rejected']);
  expect(await shop.lease()).toBeUndefined();
});

test.concurrent('a release that is cancelled is compared by post', async () => {
  await using shop = await release({ rules: databaseRole() });
  const postgres = await databaseIn(shop.namespace);
  const database = databaseOf(shop.namespace);
  await shop.deploy({ database });
  const never = { values: { faults: { FAULT_NEVER_READY: 'true' } }, ...(await image('v2')) };
  const step = await shop.start({ database, ...never }, [databasePassword]);
  await step.says('blocked on pod');
  await postgres.sql('ALTER TABLE orders DROP COLUMN total');

  const cancelled = await step.cancel();

  expect(cancelled).toMatchObject({ result: 'cancelled', post: { exit: 1 } });
  expect(cancelled.post.log).toContain('not gone back: ');
  expect(cancelled.post.log).toContain('public.orders.total column was dropped');
  expect(await shop.statuses()).toEqual(['1 deployed', '2 failed']);
  expect(await shop.records()).toEqual(['#1 ready', '#2 rejected']);
  expect(await shop.lease()).toBeUndefined();
});

test.concurrent('MariaDB behind a URL, as the runner sees it', async () => {
  const [shop, mariadb] = await Promise.all([release(), startMariaDb()]);
  await using _shop = shop;
  await using _stop = { [Symbol.asyncDispose]: () => mariadb.stop() };
  await mariadb.sql('', 'CREATE DATABASE shop');
  await mariadb.sql('shop', 'CREATE TABLE orders (id int PRIMARY KEY, total bigint, code varchar(40))');
  const { port, password } = mariadb;
  const database = `{engine: mariadb, url: "mysql://shop@127.0.0.1:${port}/shop", password: ${password}}`;
  const first = await shop.deploy({ database }, [password]);
  expect(first.record?.database).toMatchObject({ kind: 'read', facts: 'kept' });
  const second = await shop.deploy({ database, ...(await image('v2')) }, [password]);
  const from = second.outputs['record'] ?? '';

  await mariadb.sql('shop', 'ALTER TABLE orders MODIFY code varchar(20)');
  const refused = await shop.rollBack({ from, database });
  expect(refused).toMatchObject({ result: 'failure', outputs: { 'rolled-back': 'false' } });
  expect(refused.reason).toContain('orders.code narrowed from varchar(40)');

  await mariadb.sql('shop', 'ALTER TABLE orders MODIFY code varchar(80)');
  const back = await shop.rollBack({ from, database });
  expect(back).toMatchObject({ result: 'success' });
  expect(back.reason).toContain('orders.code widened from varchar(40)');
});

test.concurrent('without database every undo says that the schema was not compared', async () => {
  await using shop = await release();
  await shop.deploy();
  const second = await shop.deploy(await image('v2'));
  const back = await shop.rollBack({ from: second.outputs['record'] ?? '' });
  expect(back).toMatchObject({ result: 'success' });
  expect(back.log).toContain(notCompared);
  expect(back.summary).toContain(notCompared);
});

test.concurrent('the smoke test that makes it verified adds the schema, by the Role of its README', async () => {
  await using shop = await release();
  const { namespace } = shop;
  const postgres = await databaseIn(namespace);
  await postgres.sql('CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL)');
  await postgres.sql('INSERT INTO schema_migrations VALUES (42, false)');
  const deployed = await shop.deploy({ expects: 'smoke-test' });
  const create = { apiGroups: [''], resources: ['secrets'], verbs: ['create'] };
  const rules = [...minimalRole('smoke-test'), create, ...databaseRole()];
  const { kubeconfig } = await identityIn(namespace, rules, 'tester');
  const asked: With = {
    kubeconfig: Buffer.from(kubeconfig).toString('base64'),
    record: deployed.outputs['record'] ?? '',
    checks: '[{name: answers, http: /version, via: "service/shop:80"}]',
    database: databaseOf(namespace),
  };

  const smoke = await shop.smokeTest(asked);

  expect(smoke).toMatchObject({ result: 'success', exit: 0 });
  expect(smoke.record).toMatchObject({
    state: 'verified',
    database: {
      kind: 'read',
      facts: 'kept',
      migrations: [{ tool: 'golang-migrate', table: 'public.schema_migrations', newest: ['42'] }],
    },
  });
  expect(smoke.summary).toContain('golang-migrate: 1 applied, the last 42');
  // The records' list and Helm's are as they were.
  expect(await shop.records()).toEqual(['#1 verified']);

  // A database that is gone leaves the verdict, and what was read before.
  await postgres.remove();
  const again = await shop.smokeTest(asked);
  expect(again).toMatchObject({ result: 'success', record: { database: { kind: 'read' } } });
  expect(again.log).toContain('could not be read');
});
