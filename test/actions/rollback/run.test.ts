import { expect, test } from '@jest/globals';
import { CancelledError, TargetError, ToolError, UnreachableError } from '../../../lib/domain/errors.ts';
import { memoryWatcher } from '../../steps/memory.ts';
import { fastClock, Target, verify } from './memory.ts';

const gone = (): never => {
  throw new UnreachableError('the API is gone');
};
const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec: { template: { spec: { containers: [{ name: shop, image: 'registry.test/shop:1' }] } } }
`;

const custom = `
apiVersion: example.com/v1
kind: Widget
metadata: { name: shop }
`;

test('what is left is rejected with the reason, and the way back is proven', async () => {
  const target = new Target('pass');

  const result = await target.rollBack({ from: 'prod/shop#2', reason: 'it answers with 500' });

  expect(result).toMatchObject({
    result: 'success',
    reason: 'revision 3 brings back revision 1, it is a pass',
  });
  expect(target.helm.calls).toEqual(['rollback to 1']);
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
  expect(target.states).toEqual(['#1 verified', '#2 rolled-back', '#3 verified']);
  expect(target.records.at(2)).toMatchObject({
    reason: 'it answers with 500',
    undo: { part: 'rollback', toRevision: 1, revision: 3, outcome: 'success' },
  });
  expect(target.records.at(3)).toMatchObject({ kind: 'rollback', reason: 'it answers with 500' });
  expect(target).toMatchObject({ left: undefined, locks: { state: 'free' } });
});

test('a way back takes no revision away', async () => {
  const target = new Target('pass');
  const limits: unknown[] = [];
  const { helm } = target;
  const rollback: typeof helm.rollback = (release, to, options) => {
    limits.push(options.historyMax);
    return helm.rollback(release, to, options);
  };
  target.ports = { ...target.ports, helm: Object.assign(Object.create(helm) as typeof helm, { rollback }) };
  await target.rollBack();
  expect(limits).toEqual([0]);
});

test.each<[string, Record<string, string>, object]>([
  ['no record', { from: '' }, { result: 'skipped', reason: expect.stringContaining('from is empty') }],
  ['a dry run', { 'dry-run': 'true' }, { result: 'success', reason: /revision 2 back to revision 1/ }],
  [
    'nothing verified',
    { from: 'prod/shop#1' },
    { result: 'skipped', reason: expect.stringContaining('no longer runs') },
  ],
  ['what runs already', { to: '2' }, { result: 'failure', reason: 'revision 2 is what runs now' }],
])('nothing is touched: %s', async (_, given, expected) => {
  const target = new Target();
  const before = JSON.stringify([target.records.all, target.helm.revisions]);
  const result = await target.rollBack(given);
  const { reason, ...others } = expected as { reason: string | RegExp };
  expect(result).toMatchObject({
    ...others,
    reason: reason instanceof RegExp ? expect.stringMatching(reason) : reason,
  });
  expect(result.done).toBeUndefined();
  expect(JSON.stringify([target.records.all, target.helm.revisions])).toBe(before);
  expect(target.locks.state).toBe('free');
});

test('the log has the table: which it would take, and why not the others', async () => {
  const target = new Target();
  target.ship('deployed', { state: 'ready', expects: ['smoke-test'] });
  target.helm.set(2, 'superseded');
  await target.rollBack({ 'dry-run': 'true' });
  expect(target.said.join('\n')).toMatch(/^× +3 .* no .* smoke-test is missing$/m);
  expect(target.said.join('\n')).toMatch(/^→ +2 .* yes .* verified/m);
  expect(target.said).toContain('→ where it goes, × what it leaves');
});

test('every record that speaks for what is left is rejected', async () => {
  const target = new Target('pass', 'pass');
  await target.rollBack();
  // The copy of revision 1 is left too: the record of the release and that of the rollback.
  target.ship('deployed', { seq: 4, id: 'prod/shop#4', revision: 4 });
  target.helm.set(3, 'superseded');
  target.helm.set(4, 'superseded');
  target.helm.add('deployed', { description: 'Rollback to 1' });
  const result = await target.rollBack({ to: '4' });
  expect(result).toMatchObject({ result: 'success', done: { from: { root: 1 }, to: { revision: 4 } } });
  expect(target.states).toEqual([
    '#1 rejected',
    '#2 rolled-back',
    '#3 rolled-back',
    '#4 verified',
    '#5 verified',
  ]);
});

test('an undo that fails is red, and may be tried again', async () => {
  const target = new Target('fail', 'pass');
  const failed = await target.rollBack({ from: 'prod/shop#2' });
  expect(failed).toMatchObject({ result: 'failure', reason: 'it is a fail' });
  expect(target.states).toEqual(['#1 verified', '#2 rejected', '#3 abandoned']);
  expect(target.helm.statuses).toEqual(['1 deployed', '2 failed', '3 failed']);
  // Why it began, and why it did not get there.
  expect(target.records.at(3).reason).toBe('rolled back by ada; it is a fail');

  await expect(target.rollBack({ from: 'prod/shop#2' })).resolves.toMatchObject({ result: 'success' });
  expect(target.states).toEqual(['#1 verified', '#2 rolled-back', '#3 abandoned', '#4 verified']);
});

test.each(['deployed', 'failed'])(
  'a helm that breaks off leaves a failed copy: the next try goes to the same state (%s)',
  async (status) => {
    const target = new Target('pass');
    target.helm.set(2, status);
    target.helm.onRollback = () => {
      throw new ToolError('helm ended badly', { argv: ['helm'], exit: 1, lastLines: [], remedy: 'ask it' });
    };
    const broken = await target.rollBack({ from: 'prod/shop#2' });
    expect(broken).toMatchObject({
      result: 'failure',
      reason: 'helm ended badly',
      done: { undone: { revision: 3, verdict: { findings: [{ remedy: 'ask it' }] } } },
    });
    expect(target.helm.statuses).toEqual(['1 deployed', '2 failed', '3 failed']);

    target.helm.onRollback = undefined;
    const again = await target.rollBack({ from: 'prod/shop#2' });
    expect(again).toMatchObject({ result: 'success', done: { to: { revision: 1 } } });
  },
);

test('an API that is lost while it goes back makes it inconclusive', async () => {
  const target = new Target('pass');
  target.ports = { ...target.ports, running: { of: gone } };
  target.helm.revisions.splice(0);
  target.helm.manifest = deployment;
  target.helm.add('superseded');
  target.helm.add('deployed');
  await expect(target.rollBack()).resolves.toMatchObject({
    result: 'inconclusive',
    reason: 'the API is gone',
  });
  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
});

test('an image that is gone is refused; by force it is tried, and recorded', async () => {
  const target = new Target('pass');
  const absent = async (): Promise<'absent'> => 'absent';
  target.ports = { ...target.ports, registry: { ...target.ports.registry, exists: absent } };

  const refused = await target.rollBack();
  expect(refused).toMatchObject({ result: 'failure', reason: expect.stringContaining('no longer in its') });
  expect(target.states).toEqual(['#1 verified', '#2 verified']);

  const forced = await target.rollBack({ force: 'true', reason: 'the shop is down' });
  expect(forced).toMatchObject({ result: 'success' });
  const said = /^the shop is down; forced although an image of revision 1 is no longer in its registry/;
  expect(target.records.at(2).reason).toMatch(said);
  expect(target.records.at(3).reason).toMatch(said);
  expect(target.warned.join('\n')).toContain('forced although an image of revision 1');
});

test('a registry that does not answer blocks nothing, and is not asked twice', async () => {
  const target = new Target('pass');
  let asked = 0;
  const exists = async (): Promise<{ unknown: string }> => {
    asked += 1;
    return { unknown: 'no answer within 10 s' };
  };
  target.ports = { ...target.ports, registry: { ...target.ports.registry, exists } };
  await expect(target.rollBack()).resolves.toMatchObject({ result: 'success' });
  expect(asked).toBe(1);
  expect(target.warned.join('\n')).toContain('no answer within 10 s');
});

test.each(['true', 'false'])(
  'who may not write stops before the first write (free-stuck-pods: %s)',
  async (free) => {
    const target = new Target();
    const denied: Target['ports']['kube']['denied'] = async (questions) =>
      questions.filter(({ verb, resource }) => verb === 'update' || resource === 'pods');
    target.ports = { ...target.ports, kube: { ...target.ports.kube, denied } };
    const refused = target.rollBack({ 'free-stuck-pods': free });
    await expect(refused).rejects.toMatchObject({
      message: `this identity may not do ${free === 'true' ? 3 : 2} of the things that a rollback needs`,
      remedy: expect.stringContaining('README of rollback'),
      details: expect.arrayContaining([['denied', 'update secrets in namespace prod']]),
    });
    expect(target.states).toEqual(['#1 verified', '#2 verified']);
    expect(target.locks.state).toBe('free');
  },
);

test('images whose pull secrets cannot be looked for block nothing either', async () => {
  const target = new Target('pass');
  target.helm.revisions[0] = { ...target.helm.revisions[0], manifest: custom } as never;
  const resourceTypes = async (): Promise<never> => gone();
  target.ports = { ...target.ports, kube: { ...target.ports.kube, resourceTypes } };
  const looked = await target.rollBack({ 'dry-run': 'true' });
  expect(looked).toMatchObject({ result: 'success' });
  expect(target.warned).toEqual(['the images of revision 1 could not be looked up: the API is gone']);
});

test('an old revision that cannot be read is no candidate, and stops nothing; the newest one does', async () => {
  const target = new Target('pass');
  target.ship('superseded');
  target.ship('deployed');
  const { helm } = target;
  const unreadable = (bad: number): Target['ports']['history'] =>
    Object.assign(Object.create(helm) as typeof helm, {
      read: async (release: unknown, revision: number) => {
        if (revision === bad)
          throw new TargetError(`Secret v${bad} holds no release`, { subject: 's', remedy: 'r' });
        return helm.read(release, revision);
      },
    });
  target.ports = { ...target.ports, history: unreadable(4) };
  await expect(target.rollBack()).rejects.toThrow('Secret v4 holds no release');
  target.ports = { ...target.ports, history: unreadable(3) };
  const result = await target.rollBack();
  expect(result).toMatchObject({ result: 'success', done: { to: { revision: 2 } } });
  expect(target.warned).toContain('revision 3 cannot be read: Secret v3 holds no release');
});

test.each<[number, object, string]>([
  [200, { result: 'success', reason: expect.stringContaining('1 check passed') }, '#3 verified'],
  [
    500,
    { result: 'failure', reason: expect.stringMatching(/brings back revision 1.*, but the shop/) },
    '#3 ready',
  ],
])('what verify asks counts: %i', async (answer, expected, own) => {
  const target = new Target('pass');
  target.answer = answer;
  target.ports = { ...target.ports, clock: fastClock };
  const result = await target.rollBack({ verify, timeout: '10s', environment: 'production' });
  expect(result).toMatchObject(expected);
  expect(target.states).toEqual(['#1 verified', '#2 rolled-back', own]);
  expect(target.closed).toEqual(['forwards']);
  expect(target.told.at(-1)).toBe(answer === 200 ? '7 success' : '7 failure');
});

test('the ways into the cluster are closed also when the checks break off', async () => {
  const target = new Target('pass');
  const http = async (): Promise<never> => {
    target.cancel.abort();
    throw new CancelledError();
  };
  target.ports = { ...target.ports, probes: { ...target.ports.probes, http }, clock: fastClock };
  await expect(target.rollBack({ verify })).rejects.toThrow();
  expect(target.closed).toEqual(['forwards']);
});

test('GitHub hears of both: the release that was left, and the way back', async () => {
  const target = new Target('pass');
  target.records.all[1] = { ...target.records.at(2), deploymentId: 5 };
  const result = await target.rollBack({ environment: 'production' });
  expect(target.told).toEqual(['begin rollback', '7 in_progress', '5 failure', '7 success']);
  expect(result.done).toMatchObject({ deploymentId: 7, own: { deploymentId: 7 } });
});

test('GitHub that says no makes no difference', async () => {
  const target = new Target('pass');
  const github = { begin: async () => undefined, report: async () => {} };
  target.ports = { ...target.ports, github };
  const result = await target.rollBack({ environment: 'production' });
  expect(result).toMatchObject({ result: 'success', done: { deploymentId: undefined } });
});

test('a release that nobody recorded gets a record, so that its rejection is remembered', async () => {
  const target = new Target('pass');
  target.records.all.pop();
  await target.rollBack({ reason: 'wrong prices' });
  expect(target.states).toEqual(['#1 verified', '#2 rolled-back', '#3 verified']);
  expect(target.records.at(2)).toMatchObject({ kind: 'baseline', revision: 2, reason: 'wrong prices' });
});

test('a watcher that is cancelled leaves the lock and the rest to post', async () => {
  const target = new Target();
  target.ports = { ...target.ports, watcher: memoryWatcher(() => (target.cancel.abort(), 'pass')) };
  await expect(target.rollBack()).rejects.toThrow('cancelled');
  expect(target.locks.state).toBe('left');
  expect(target.left?.begun).toEqual({ from: 2, own: 3, toRevision: 1, newest: 2, failed: 2 });
});
