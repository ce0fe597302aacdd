import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../lib/domain/kubernetes.ts';
import { parseManifest } from '../../lib/domain/manifest/parse.ts';
import { checkAutoscaled } from '../../lib/steps/autoscaled.ts';
import { MemoryKube } from './kube.ts';

const web = (replicas?: number): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: replicas === undefined ? {} : { replicas },
});
const scaler: KubeObject = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'hpa', namespace: 'shop' },
  spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' } },
};
const manifest = (...objects: KubeObject[]) =>
  parseManifest(objects.map((object) => JSON.stringify(object)).join('\n---\n'), () => 'shop');
const check = (
  kube: MemoryKube,
  rendered: KubeObject,
  { deployed = rendered, by = 'client' }: { deployed?: KubeObject; by?: 'client' | 'server' } = {},
) => checkAutoscaled(kube.port, 'shop', { rendered: manifest(rendered), deployed: manifest(deployed) }, by);

test.each(['client', 'server'] as const)('what an autoscaler has chosen is not reset (%s)', async (by) => {
  await expect(check(new MemoryKube(scaler, web(7)), web(2), { by })).rejects.toMatchObject({
    name: 'TargetError',
    details: [['resets', expect.stringContaining('Deployment shop/web: 7 pods')]],
    remedy: expect.stringContaining('leave spec.replicas out'),
  });
});

test('a field that Helm 3 would let fall back to 1 is told with the way out', async () => {
  const kube = new MemoryKube(scaler, web(7));
  await expect(check(kube, web(), { deployed: web(2) })).rejects.toMatchObject({
    remedy: expect.stringContaining('Helm 4'),
  });
});

test.each([
  ['the number that runs', new MemoryKube(scaler, web(2)), web(2)],
  ['a chart that leaves the number alone', new MemoryKube(scaler, web(7)), web()],
  ['no autoscaler', new MemoryKube(web(7)), web(2)],
])('%s is no reset', async (_, kube, rendered) => {
  await expect(check(kube, rendered)).resolves.toEqual([]);
});

test('autoscalers that may not be listed are said, ones that are not served are none', async () => {
  const kube = new MemoryKube(scaler, web(7));
  kube.refused.set('list horizontalpodautoscalers', 403);
  await expect(check(kube, web(2))).resolves.toEqual([expect.stringContaining('is not known')]);
  kube.refused.set('list horizontalpodautoscalers', 404);
  await expect(check(kube, web(2))).resolves.toEqual([]);
  kube.refused.set('list horizontalpodautoscalers', 500);
  await expect(check(kube, web(2))).rejects.toThrow('HTTP 500');
});

test('nothing is asked for a chart that runs nothing', async () => {
  const kube = new MemoryKube(scaler);
  await check(kube, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config' } });
  expect(kube.asked).toEqual([]);
});
