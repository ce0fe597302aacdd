import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hookLogs } from '../../../lib/adapters/hook-logs/follow.ts';
import type { HelmHook } from '../../../lib/ports/helm.ts';
import type { Kube } from '../../../lib/ports/kube.ts';
import type { Log } from '../../../lib/ports/log.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { pushServiceImage } from '../../../sandbox/service/image.ts';
import { TestNamespace } from '../../e2e/support/namespace.ts';

let namespace: TestNamespace;
let image: string;
beforeAll(async () => {
  namespace = await TestNamespace.open();
  image = (await pushServiceImage({ registry: namespace.sandbox.registry, version: 'v1' })).ref;
});
afterAll(() => namespace[Symbol.asyncDispose]());

const hook = (name: string, kind = 'Job'): HelmHook => ({
  name,
  kind,
  events: ['pre-upgrade'],
  manifest: '',
});

async function follow(...hooks: readonly HelmHook[]) {
  const lines: string[] = [];
  const log = {
    untrusted: (said: readonly string[]) => lines.push(...said),
    debug: () => {},
  } as Partial<Log> as Log;
  const release = { name: 'shop', namespace: namespace.name };
  const following = await hookLogs(namespace.kube, log, systemClock).follow(release, hooks, (line) =>
    line.replace('tulip', '***'),
  );
  return { lines, stop: () => following.stop() };
}

const container = (name: string, ...args: readonly string[]): object => ({
  name,
  image,
  args: ['job', ...args],
});

const job = (name: string, ...containers: readonly object[]): Promise<unknown> =>
  namespace.create('batch/v1 Job', name, {
    spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers } } },
  });

const ended = (name: string): Promise<unknown> =>
  namespace.until('batch/v1 Job', name, ({ status }) => {
    const { succeeded = 0, failed = 0 } = (status ?? {}) as { succeeded?: number; failed?: number };
    return succeeded + failed > 0;
  });

test.concurrent('each container of a hook, to its last line, under the name of the hook', async () => {
  const { lines, stop } = await follow(hook('migrate'));
  await job(
    'migrate',
    container('a', '--say', 'a1 tulip\\na2', '--for', '1s'),
    container('b', '--say', 'b1', '--exit', '1'),
  );
  await ended('migrate');
  await stop();

  expect(lines.filter((line) => line.includes('| a'))).toEqual([
    'hook migrate | a1 ***',
    'hook migrate | a2',
  ]);
  expect(lines).toContain('hook migrate | b1');
});

test.concurrent('pods of an earlier release, and of what is no hook, are not shown', async () => {
  await job('seed', container('seed', '--say', 'from the last time', '--for', '20s'));
  await namespace.until('batch/v1 Job', 'seed', ({ status }) => (status as { ready?: number }).ready === 1);
  const { lines, stop } = await follow(hook('seed'));
  await job('other', container('other', '--say', 'not a hook'));
  await ended('other');
  await stop();

  expect(lines).toEqual([]);
});

test.concurrent('a hook that is a Pod, and gone as soon as it has ended', async () => {
  const { lines, stop } = await follow(hook('check', 'Pod'));
  const containers = [container('check', '--say', 'checked')];
  await namespace.create('v1 Pod', 'check', { spec: { restartPolicy: 'Never', containers } });
  await namespace.until(
    'v1 Pod',
    'check',
    ({ status }) => (status as { phase?: string }).phase === 'Succeeded',
  );
  await stop();

  expect(lines).toEqual(['hook check | checked']);
});

test.concurrent('one that goes on after Helm has given up is not waited for', async () => {
  const { lines, stop } = await follow(hook('endless'));
  await job('endless', container('endless', '--say', 'begun', '--for', '60s'));
  await namespace.until(
    'batch/v1 Job',
    'endless',
    ({ status }) => (status as { ready?: number }).ready === 1,
  );
  const before = performance.now();
  await stop();

  expect(performance.now() - before).toBeLessThan(4_000);
  expect(lines).toEqual(['hook endless | begun']);
});

test('a chart without Jobs and Pods among its hooks asks nothing of the cluster', async () => {
  const nobody = new Proxy({} as Kube, {
    get: (_, method) => {
      throw new Error(`${String(method)} was asked for`);
    },
  });
  const log = {} as Log;
  const following = await hookLogs(nobody, log, systemClock).follow({ name: 'shop', namespace: 'shop' }, [
    hook('settings', 'ConfigMap'),
  ]);

  await expect(following.stop()).resolves.toBeUndefined();
});
