import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { kubeWatcher } from '../../../lib/adapters/watcher/watcher.ts';
import { CancelledError } from '../../../lib/domain/errors.ts';
import type { KubeObject, ObjectId } from '../../../lib/domain/kubernetes.ts';
import { replay } from '../../../lib/domain/verdict/replay.ts';
import type { WorkloadProgress } from '../../../lib/domain/verdict/types.ts';
import { idOf } from '../../../lib/domain/workloads/kind.ts';
import {
  deploymentOf,
  object,
  podOf,
  replicaSetOf,
  waiting,
  warning,
} from '../../domain/workloads/objects.ts';
import { clock, MemoryKube } from './memory-kube.ts';

const full = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
const at = (generation: number, status: object = {}): KubeObject =>
  deploymentOf({ replicas: 1 }, status, { generation });
const web: ObjectId = idOf(at(1));

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function start(gated: readonly ObjectId[] = [web], prepare: (api: MemoryKube) => void = () => undefined) {
  const api = new MemoryKube();
  prepare(api);
  const warnings: string[] = [];
  const progress: WorkloadProgress[][] = [];
  const watcher = kubeWatcher({ kube: api.kube, clock, log: { warn: (line) => warnings.push(line) } });
  const following = watcher.follow(gated, { onProgress: (workloads) => progress.push([...workloads]) });
  closing.push(() => following.close());
  return { api, following, warnings, progress };
}

test('what was ready before is judged by what comes after the apply', async () => {
  const { api, following } = start([web], (api) => api.put(at(1, full)));
  await following.synced();
  api.put(at(2));
  await following.applied([web]);
  const verdict = following.verdict(5_000);
  await turn();
  const readyAt = Date.now();
  api.put(at(2, full));
  expect(await verdict).toMatchObject({ outcome: 'pass', reason: '1 of 1 workloads ready' });
  expect(Date.now() - readyAt).toBeLessThan(50);
});

test('an event that is still on its way does not hide what the fresh list has shown', async () => {
  const { api, following } = start([web], (api) => api.put(at(1, full)));
  await following.synced();
  api.put(at(2), { silently: true });
  await following.applied([web]);
  expect(await following.verdict(100)).toMatchObject({ outcome: 'fail' });
});

test('one watch per kind and namespace, and no request that grows with the wait', async () => {
  const more = [web, { ...web, name: 'api' }, { ...web, kind: 'StatefulSet', name: 'db' }];
  const { api, following } = start(more);
  await following.synced();
  expect(api.requests.toSorted()).toEqual([
    'watch deployments shop',
    expect.stringMatching(/^watch events shop reason!=Scheduled,.*reason!=Completed$/),
    'watch pods shop',
    'watch replicasets shop',
    'watch statefulsets shop',
  ]);
  api.requests.length = 0;
  await following.applied(more);
  await following.verdict(400);
  expect(api.requests).toEqual([
    'list deployments',
    'list statefulsets',
    'list deployments',
    'list statefulsets',
  ]);
});

test('progress is told when it changes, with what it is blocked on', async () => {
  const { api, following, progress } = start();
  await following.synced();
  api.put(at(1, { replicas: 1, updatedReplicas: 1 }));
  await following.applied([web]);
  const verdict = following.verdict(5_000);
  api.put(podOf('web-a', ['ReplicaSet', 'web-new'], waiting('ErrImagePull', 'manifest unknown')));
  api.put(replicaSetOf('web-new', 1));
  await turn();
  await turn();
  api.put(at(1, full));
  await verdict;
  expect(progress.map(([first]) => first?.blockedOn)).toEqual([
    'pod web-a container app: ErrImagePull: manifest unknown',
    '',
  ]);
});

test('out of time, although the API answers', async () => {
  const { api, following } = start();
  await following.synced();
  api.put(at(1));
  await following.applied([web]);
  const began = Date.now();
  expect(await following.verdict(150)).toMatchObject({
    outcome: 'fail',
    reason:
      'not ready after 0.1s: 0 of 1 workloads ready: Deployment shop/web 0 of 1 ready, blocked on no ReplicaSet of its own yet',
  });
  // Counted from the moment that was open when it was asked for.
  expect(Date.now() - began).toBeGreaterThanOrEqual(140);
});

test('the last look finds what a stalled watch has not told', async () => {
  const { api, following } = start();
  await following.synced();
  api.put(at(1));
  await following.applied([web]);
  const verdict = following.verdict(300);
  api.put(at(1, full), { silently: true });
  expect(await verdict).toMatchObject({ outcome: 'pass' });
});

test.each(['down', 'silent'] as const)(
  'the API is %s at the end, although no watch has said so',
  async (state) => {
    const { api, following, warnings } = start();
    await following.synced();
    api.put(at(1));
    await following.applied([web]);
    const verdict = following.verdict(200);
    api.state = state;
    expect(await verdict).toMatchObject({
      outcome: 'inconclusive',
      reason: expect.stringContaining('cannot see Deployments in shop'),
    });
    expect(warnings).toHaveLength(1);
  },
);

