import { expect, test } from '@jest/globals';
import { kubeRunningImages } from '../../../lib/adapters/kubernetes/running.ts';
import type { KubeObject, ObjectId } from '../../../lib/domain/kubernetes.ts';
import type { RunningContainer } from '../../../lib/ports/rollout.ts';
import { pushServiceImage } from '../../../sandbox/service/image.ts';
import { TestCluster, typeOf } from './cluster.ts';

const workloads = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
const pods = typeOf('v1', 'Pod');

test('of each workload the new image is read, not the old one that still runs beside it', async () => {
  await using cluster = await TestCluster.open();
  const { kube, namespace } = cluster;
  const push = (version: string) => pushServiceImage({ registry: cluster.sandbox.registry, version });
  const [v1, v2] = await Promise.all([push('running-1'), push('running-2')]);

  const containers = (image: string): object => ({ containers: [{ name: 'app', image }] });
  for (const kind of workloads) {
    const app = kind.toLowerCase();
    const template = {
      metadata: { labels: { app } },
      spec: { terminationGracePeriodSeconds: 0, ...containers(v1.ref) },
    };
    await cluster.create('apps/v1', kind, app, { spec: { selector: { matchLabels: { app } }, template } });
  }
  const ids = workloads.map((kind): ObjectId => ({
    apiVersion: 'apps/v1',
    kind,
    namespace,
    name: kind.toLowerCase(),
  }));
  const seen = (): Promise<readonly RunningContainer[]> =>
    kubeRunningImages(kube).of({ name: 'r', namespace }, ids);

  const until = async (image: string): Promise<void> => {
    const done = new Set<string>();
    const take = (pod: KubeObject): void => {
      const { phase, containerStatuses = [] } = pod.status as {
        phase?: string;
        containerStatuses?: { image: string }[];
      };
      const asks = (pod.spec as { containers: { image: string }[] }).containers[0]?.image === image;
      const started = containerStatuses.length > 0;
      if (asks && started && phase === 'Running') done.add(pod.metadata.labels?.['app'] ?? '');
    };
    await cluster.watchUntil(kube, { resource: pods, namespace }, (event) => {
      if (event.type === 'listed') event.objects.forEach(take);
      else if ('object' in event) take(event.object);
      return done.size === workloads.length;
    });
  };
  await until(v1.ref);
  expect(digests(await seen())).toEqual([v1.digest, v1.digest, v1.digest]);

  for (const { kind, name } of ids) {
    await kube.patch(typeOf('apps/v1', kind), namespace, name, {
      spec: { template: { spec: containers(v2.ref) } },
    });
  }
  await until(v2.ref);
  const after = await seen();
  expect(digests(after)).toEqual([v2.digest, v2.digest, v2.digest]);
  expect(after.map(({ container }) => container)).toEqual(ids.map(({ kind, name }) => `${kind}/${name}/app`));
});

const digests = (containers: readonly RunningContainer[]): (string | undefined)[] =>
  containers.map(({ imageId }) => /sha256:\w+$/.exec(imageId)?.[0]);
