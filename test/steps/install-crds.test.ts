import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../lib/domain/kubernetes.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import { installCrds, planCrds } from '../../lib/steps/install-crds.ts';
import { MemoryKube } from './kube.ts';

const definition = (name: string, established = true): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name },
  status: { conditions: established ? [{ type: 'Established', status: 'True' }] : [] },
});
const crds = ['old.example.com', 'new.example.com']
  .map((name) => JSON.stringify({ ...definition(name), status: undefined }))
  .join('\n---\n');
const cluster = (): MemoryKube => new MemoryKube(definition('old.example.com'));
const real = { dryRun: false };

test.each([
  ['install', ['create CRD new.example.com']],
  ['upgrade', ['create CRD new.example.com', "bring CRD old.example.com to the chart's version"]],
] as const)('the plan of %s, by reading alone', async (mode, lines) => {
  const kube = cluster();
  expect(await planCrds(kube.port, crds, mode, real)).toEqual(lines);
  expect(kube.asked.every((call) => call.startsWith('get '))).toBe(true);
});

test.each([
  ['install', 'create', 'create customresourcedefinitions.apiextensions.k8s.io (cluster-wide)'],
  ['upgrade', 'patch', 'patch customresourcedefinitions.apiextensions.k8s.io (cluster-wide)'],
] as const)('who may not %s is told before, with crds: skip', async (mode, verb, denied) => {
  const kube = cluster();
  kube.mayNot = (question) => question.verb === verb;
  await expect(planCrds(kube.port, crds, mode, real)).rejects.toMatchObject({
    remedy: expect.stringContaining('crds: skip'),
    details: [['denied', denied]],
  });
  await expect(planCrds(kube.port, crds, mode, { dryRun: true })).resolves.toHaveLength(
    mode === 'install' ? 1 : 2,
  );
});

test('who may not look is told the same; nothing to bring needs no permission', async () => {
  const kube = cluster();
  kube.mayNot = () => true;
  const there = JSON.stringify(definition('old.example.com'));
  await expect(planCrds(kube.port, there, 'install', real)).resolves.toEqual([]);
  kube.refused.set('get customresourcedefinitions', 403);
  await expect(planCrds(kube.port, there, 'install', real)).rejects.toMatchObject({
    details: [['denied', expect.stringContaining('get customresourcedefinitions')]],
  });
});

test('a new definition is waited for until it is served', async () => {
  const kube = cluster();
  const pauses: number[] = [];
  const clock: Clock = {
    now: () => pauses.reduce((sum, ms) => sum + ms, 0),
    sleep: async (ms) => {
      pauses.push(ms);
      if (pauses.length === 3) kube.objects.push(definition('new.example.com'));
      if (pauses.length === 3) kube.objects.splice(1, 1);
    },
  };
  expect(await installCrds({ kube: kube.port, clock }, crds, 'install')).toEqual(['new.example.com created']);
  expect(pauses).toHaveLength(3);
});

test('one that is never served is helm’s to tell', async () => {
  const kube = cluster();
  let now = 0;
  const clock: Clock = { now: () => now, sleep: async (ms) => void (now += ms) };
  await expect(installCrds({ kube: kube.port, clock }, crds, 'install')).resolves.toHaveLength(1);
  expect(now).toBe(60_000);
});
