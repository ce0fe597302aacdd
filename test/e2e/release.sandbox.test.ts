/** The whole release in one step, over a real service under load and a real PostgreSQL: as it goes well, and as each phase fails. */
import { existsSync, readdirSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { sql, WholeRelease } from './support/whole-release.ts';
import type { ReleaseOrder } from './support/whole-release.ts';

/** Five releases and four ways back, each a few seconds on an idle machine. */
jest.setTimeout(900_000);

const backedUp = (shop: WholeRelease): string[] =>
  existsSync(shop.backups)
    ? readdirSync(shop.backups, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.zst'))
    : [];

interface Failure extends Omit<ReleaseOrder, 'version'> {
  readonly phase: 'backup' | 'migration' | 'deploy' | 'smoke';
  readonly reason: string;
  readonly state: string;
}

const quickDeploy = { release: 'shop', chart: 'chart', timeout: '15s', 'undo-timeout': '60s' };

const failures: Failure[] = [
  {
    phase: 'backup',
    section: { backup: { destination: 'file:/sys/nowhere', globals: false } },
    reason: 'no backup, no release: ',
    state: 'rejected',
  },
  {
    phase: 'migration',
    sql: { up: `${sql.up} SELECT 1/0;` },
    reason: 'the migration failed: ',
    state: 'rejected',
  },
  {
    phase: 'deploy',
    section: { deploy: quickDeploy },
    faults: { FAULT_NEVER_READY: 'true' },
    reason: 'not ready after 15s',
    state: 'rolled-back',
  },
  { phase: 'smoke', faults: { FAULT_WRONG_VERSION: 'v0' }, reason: 'v0', state: 'rolled-back' },
];

test.concurrent('each phase fails in turn: the old version answers as if nothing had been; then all of it goes well', async () => {
  await using shop = await WholeRelease.open();
  const first = await shop.release({ version: 'v1', sql: { up: sql.nothing } });
  expect(first).toMatchObject({ result: 'success', exit: 0, record: { state: 'verified' } });
  await using load = await shop.load();

  for (const { phase, reason, state, ...order } of failures) {
    const failed = await shop.release({ version: 'v2', ...order });
    expect({ phase, ...failed }).toMatchObject({
      phase,
      result: 'failure',
      exit: 1,
      reason: expect.stringContaining(reason),
      record: { state },
      outputs: { 'failed-phase': phase, undone: phase === 'backup' ? '' : 'true' },
      post: { exit: 0, log: '' },
    });
    await shop.expectSchema(1);
    expect(await shop.runs()).toBe('v1');
    expect(await shop.shop.lease()).toBeUndefined();
  }

  const good = await shop.release({ version: 'v2' });
  const report = await load.stop();
  expect(good).toMatchObject({
    result: 'success',
    exit: 0,
    outputs: { 'failed-phase': '', undone: '', 'backup-id': expect.stringMatching(/./) },
    post: { exit: 0, log: '' },
    record: {
      state: 'verified',
      verdicts: [
        { name: 'deploy-helm', outcome: 'pass' },
        { name: 'smoke-test', outcome: 'pass' },
      ],
      migration: { undo: 'automatic', outcome: 'success', backup: { id: good.outputs['backup-id'] } },
      database: { kind: 'read', migrations: [{ newest: ['2'] }] },
    },
  });
  // Through four failures and one release.
  expect(report.causes).toEqual({});
  expect(await shop.runs()).toBe('v2');
  await shop.expectSchema(2);
  expect(await shop.shop.lease()).toBeUndefined();
});

test.concurrent('what is not undone is said before, and then it is exactly that; a dry run touches nothing', async () => {
  await using shop = await WholeRelease.open();
  const untouched = await shop.shop.namespace.footprint();
  const planned = await shop.release({ version: 'v1', with: { 'dry-run': 'true' } });
  expect(planned).toMatchObject({ result: 'success', reason: 'dry run: nothing was changed' });
  expect(planned.summary).toContain('./migrate.sh down');
  expect(await shop.shop.namespace.footprint()).toEqual(untouched);
  expect(backedUp(shop)).toEqual([]);
  await shop.expectSchema(1);

  await shop.release({ version: 'v1', sql: { up: sql.nothing } });
  expect(backedUp(shop)).toHaveLength(1);
  await using load = await shop.load();
  const failed = await shop.release({
    version: 'v2',
    section: { migration: { command: './migrate.sh up', undo: 'none' }, deploy: quickDeploy },
    faults: { FAULT_NEVER_READY: 'true' },
  });
  const report = await load.stop();

  const [before = ''] = failed.log.split('migrating up');
  expect(before).toContain('the migration is not undone: not at all: it stays where the release is undone');
  expect(failed).toMatchObject({ result: 'failure', outputs: { 'failed-phase': 'deploy', undone: 'false' } });
  expect(failed.summary).toContain(`restore-db brings backup ${failed.outputs['backup-id']}`);
  expect(report.causes).toEqual({});
  expect(await shop.runs()).toBe('v1');
  await shop.expectSchema(2);
});
