import { expect, test } from '@jest/globals';
import { builtInType } from '../../../lib/domain/resource-types.ts';
import type { RunningContainer } from '../../../lib/ports/rollout.ts';
import { kubeRunningImages } from '../../../lib/adapters/kubernetes/running.ts';
import { replay } from '../../../lib/domain/verdict/replay.ts';
import { TestNamespace } from './cluster.ts';

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } };
const byPod = (a: RunningContainer, b: RunningContainer): number => a.pod.localeCompare(b.pod);
const rolling = { strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } } };

test('a Deployment rolls out, fails, and is undone, on the same watches', async () => {
  await using shop = await TestNamespace.open('deploy');
  const web = shop.id(deployment);
  const seen = shop.follow(web);
  await seen.synced();

  await shop.create({ ...deployment, spec: { replicas: 2, ...rolling, ...shop.template('web') } });
  await seen.applied([web]);
  const availableAt = watchAvailable(shop, 2);
  const first = await seen.verdict(60_000);
  expect(first).toMatchObject({ outcome: 'pass', reason: '1 of 1 workloads ready' });
  expect(first.at - (await availableAt)).toBeLessThan(250);
  const running = await kubeRunningImages(shop.kube).of({ name: 'web', namespace: shop.name }, [web]);
  expect(running).toHaveLength(2);
  expect(seen.running([web]).toSorted(byPod)).toEqual(running.toSorted(byPod));

  const broken = [{ ...shop.container(), image: `${shop.image}-nope` }];
  await shop.patch(deployment, { spec: { template: { spec: { containers: broken } } } });
  await seen.applied([web]);
  const second = await seen.verdict(4_000);
  expect(second.outcome).toBe('fail');
  expect(second.reason).toMatch(
    /^not ready after 4s: 0 of 1 workloads ready: Deployment .+\/web 0 of 2 ready, blocked on pod web-\S+ container app: (ErrImagePull|ImagePullBackOff): .*not found/,
  );

  await shop.patch(deployment, { spec: { template: { spec: { containers: [shop.container()] } } } });
  await seen.applied([web]);
  expect(await seen.verdict(60_000)).toMatchObject({ outcome: 'pass' });

  expect(JSON.stringify(seen.observations).length).toBeLessThan(200_000);
  expect(replay({ gated: [web], deadline: first.at + 1, timeout: 60_000 }, seen.observations)).toMatchObject({
    outcome: 'pass',
    reason: first.reason,
  });
  expect(shop.warnings).toEqual([]);
});

/** An independent eye: when the API first told of that many available replicas. */
async function watchAvailable(shop: TestNamespace, replicas: number): Promise<number> {
  const resource = builtInType(deployment);
  if (resource === undefined) throw new Error('no such type');
  const over = new AbortController();
  const { promise, resolve } = Promise.withResolvers<number>();
  shop.kube.watch(
    { resource, namespace: shop.name },
    (event) => {
      const { availableReplicas = 0 } =
        event.type === 'changed' ? (event.object.status as { availableReplicas?: number }) : {};
      if (availableReplicas >= replicas) resolve(Date.now());
    },
    over.signal,
  );
  return promise.finally(() => over.abort());
}

test('a missed progress deadline is called, and its mark not held against the undo', async () => {
  await using shop = await TestNamespace.open('progress');
  const web = shop.id(deployment);
  const seen = shop.follow(web);
  await seen.synced();
  const spec = { replicas: 1, progressDeadlineSeconds: 4, strategy: { type: 'Recreate' } };
  await shop.create({ ...deployment, spec: { ...spec, ...shop.template('web') } });
  await seen.applied([web]);
  expect(await seen.verdict(60_000)).toMatchObject({ outcome: 'pass' });

  const never = [shop.container(['/service'], { FAULT_NEVER_READY: 'true' })];
  await shop.patch(deployment, { spec: { template: { spec: { containers: never } } } });
  await seen.applied([web]);
  const failed = await seen.verdict(60_000);
  expect(failed).toMatchObject({
    outcome: 'fail',
    findings: expect.arrayContaining([
      expect.objectContaining({ rule: 'ProgressDeadlineExceeded', severity: 'terminal' }),
    ]),
  });
  expect(failed.reason).toMatch(
    /no progress for 4s, blocked on pod web-\S+ container app: not ready: Readiness probe failed.*503/,
  );

  await shop.patch(deployment, { spec: { template: { spec: { containers: [shop.container()] } } } });
  const undo = shop.follow(web);
  await undo.synced();
  await undo.applied([web]);
  expect(await undo.verdict(60_000)).toMatchObject({ outcome: 'pass' });
});

test('what the quota forbids is said', async () => {
  await using shop = await TestNamespace.open('quota');
  await shop.create({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'none' },
    spec: { hard: { pods: '0' } },
  });
  const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db' } };
  const gated = [shop.id(deployment), shop.id(set)];
  const seen = shop.follow(...gated);
  await seen.synced();
  await shop.create({ ...deployment, spec: { replicas: 1, ...shop.template('web') } });
  await shop.create({ ...set, spec: { replicas: 1, serviceName: 'db', ...shop.template('db') } });
  await seen.applied(gated);
  const { outcome, workloads } = await seen.verdict(3_000);
  expect(outcome).toBe('fail');
  expect(workloads.map(({ blockedOn }) => blockedOn)).toEqual([
    expect.stringMatching(/exceeded quota: none/),
    expect.stringMatching(/^FailedCreate: .*exceeded quota: none/),
  ]);
});
