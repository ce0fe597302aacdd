/** A whole release that is cancelled, or switched off with its machine, in each of its phases; the service is under load. */
import { expect, jest, test } from '@jest/globals';
import { sql, WholeRelease } from './support/whole-release.ts';
import type { ReleaseOrder } from './support/whole-release.ts';

/** Eight releases that are broken off, and as many that follow, each a few seconds on an idle machine. */
jest.setTimeout(900_000);

interface Phase extends Omit<ReleaseOrder, 'version'> {
  readonly phase: string;
  /** A line of the log: it is in the middle of it now. */
  readonly says: string;
  /** What its record says after post; a rollback has one of its own after it. */
  readonly cancelled: string;
  readonly rolledBack?: true;
}

const halfWay = `${sql.up}\n\\echo half-way\nSELECT pg_sleep(120);`;

const phases: Phase[] = [
  {
    phase: 'backup',
    says: 'Dump',
    cancelled: 'abandoned',
    section: { backup: { destination: 'file:BACKUPS', globals: false, 'max-throughput': '100kB/s' } },
  },
  { phase: 'migration', says: 'half-way', cancelled: 'abandoned', sql: { up: halfWay } },
  {
    phase: 'deploy',
    says: 'blocked on pod',
    cancelled: 'rolled-back',
    faults: { FAULT_NEVER_READY: 'true' },
  },
  {
    phase: 'smoke',
    says: 'Who answers',
    cancelled: 'rolled-back',
    rolledBack: true,
    faults: { FAULT_WRONG_VERSION: 'v0' },
    section: {
      smoke: { identity: { url: '/version', via: 'service/shop:80', json: '$.version' }, timeout: '120s' },
    },
  },
];

/** v1 is released and proven, and the database is large enough for a backup to take a while. */
async function firstRelease(): Promise<WholeRelease> {
  const shop = await WholeRelease.open();
  await shop.postgres.sql(
    'CREATE TABLE ballast AS SELECT gen_random_uuid()::text AS a, gen_random_uuid()::text AS b FROM generate_series(1, 50000)',
  );
  await releaseFirst(shop, sql.nothing);
  return shop;
}

async function releaseFirst(shop: WholeRelease, up: string): Promise<void> {
  const first = await shop.release({ version: 'v1', sql: { up } });
  expect(first).toMatchObject({ result: 'success', record: { state: 'verified' } });
  await shop.expectSchema(1);
}

const orderOf = ({ section = {}, sql: migration, faults }: Phase, shop: WholeRelease): ReleaseOrder => ({
  version: 'v2',
  section: JSON.parse(JSON.stringify(section).replace('BACKUPS', shop.backups)) as typeof section,
  ...(migration === undefined ? {} : { sql: migration }),
  ...(faults === undefined ? {} : { faults }),
});

/** Switches the machine off in the middle of a phase; some minutes later nobody holds the lock any more. */
async function switchOff(phase: Phase, shop: WholeRelease): Promise<AsyncDisposable> {
  const step = await shop.start(orderOf(phase, shop));
  await step.says(phase.says);
  const job = await step.kill('tree');
  await shop.minutesLater();
  return job;
}

test.concurrent('cancelled in each phase in turn: post brings the old version and the old schema back, and no request is lost', async () => {
  await using shop = await firstRelease();
  await using load = await shop.load();
  for (const each of phases) {
    const step = await shop.start(orderOf(each, shop));
    await step.says(each.says);
    const ended = await step.cancel();

    const { phase } = each;
    expect({ phase, ...ended }).toMatchObject({ phase, result: 'cancelled', exit: 1, post: { exit: 0 } });
    expect(await shop.runs()).toBe('v1');
    await shop.expectSchema(1);
    expect(await shop.shop.lease()).toBeUndefined();
    expect((await shop.shop.records()).at(each.rolledBack ? -2 : -1)).toContain(each.cancelled);
  }
  expect((await load.stop()).causes).toEqual({});
});

test.concurrent('switched off in each phase in turn: the next run completes it, and no request is lost', async () => {
  await using shop = await firstRelease();
  await using load = await shop.load();
  for (const each of phases) {
    await using _job = await switchOff(each, shop);

    const next = await shop.release({ version: 'v2' });

    const { phase } = each;
    expect({ phase, ...next }).toMatchObject({ phase, result: 'success', record: { state: 'verified' } });
    if (phase === 'migration') expect(next.log).toContain('nobody knows how far it came');
    expect(await shop.runs()).toBe('v2');
    await shop.expectSchema(2);
    expect(await shop.shop.lease()).toBeUndefined();
    await releaseFirst(shop, sql.down);
  }
  expect((await load.stop()).causes).toEqual({});
});

test.concurrent('switched off in the migration, and the next run fails: all of both is taken back', async () => {
  await using shop = await firstRelease();
  await using load = await shop.load();
  const migration = phases.find(({ phase }) => phase === 'migration');
  if (migration === undefined) throw new Error('there is no migration');
  await using _job = await switchOff(migration, shop);

  const next = await shop.release({ version: 'v2', faults: { FAULT_WRONG_VERSION: 'v0' } });

  expect(next).toMatchObject({ result: 'failure', outputs: { 'failed-phase': 'smoke', undone: 'true' } });
  expect(await shop.runs()).toBe('v1');
  await shop.expectSchema(1);
  expect((await load.stop()).causes).toEqual({});
});
