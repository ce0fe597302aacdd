import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../lib/domain/kubernetes.ts';
import { untilQuiet } from '../../lib/steps/quiet.ts';
import { MemoryKube } from './kube.ts';
import { ManualClock, MemoryHelm } from './memory.ts';

const release = { name: 'shop', namespace: 'prod' };

const manifest = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
`;

interface Field {
  readonly manager: string;
  readonly time: string;
  readonly subresource?: string;
}

const helms = (version: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'sh.helm.release.v1.shop.v2', uid: 'u', resourceVersion: String(version) },
});

const deployment = (name: string, generation: number, ...managedFields: Field[]): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, uid: 'u', generation, managedFields } as KubeObject['metadata'],
});

const at = (minute: number, manager = 'helm', subresource?: string): Field => ({
  manager,
  time: `2026-01-01T00:0${minute}:00Z`,
  ...(subresource === undefined ? {} : { subresource }),
});

/** Watches; `moves`: seconds → what is there from then on. */
async function watched(
  moves: Readonly<Record<number, readonly KubeObject[]>>,
  kube = new MemoryKube(helms(1), deployment('web', 1, at(1))),
): Promise<{ seconds: number; said: string[] }> {
  const clock = new ManualClock();
  const began = clock.now();
  clock.onSleep = (now) => {
    const due = Object.entries(moves).filter(([second]) => (now - began) / 1_000 >= Number(second));
    for (const object of due.at(-1)?.[1] ?? []) {
      const same = kube.objects.findIndex(
        ({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name,
      );
      kube.objects[same === -1 ? kube.objects.length : same] = object;
    }
  };
  const helm = new MemoryHelm();
  helm.manifest = manifest;
  helm.add('deployed');
  helm.add('pending-upgrade');
  const said: string[] = [];
  const log = { info: (line: string) => void said.push(line) };
  const { signal } = new AbortController();
  await untilQuiet(release, 2, { kube: kube.port, history: helm, clock, log, signal });
  return { seconds: (clock.now() - began) / 1_000, said };
}

test('nothing moves: 15 s, and it says for what', async () => {
  const { seconds, said } = await watched({});
  expect(seconds).toBe(15);
  expect(said).toEqual([
    "waiting for 15s without a change, because a killed run's helm may still be at work: Helm's history of shop, Deployment prod/web",
    '12s  quiet for 12s',
  ]);
});

test.each<[string, Readonly<Record<number, readonly KubeObject[]>>, number, string]>([
  [
    "a helm that writes its revision's status",
    { 9: [helms(2)] },
    24,
    'Secret prod/sh.helm.release.v1.shop.v2',
  ],
  ['a helm that applies', { 6: [deployment('web', 2, at(2))] }, 21, 'Deployment prod/web'],
  ['twice', { 6: [helms(2)], 18: [deployment('web', 2, at(2))] }, 33, 'Deployment prod/web'],
])('%s is waited for from then on', async (_, moves, seconds, moved) => {
  const watch = await watched(moves);
  expect(watch.seconds).toBe(seconds);
  expect(watch.said.join('\n')).toContain(`moved: ${moved}`);
});

test.each<[string, readonly KubeObject[]]>([
  ['a status', [deployment('web', 1, at(1), at(2, 'kube-controller-manager', 'status'))]],
  ['an autoscaler', [deployment('web', 2, at(1), at(2, 'hpa', 'scale'))]],
  ['another release', [deployment('other', 7, at(3))]],
])('nobody waits for %s', async (_, objects) => {
  const { seconds } = await watched({ 9: objects });
  expect(seconds).toBe(15);
});

test('an API that does not say who wrote: the generation tells', async () => {
  const kube = new MemoryKube(helms(1), deployment('web', 1));
  const { seconds } = await watched({ 9: [deployment('web', 2)] }, kube);
  expect(seconds).toBe(24);
});

test('what may not be listed is not waited for', async () => {
  const kube = new MemoryKube(helms(1));
  kube.refused.set('list deployments', 403);
  await expect(watched({}, kube)).resolves.toMatchObject({ seconds: 15 });
});

test('somebody who never stops is named', async () => {
  const busy = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [i * 3, [helms(i)]]));
  await expect(watched(busy)).rejects.toMatchObject({
    message: 'somebody still works on release shop: it does not become quiet',
    details: [
      ['waited', '5m00s'],
      ['moved last', 'Secret prod/sh.helm.release.v1.shop.v2'],
    ],
  });
});
