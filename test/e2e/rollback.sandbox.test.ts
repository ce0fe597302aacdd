import { expect, test } from '@jest/globals';
import { shipped } from './support/expected.ts';
import { release, serviceImage } from './support/release.ts';
import { outputNamesOf } from './support/step.ts';
import { majors } from './support/tools.ts';

const image = async (version: string): Promise<{ images: string }> => ({
  images: `image=${(await serviceImage(version)).pinned}`,
});

/** A rollback that went well. */
const wentBack = { result: 'success', exit: 0, post: { exit: 0, log: '' } } as const;

test.concurrent.each(majors)('what a record shipped is undone, once, and proven (%s)', async (helm) => {
  await using shop = await release({ helm });
  const v1 = await serviceImage('v1');
  await shop.deploy();
  const wrong = await shop.deploy(await image('v2'));
  const from = wrong.outputs['record'] ?? '';
  const untouched = await shop.namespace.footprint();

  const planned = await shop.rollBack({ from, 'dry-run': true });

  expect(planned).toMatchObject({ result: 'success', outputs: { 'rolled-back': 'false' } });
  expect(await shop.namespace.footprint()).toEqual(untouched);

  const back = await shop.rollBack({ from, reason: 'it answers with 500', environment: 'production' });

  expect(back).toMatchObject(wentBack);
  expect(back.reason).toContain('revision 3 brings back revision 1, 1 of 1 workloads ready');
  expect(Object.keys(back.outputs).sort()).toEqual(await outputNamesOf('rollback'));
  expect(back.outputs).toMatchObject({ 'rolled-back': 'true', verified: 'true' });
  expect(await shop.imageOf('Deployment')).toBe(v1.pinned);
  expect(await shop.history()).toMatchObject([
    { revision: 1, status: 'superseded' },
    { revision: 2, status: 'failed', description: expect.stringContaining('it answers with 500') },
    { revision: 3, status: 'deployed', description: 'Rollback to 1' },
  ]);
  expect(await shop.records()).toEqual(['#1 ready', '#2 rolled-back', '#3 verified']);
  expect(back.record).toMatchObject({
    seq: 3,
    kind: 'rollback',
    revision: 3,
    to: { images: { 'Deployment/shop/shop': v1.pinned } },
  });
  expect(back.summary).toContain('revision 1');
  expect(await shop.lease()).toBeUndefined();
  const begun = shop.github.recorded.find(({ operation }) => operation === 'repos/create-deployment');
  expect(begun?.body).toMatchObject({ task: 'rollback', environment: 'production' });

  const after = await shop.namespace.footprint();
  const again = await shop.rollBack({ from });

  expect(again).toMatchObject({ result: 'skipped', exit: 0, outputs: { 'rolled-back': 'false' } });
  expect(again.reason).toContain('is undone already');
  expect(await shop.namespace.footprint()).toEqual(after);

  // What was rejected is never gone back to: the way back from here is the state before it.
  expect(await shop.deploy(await image('v3'))).toMatchObject({ ...shipped, outputs: { revision: '4' } });
  const second = await shop.rollBack({ from: 'running' });
  expect(second).toMatchObject(wentBack);
  expect(await shop.imageOf('Deployment')).toBe(v1.pinned);
});

test.concurrent('nothing to undo is green, nothing to go back to is red; neither touches anything', async () => {
  await using shop = await release();
  const first = await shop.deploy();
  const untouched = await shop.namespace.footprint();

  const empty = await shop.rollBack({ from: '' });
  const refused = await shop.rollBack({ from: first.outputs['record'] ?? '' });
  const unknown = await shop.rollBack({ from: `${shop.namespace.name}/shop#9` });
  const wrong = await shop.rollBack({ from: 'runing', to: '0', verify: 'no list', timeout: '5' });

  expect(empty).toMatchObject({ result: 'skipped', exit: 0 });
  expect(refused).toMatchObject({ result: 'failure', exit: 1 });
  expect(refused.reason).toMatch(/nothing|verified/);
  expect(unknown).toMatchObject({ result: 'failure', exit: 1 });
  expect(unknown.reason).toContain(`there is no record ${shop.namespace.name}/shop#9`);
  expect(wrong).toMatchObject({ result: 'failure', reason: '4 inputs are wrong; nothing was changed' });
  expect(await shop.namespace.footprint()).toEqual(untouched);
});

test.concurrent('a release that Slipway never saw, and a revision that somebody asks for', async () => {
  await using shop = await release();
  const [v1, v2] = await Promise.all([serviceImage('v1'), serviceImage('v2')]);
  for (const { pinned } of [v1, v2]) {
    const values = { ...shop.defaultValues, image: { registry: '', repository: pinned, tag: '' } };
    const flags = Object.entries(values).flatMap(([k, v]) => ['--set-json', `${k}=${JSON.stringify(v)}`]);
    await shop.helm('upgrade', 'shop', shop.chart, '--install', '--wait', ...flags);
  }

  const guessed = await shop.rollBack({ from: 'running' });
  const asked = await shop.rollBack({ from: 'running', to: '1' });

  expect(guessed).toMatchObject({ result: 'failure', exit: 1 });
  expect(asked).toMatchObject(wentBack);
  expect(await shop.imageOf('Deployment')).toBe(v1.pinned);
  expect(await shop.statuses()).toEqual(['1 superseded', '2 failed', '3 deployed']);
});

test.concurrent('pods that never became ready hold a StatefulSet until they are freed', async () => {
  await using sets = await release({
    chart: 'kinds',
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['delete'] }],
    values: { statefulSet: { enabled: true, replicas: 1 } },
  });
  await sets.deploy();
  const neverReady = { faults: { FAULT_NEVER_READY: 'true' } };
  const broken = { ...(await image('v2')), values: neverReady, 'on-failure': 'leave', timeout: '6s' };
  const failed = await sets.deploy(broken);
  const from = failed.outputs['record'] ?? '';

  const held = await sets.rollBack({ from, timeout: '5s' });
  expect(held).toMatchObject({ result: 'failure', exit: 1 });
  expect(held.reason).toContain('free-stuck-pods');

  const freed = await sets.rollBack({ from, 'free-stuck-pods': true });
  expect(freed).toMatchObject(wentBack);
  expect(freed.log).toContain('deleting pod shop-stateful-0');
});

test.concurrent('cancelled while it waits: post brings it to its end and unlocks', async () => {
  await using shop = await release({ values: { faults: { FAULT_SLOW_BOOT: '8s' } } });
  const v1 = await serviceImage('v1');
  await shop.deploy();
  const wrong = await shop.deploy({ ...(await image('v2')), values: { faults: {} } });

  const rolling = await shop.startAction('rollback', { from: wrong.outputs['record'] ?? '' });
  await rolling.says('blocked on pod');
  const cancelled = await rolling.cancel();

  expect(cancelled).toMatchObject({ result: 'cancelled', exit: 1, post: { exit: 0 } });
  expect(await shop.imageOf('Deployment')).toBe(v1.pinned);
  expect((await shop.records()).slice(1)).toEqual(['#2 rolled-back', '#3 verified']);
  expect((await shop.statuses()).at(-1)).toMatch(/deployed$/);
  expect(await shop.lease()).toBeUndefined();
});
