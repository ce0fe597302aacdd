import { expect, test } from '@jest/globals';
import { TargetError, ToolError, UnreachableError } from '../../../lib/domain/errors.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import type { Verdict } from '../../../lib/domain/verdict/types.ts';
import type { ReleaseIntent } from '../../../lib/ports/helm.ts';
import { record } from '../../domain/record/samples.ts';
import { Target } from './memory.ts';

const deployment = (image: string): string => `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { containers: [{ name: app, image: '${image}' }] } } }
`;

const refused = (): never => {
  throw new TargetError('the API is overloaded', { subject: 'API', remedy: 'later' });
};
const gone = (): never => {
  throw new UnreachableError('the API is gone');
};

/** Revision 1 runs; the first verdict asked for is whether it is ready. */
function running(...verdicts: (Verdict['outcome'] | (() => Verdict['outcome']))[]): Target {
  const target = new Target('pass', ...verdicts);
  target.helm.manifest = deployment('shop:1');
  target.helm.add('deployed');
  target.helm.manifest = deployment('shop:2');
  return target;
}

const last = (target: Target): ReleaseRecord => target.records.all.at(-1) as ReleaseRecord;

test('a release that holds leaves nothing to post', async () => {
  const target = running('pass');
  await expect(target.deploy()).resolves.toMatchObject({ result: 'success' });
  expect(target).toMatchObject({ left: undefined, locks: { state: 'free' } });
  expect(last(target)).toMatchObject({ state: 'ready', revision: 2, installedAt: target.helm.installedAt });
});

test('one that does not is taken back, by force where it came by force', async () => {
  const target = running('fail', 'pass');
  const result = await target.deploy({ 'force-conflicts': 'true' });
  expect(result).toMatchObject({ result: 'failure', done: { takenBack: { kind: 'undone', to: 1 } } });
  expect(target.helm.calls).toContain('rollback to 1, by force');
  expect(last(target).state).toBe('rolled-back');
});

test.each<[string, (target: Target) => void]>([
  ['a watcher that is refused', (target) => void (target.ports = { ...target.ports, watcher: blind() })],
  [
    'a read-back that is refused',
    (target) => void (target.ports = { ...target.ports, running: { of: async () => refused() } }),
  ],
  ['tests that lose the API', (target) => void (target.helm.onTest = gone)],
])('not knowing is no failure: %s', async (_, spoil) => {
  const target = running('pass');
  spoil(target);
  await expect(target.deploy({ tests: 'true' })).resolves.toMatchObject({ result: 'inconclusive' });
  expect(target.helm.statuses).toEqual(['1 superseded', '2 deployed']);
  expect(target).toMatchObject({ left: undefined, locks: { state: 'free' } });
});

/** Looks at what ran before, and at nothing after it. */
function blind(): Target['ports']['watcher'] {
  const { watcher } = new Target('pass', refused).ports;
  return watcher;
}

test('what the author asked of Helm reaches it, values as files', async () => {
  const target = new Target('pass');
  const asked: ReleaseIntent[] = [];
  const upgrade = target.helm.upgrade.bind(target.helm);
  target.helm.upgrade = (intent) => {
    asked.push(intent);
    return upgrade(intent);
  };
  const files = { ...target.ports.files, read: async () => 'replicas: 3' };
  target.ports = { ...target.ports, files };
  await target.deploy({
    'history-max': '3',
    'take-ownership': 'true',
    'force-conflicts': 'true',
    'extra-args': '--labels=team=shop',
    timeout: '9s',
    values: 'replicas: 2',
    'values-files': 'deploy/prod.yaml',
  });
  expect(asked).toEqual([
    expect.objectContaining({
      release: { name: 'shop', namespace: 'prod' },
      historyMax: 3,
      takeOwnership: true,
      forceConflicts: true,
      extraArgs: ['--labels=team=shop'],
      timeout: 9_000,
      valuesFiles: ['deploy/prod.yaml', 'values.yaml'],
      createNamespace: false,
      skipCrds: true,
      wait: 'none',
    }),
  ]);
});

test('a plan that was made without the cluster says so', async () => {
  const target = new Target('pass');
  const render = target.helm.render.bind(target.helm);
  target.helm.render = async () => ({ ...(await render()), validated: false });
  const { plan } = await target.deploy({ 'dry-run': 'true' });
  const note = expect.stringContaining('rendered without the cluster, which does not know the chart');
  expect(plan.warnings).toEqual([note]);
  expect(target.said).toContainEqual(note);
});

test('tests that break off are a failure of the release', async () => {
  const target = running('pass', 'pass');
  target.helm.onTest = () => {
    throw new ToolError('helm test ran out of time', { argv: ['helm'], exit: 1, lastLines: [] });
  };
  await expect(target.deploy({ tests: 'true' })).resolves.toMatchObject({
    result: 'failure',
    done: { takenBack: { kind: 'undone' } },
  });
});

test('a helm that lost the API leaves no pending revision behind', async () => {
  const target = running();
  target.helm.onUpgrade = gone;
  await expect(target.deploy()).resolves.toMatchObject({ result: 'inconclusive' });
  expect(target.helm.statuses).toEqual(['1 deployed', '2 failed']);
});

