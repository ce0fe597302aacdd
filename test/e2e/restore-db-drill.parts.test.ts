/** Drills as steps: restored into a real throwaway server, measured, kept as evidence. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { DrillEvidence } from '../../lib/domain/database/drill.ts';
import { allGone, descendants } from '../support/process-tree.ts';
import { BackedUpShop, dump, flipped } from './support/backed-up-shop.ts';
import { root } from './support/step.ts';
import type { Ending } from './support/step.ts';

const ajv = new Ajv2020({ strict: true, allErrors: true });
formats.default(ajv);
const validate = ajv.compile(
  JSON.parse(await readFile(join(root, 'docs/schemas/restore-drill.json'), 'utf8')) as object,
);

let shop: BackedUpShop;
beforeAll(async () => {
  shop = await BackedUpShop.open();
}, 600_000);
afterAll(() => shop[Symbol.asyncDispose]());

const drill = { mode: 'drill', scratch: 'local' };

function evidenceOf({ evidence }: Ending): DrillEvidence {
  const parsed = JSON.parse(evidence) as DrillEvidence;
  expect([validate(parsed), validate.errors]).toEqual([true, null]);
  return parsed;
}

test('drills: measured, kept as evidence, and a trend', async () => {
  const given = { ...drill, url: shop.urlOf('shop'), rpo: '1h', ...shop.inStore };
  const first = await shop.restore({ ...given, rto: '5m', globals: 'true' });
  const reason = 'restored, and every table has the rows that were dumped';
  expect([first.result, first.reason]).toEqual(['success', reason]);
  expect(evidenceOf(first)).toMatchObject({ outcome: 'passed', globals: true, rto: { met: true } });

  const second = await shop.restore({ ...given, rto: '1ms' });
  const missed = expect.stringMatching(/it restores, but it took .* and rto is/);
  expect([second.result, second.reason]).toEqual(['failure', missed]);
  expect(evidenceOf(second)).toMatchObject({
    outcome: 'missed',
    backup: { id: shop.stored },
    rpo: { from: 'backup', met: true, unknown: ['the server archives nothing between two backups'] },
  });
  expect(second.summary).toContain('xychart-beta');
  expect(await readdir(shop.store.fileOf('team/postgresql/shop/drills'))).toHaveLength(2);
  expect(await shop.databases()).toEqual(['shop']);
}, 240_000);

test('a live server that is gone does not stop the drill', async () => {
  const url = shop.urlOf('shop').replace(`:${shop.postgres.port}`, ':1');
  const ended = await shop.restore({ ...drill, url, ...shop.inStore });
  expect(ended.result).toBe('success');
  expect(evidenceOf(ended).rpo).toMatchObject({
    from: 'backup',
    unknown: [expect.stringMatching('the live server could not be asked')],
  });
}, 120_000);

test('a backup that was changed in the store fails the drill, with evidence', async () => {
  await shop.changed(dump, flipped, async () => {
    const ended = await shop.restore({ ...drill, database: 'shop', ...shop.inStore });
    const reason = expect.stringMatching(/does not restore: .*other bytes under/);
    expect([ended.result, ended.reason]).toEqual(['failure', reason]);
    const { outcome, rpo } = evidenceOf(ended);
    expect([outcome, rpo.seconds]).toEqual(['failed', undefined]);
  });
}, 120_000);

test('a drill is cancelled: no server is left', async () => {
  const step = await shop.start({ ...drill, database: 'shop', ...shop.inStore });
  await step.says('started ');
  const servers = descendants(step.pid());
  const ended = await step.cancel();
  expect([ended.result, ended.outputs['evidence']]).toEqual(['cancelled', undefined]);
  await allGone(servers);
}, 120_000);
