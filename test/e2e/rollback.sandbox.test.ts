import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { sandboxEnv } from '../../sandbox/client.ts';
import { pushServiceImage } from '../../sandbox/service/image.ts';
import { shipped } from './support/expected.ts';
import { identityIn, minimalRole } from './support/identity.ts';
import { release, serviceImage } from './support/release.ts';
import { outputNamesOf } from './support/step.ts';
import { majors } from './support/tools.ts';

/** All of them by one who may do what the README of rollback says: the release is deployed by another. */
const image = async (version: string): Promise<{ images: string }> => ({
  images: `image=${(await serviceImage(version)).pinned}`,
});

/** A rollback that went well. */
const wentBack = { result: 'success', exit: 0, post: { exit: 0, log: '' } } as const;

/** Old pods take a moment to go. */
const lasting = (footprint: readonly string[]): string[] =>
  footprint.filter((line) => !line.startsWith('v1 Pod '));

test.concurrent.each(majors)('what a record shipped is undone, once, and proven (%s)', async (helm) => {
  await using shop = await release({ helm });
  const v1 = await serviceImage('v1');
  await shop.deploy();
  const wrong = await shop.deploy(await image('v2'));
  const from = wrong.outputs['record'] ?? '';
  const untouched = lasting(await shop.namespace.footprint());

  const planned = await shop.rollBack({ from, 'dry-run': true });

  expect(planned).toMatchObject({ result: 'success', outputs: { 'rolled-back': 'false' } });
  expect(lasting(await shop.namespace.footprint())).toEqual(untouched);

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

  const after = lasting(await shop.namespace.footprint());
  const again = await shop.rollBack({ from });

  expect(again).toMatchObject({ result: 'skipped', exit: 0, outputs: { 'rolled-back': 'false' } });
  expect(again.reason).toContain('is undone already');
  expect(lasting(await shop.namespace.footprint())).toEqual(after);

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
  expect(refused.reason).toBe('nothing verified to go back to: this is the first release');
  expect(refused.log).toContain('records  #1 ready, nothing older');
  expect(refused.log).toContain('do       fix forward with deploy-helm');
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
  shop.github.fail({ operation: '*', fault: { kind: 'status', status: 503 }, times: 0 });
  const asked = await shop.rollBack({ from: 'running', to: '1', environment: 'production' });

  expect(guessed).toMatchObject({ result: 'failure', exit: 1 });
  expect(asked).toMatchObject(wentBack);
  expect(await shop.imageOf('Deployment')).toBe(v1.pinned);
  expect(await shop.statuses()).toEqual(['1 superseded', '2 failed', '3 deployed']);
  // GitHub is down: said, and no more.
  expect(asked.log).toContain('the GitHub Deployment could not be set');
  expect(asked.outputs['deployment-id']).toBe('');
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

  // By hand it hangs until its timeout, and leaves another failed revision.
  await expect(sets.helm('rollback', 'shop', '1', '--wait', '--timeout', '5s')).rejects.toThrow(/deadline/);
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

test.concurrent('killed while it waits: post brings it to its end and unlocks', async () => {
  await using shop = await release({ values: { faults: { FAULT_SLOW_BOOT: '5s' } } });
  await shop.deploy();
  const wrong = await shop.deploy({ ...(await image('v2')), values: { faults: {} } });

  const rolling = await shop.startAction('rollback', { from: wrong.outputs['record'] ?? '' });
  await rolling.says('blocked on pod');
  process.kill(rolling.pid(), 'SIGKILL');
  await expect(rolling.ended).rejects.toThrow(/main ended with SIGKILL[^]*post ended with 0/);

  expect(await shop.imageOf('Deployment')).toBe((await serviceImage('v1')).pinned);
  expect((await shop.records()).slice(1)).toEqual(['#2 rolled-back', '#3 verified']);
  expect(await shop.lease()).toBeUndefined();
});

test.concurrent('two at once, of the record and of whatever runs: one undoes, the other says so', async () => {
  await using shop = await release({ values: { faults: { FAULT_SLOW_BOOT: '5s' } } });
  await shop.deploy({ ...(await image('v0')), values: { faults: {} } });
  const v1 = await serviceImage('v1');
  await shop.deploy();
  const wrong = await shop.deploy({ ...(await image('v2')), values: { faults: {} } });

  const first = await shop.startAction('rollback', { from: wrong.outputs['record'] ?? '' });
  await first.says('blocked on pod');
  const [second, third] = [{ from: 'running' }, { from: wrong.outputs['record'] ?? '' }].map((inputs) =>
    shop.rollBack(inputs),
  );

  expect(await first.ended).toMatchObject(wentBack);
  expect(await second).toMatchObject({ result: 'skipped', exit: 0, outputs: { 'rolled-back': 'false' } });
  expect((await second)?.reason).toContain('has undone');
  expect(await third).toMatchObject({ result: 'skipped', exit: 0 });
  expect((await third)?.reason).toContain('is undone already');
  expect(await shop.imageOf('Deployment')).toBe(v1.pinned);
  expect((await shop.history()).length).toBe(4);
});

test.concurrent('back, and it answers wrongly too: red, and not verified; secrets and forwards stay behind nowhere', async () => {
  const secret = 'tulip-marigold-7c1f';
  await using shop = await release({ values: { faults: { FAULT_ERROR_RATE: '1' } } });
  await shop.deploy();
  await shop.deploy({ ...(await image('v2')), values: { faults: {} } });
  const answers = `{http: /version, via: "service/shop:80", headers: {authorization: "Bearer ${secret}"}}`;
  const says = `{name: says, command: [echo, "${secret}"], output: nothing}`;

  const inputs = { from: 'running', verify: `[${answers}, ${says}]`, timeout: '6s' };
  const wrong = await (await shop.startAction('rollback', inputs, [secret])).ended;

  expect(wrong).toMatchObject({ result: 'failure', exit: 1 });
  expect(wrong.reason).toMatch(
    /^revision 3 brings back revision 1, .* but http \/version: .*500.*, and 1 more$/,
  );
  expect(wrong.summary).toContain('says: what it answered');
  expect(wrong.outputs).toMatchObject({ 'rolled-back': 'true', verified: 'false' });
  expect(await shop.records()).toEqual(['#1 ready', '#2 rolled-back', '#3 ready']);
  expect(wrong.record?.verdicts).toMatchObject([{ outcome: 'pass' }, { name: 'verify', outcome: 'fail' }]);

  const right = await shop.rollBack({ from: 'running', to: '2', force: true, verify: `[${answers}]` });

  expect(right).toMatchObject({ ...wentBack, outputs: { verified: 'true' } });
  expect(commandsThatName(shop.namespace.name)).toEqual([]);
});

/** What runs on this machine with that word in its command line. */
const commandsThatName = (word: string): string[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => commandOf(pid).replaceAll('\0', ' '))
    .filter((command) => command.includes('port-forward') && command.includes(word));

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}

test.concurrent('who may not write the records stops before the first write', async () => {
  await using shop = await release();
  await shop.deploy();
  await shop.deploy(await image('v2'));
  const rules = minimalRole('rollback').map(({ verbs, ...rule }) => ({
    ...rule,
    verbs: rule.resources.includes('secrets') ? verbs.filter((verb) => verb !== 'update') : verbs,
  }));
  const { kubeconfig } = await identityIn(shop.namespace, rules, 'reader');

  const encoded = Buffer.from(kubeconfig).toString('base64');
  const refused = await shop.rollBack({ from: 'running', kubeconfig: encoded });

  expect(refused).toMatchObject({ result: 'failure', exit: 1, post: { exit: 0, log: '' } });
  expect(refused.log).toContain(`denied   update secrets in namespace ${shop.namespace.name}`);
  expect(await shop.records()).toEqual(['#1 ready', '#2 ready']);
  expect(await shop.lease()).toBeUndefined();
});

test.concurrent('an image that its registry lost is refused; by force it is tried, and recorded', async () => {
  await using shop = await release();
  const { registry } = sandboxEnv();
  const repository = `gone/${shop.namespace.name}`;
  const lost = await pushServiceImage({ registry, repository, version: 'lost' });
  await shop.deploy({ images: `image=${lost.pinned}` });
  await shop.deploy();
  await fetch(`http://${registry}/v2/${repository}/manifests/${lost.digest}`, { method: 'DELETE' });

  const refused = await shop.rollBack({ from: 'running' });

  expect(refused).toMatchObject({ result: 'failure', exit: 1 });
  expect(refused.reason).toMatch(/^an image of revision 1 is no longer in its registry: .*lost/);
  expect(refused.log).toMatch(/do +push it again, choose another revision with to:, or force: true/);
  expect(await shop.records()).toEqual(['#1 ready', '#2 ready']);

  // The node still holds it.
  const forced = await shop.rollBack({ from: 'running', force: true, reason: 'the shop is down' });

  expect(forced).toMatchObject(wentBack);
  expect(forced.record?.reason).toMatch(/^the shop is down; forced although an image of revision 1/);
  expect(forced.log).toContain('forced although an image of revision 1');
});