test('"nothing was changed" is never a guess', async () => {
  const target = running();
  target.helm.onUpgrade = () => {
    target.helm.onList = gone;
    refused();
  };
  await expect(target.deploy()).rejects.toThrow('the API is gone');
  target.helm.onList = undefined;
  expect(target.locks.state).toBe('left');
  await target.post();
  expect(target.locks.state).toBe('free');
  expect(target.helm.statuses).toEqual(['1 deployed', '2 pending-upgrade']);
});

test('a run that gave up while this one waited for the lock: planned again', async () => {
  const target = running('fail', 'pass');
  target.helm.set(1, 'superseded');
  target.helm.add('deployed');
  target.locks.onAcquire = () => {
    target.helm.set(1, 'deployed');
    target.helm.set(2, 'failed');
  };
  const result = await target.deploy();
  expect(result.plan.previous?.revision).toBe(1);
  expect(result).toMatchObject({ done: { takenBack: { kind: 'undone', to: 1 } } });
});

test.each([
  ['a first install that failed is upgraded', 'failed', 'post-upgrade'],
  ['what was uninstalled is installed anew', 'uninstalled', 'post-install'],
])('%s, with the hooks of that', async (_, status, event) => {
  const target = new Target('pass');
  target.helm.add(status);
  target.helm.hooks = [{ name: 'migrate', kind: 'Job', events: [event], manifest: '' }];
  await expect(target.deploy()).resolves.toMatchObject({ result: 'success' });
  expect(target.helm.calls).toEqual(['upgrade, wait: hooks']);
});

test.each([
  ['pending-upgrade', 'helm rollback shop'],
  ['pending-install', 'helm uninstall shop'],
  ['uninstalling', 'helm uninstall shop'],
])('a release that is %s is refused before anything', async (status, remedy) => {
  const target = new Target();
  target.helm.add(status);
  await expect(target.deploy()).rejects.toMatchObject({ remedy: expect.stringContaining(remedy) });
  expect(target.records.all).toEqual([]);
});

test('records from before an uninstall are no way back', async () => {
  const target = new Target('fail', 'pass');
  target.records.all.push(record(1, { state: 'verified', installedAt: '2025-01-01T00:00:00.000Z' }));
  target.helm.add('failed');
  target.helm.add('failed');
  await expect(target.deploy()).resolves.toMatchObject({ done: { takenBack: { kind: 'left' } } });
  expect(target.helm.calls).toEqual(['upgrade, wait: none']);
});

test.each<[string, Verdict['outcome'], string]>([
  ['is ready', 'pass', 'skipped'],
  ['is not ready any more', 'fail', 'success'],
])('unchanged, and what runs %s', async (_, now, result) => {
  const target = running('pass', now, 'pass', 'pass');
  await target.deploy();
  await expect(target.deploy({ 'if-unchanged': 'skip' })).resolves.toMatchObject({ result });
});

test('a first release that could not be uninstalled is left, failed', async () => {
  const target = new Target('fail');
  target.helm.onUninstall = refused;
  const result = await target.deploy({ 'on-first-failure': 'uninstall' });
  expect(result).toMatchObject({ done: { takenBack: { kind: 'left' } } });
  expect(target.helm.statuses).toEqual(['1 failed']);
});

test('a first release that was uninstalled has its record closed', async () => {
  const target = new Target('fail');
  await target.deploy({ 'on-first-failure': 'uninstall' });
  expect(last(target)).toMatchObject({
    state: 'rolled-back',
    steps: expect.arrayContaining([expect.objectContaining({ name: 'uninstall', outcome: 'success' })]),
  });
});

test('somebody who goes back by hand at this moment is left alone', async () => {
  const target: Target = running(() => {
    target.helm.add('pending-rollback', { description: 'Rollback to 1' });
    return 'fail';
  });
  await expect(target.deploy()).resolves.toMatchObject({
    result: 'failure',
    reason: expect.stringMatching(/it is a fail; not undone: somebody else works on it$/),
  });
  expect(target.helm.calls).toEqual(['upgrade, wait: none']);
  expect(target.helm.statuses).toEqual(['1 superseded', '2 deployed', '3 pending-rollback']);
});

test('a record that could not be told of its GitHub Deployment stops nothing', async () => {
  const target = running('pass');
  const change = target.records.change.bind(target.records);
  target.records.change = (record, how) =>
    change(record, (now) => {
      const next = how(now);
      if (next.deploymentId !== undefined) throw new Error('no answer');
      return next;
    });
  await expect(target.deploy({ environment: 'production' })).resolves.toMatchObject({ result: 'success' });
  expect(target.told.at(-1)).toBe('7 success prod/shop#2 ready');
  expect(target.said).toContain('the record does not name its GitHub Deployment 7: Error: no answer');
});

test('what the last release’s hooks hold is hidden as well: it may be in use still', async () => {
  const target = new Target('pass', 'pass');
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'old' },
    stringData: { a: 'of-an-old-hook' },
  };
  target.helm.add('deployed', { hooks: [JSON.stringify(secret)] });
  const said: (string | undefined)[] = [];
  const { watcher } = target.ports;
  const follow: typeof watcher.follow = (gated, options) => (
    said.push(options.hide?.('of-an-old-hook')),
    watcher.follow(gated, options)
  );
  target.ports = { ...target.ports, watcher: { follow } };
  await target.deploy();
  expect(said[0]).toBe('***');
});