test('the API is lost and comes back: what happened meanwhile is seen, and said once', async () => {
  const { api, following, warnings } = start();
  await following.synced();
  api.put(at(1));
  await following.applied([web]);
  const verdict = following.verdict(5_000);
  api.lose();
  api.put(at(1, full));
  await turn();
  api.restore();
  expect(await verdict).toMatchObject({ outcome: 'pass' });
  expect(warnings).toEqual(['cannot see Deployments in shop: connection refused']);
});

test('pods may not be seen: said, and judged without them', async () => {
  const { api, following, warnings } = start([web], (api) => api.forbidden.add('pods'));
  await following.synced();
  api.put(at(1, full));
  await following.applied([web]);
  expect(await following.verdict(5_000)).toMatchObject({ outcome: 'pass' });
  expect(warnings).toEqual(['cannot see Pods in shop: pods is forbidden']);
});

test('the judged kind may not be watched: inconclusive at once', async () => {
  const { api, following } = start([web], (api) => api.forbidden.add('deployments'));
  await following.synced();
  api.put(at(1));
  await following.applied([web]);
  expect(await following.verdict(60_000)).toMatchObject({
    outcome: 'inconclusive',
    reason: 'cannot see Deployments in shop: deployments is forbidden',
  });
});

test('a kind whose definition comes with the release', async () => {
  const widget = object('acme.dev/v1', 'Widget', 'blue', {
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  });
  const { api, following } = start([idOf(widget)]);
  await following.synced();
  api.put(widget);
  await following.applied([idOf(widget)]);
  const verdict = following.verdict(10_000);
  api.served.set('acme.dev/v1', [
    { group: 'acme.dev', version: 'v1', plural: 'widgets', kind: 'Widget', namespaced: true },
  ]);
  expect(await verdict).toMatchObject({ outcome: 'pass' });
});

test('definitions are watched one by one', async () => {
  const crd: ObjectId = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    namespace: '',
    name: 'widgets.acme.dev',
  };
  const { api, following } = start([crd]);
  await following.synced();
  expect(api.requests).toEqual(['watch customresourcedefinitions  metadata.name=widgets.acme.dev']);
});

test('a Job that its TTL removes within a moment was still seen to end', async () => {
  const job = (status: object): KubeObject => object('batch/v1', 'Job', 'seed', { status });
  const { api, following } = start([idOf(job({}))]);
  await following.synced();
  api.put(job({}));
  await following.applied([idOf(job({}))]);
  const verdict = following.verdict(5_000);
  api.remove(job({ conditions: [{ type: 'Complete', status: 'True' }] }));
  expect(await verdict).toMatchObject({ outcome: 'pass' });
});

test('the same, and a list has missed it before the watch has told', async () => {
  const job = (status: object): KubeObject => object('batch/v1', 'Job', 'seed', { status });
  const { api, following } = start([idOf(job({}))]);
  await following.synced();
  api.put(job({}));
  const last = api.vanish(job({ conditions: [{ type: 'Complete', status: 'True' }] }));
  await following.applied([idOf(job({}))]);
  const verdict = following.verdict(5_000);
  await turn();
  last();
  expect(await verdict).toMatchObject({ outcome: 'pass' });
});

test('an undo is judged afresh by the same watches', async () => {
  const { api, following } = start();
  await following.synced();
  api.put(at(2));
  await following.applied([web]);
  expect(await following.verdict(100)).toMatchObject({ outcome: 'fail' });
  api.put(at(3));
  await following.applied([web]);
  const undone = following.verdict(5_000);
  api.put(at(3, full));
  expect(await undone).toMatchObject({ outcome: 'pass' });
});

test('cancelled', async () => {
  const { api, following } = start();
  await following.synced();
  api.put(at(1));
  await following.applied([web]);
  const cancel = new AbortController();
  const verdict = following.verdict(60_000, cancel.signal);
  cancel.abort();
  await expect(verdict).rejects.toBeInstanceOf(CancelledError);
  await expect(following.verdict(60_000, cancel.signal)).rejects.toBeInstanceOf(CancelledError);
});

test('the recording gives the same verdict again, and holds nothing of strangers', async () => {
  const stranger = podOf('other', ['ReplicaSet', 'other'], waiting('ErrImagePull'));
  const old = warning(at(1), 'Old', 'from yesterday');
  const { api, following } = start([web], (api) => {
    api.put(stranger);
    api.put(old);
  });
  await following.synced();
  api.put(at(2));
  await following.applied([web]);
  const begun = Date.now();
  const verdict = following.verdict(5_000);
  for (let replicas = 0; replicas < 300; replicas++) {
    api.put(at(2, { replicas }));
    if (replicas % 10 === 0) await turn();
  }
  api.put(at(2, full));
  const live = await verdict;
  const { observations } = following;
  expect(replay({ gated: [web], deadline: begun + 5_000, timeout: 5_000 }, observations)).toMatchObject({
    outcome: live.outcome,
    reason: live.reason,
  });
  expect(observations.length).toBeLessThan(20);
  expect(JSON.stringify(observations)).not.toMatch(/yesterday|other/);
});
