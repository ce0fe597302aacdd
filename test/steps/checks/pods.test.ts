import { expect, test } from '@jest/globals';
import type { Resolution } from '../../../lib/domain/registry.ts';
import type { Registry } from '../../../lib/ports/registry.ts';
import { object, readyPod } from '../../domain/workloads/objects.ts';
import { MemoryKube } from '../kube.ts';
import { World } from './world.ts';

const [index, amd64, other] = ['a', 'b', 'd'].map((digit) => `sha256:${digit.repeat(64)}`) as [
  string,
  string,
  string,
];
const shop = 'ghcr.io/acme/shop';

class MemoryRegistry {
  readonly asked: unknown[] = [];
  answer: Resolution = {
    kind: 'found',
    image: { digest: index, platforms: [{ digest: amd64, platform: 'linux/amd64' }], configs: [] },
  };

  get port(): Registry {
    return {
      exists: async () => 'found',
      resolve: async (ref, auth) => {
        this.asked.push({ digest: ref.digest, auth });
        return this.answer;
      },
    };
  }
}

/** One ready pod that runs what `runs` says at a time. */
function cluster(runs: (at: number) => string) {
  const world = new World();
  const registry = new MemoryRegistry();
  const login = Buffer.from(JSON.stringify({ auths: { 'ghcr.io': { auth: 'Ym9iOnB3' } } })).toString(
    'base64',
  );
  const kube = new MemoryKube(
    object('v1', 'Secret', 'pull', { meta: {} }),
    object('v1', 'ServiceAccount', 'default'),
  );
  Object.assign(kube.objects[0] ?? {}, { data: { '.dockerconfigjson': login } });
  const pod = () =>
    object('v1', 'Pod', 'a', {
      spec: { containers: [{ name: 'app', image: `${shop}:v2` }], imagePullSecrets: [{ name: 'pull' }] },
      status: {
        ...readyPod,
        containerStatuses: [{ name: 'app', imageID: `${shop}@${runs(world.elapsed)}` }],
      },
    });
  const { port } = kube;
  world.ports = {
    kube: { ...port, list: async (target) => [...(await port.list(target)), pod()] },
    registry: registry.port,
  };
  return { world, registry, kube };
}

const check = `- {pods: app=shop, digest: "${shop}@${index}", name: pods}`;

test('the digest itself: no registry is asked', async () => {
  const { world, registry } = cluster(() => index);
  expect(await world.run(check)).toMatchObject({ outcome: 'pass' });
  expect(registry.asked).toEqual([]);
});

test('a platform of it: the registry is asked, with the pull secrets of the pods', async () => {
  const { world, registry } = cluster(() => amd64);
  expect(await world.run(check)).toMatchObject({ outcome: 'pass' });
  expect(registry.asked).toEqual([
    { digest: index, auth: { 'ghcr.io': { username: 'bob', password: 'pw' } } },
  ]);
});

test('while the old one runs it keeps waiting; the registry, which may count questions, is asked once', async () => {
  const { world, registry } = cluster((at) => (at < 20_000 ? other : amd64));
  expect(await world.run(check)).toMatchObject({ outcome: 'pass', checks: [{ attempts: 21 }] });
  expect(registry.asked).toHaveLength(1);
  expect(world.said[0]).toBe(`0s  pods: 1 of 1 pods run another image (a): ${shop}@${other}`);
});

test.each<[title: string, answer: Resolution, outcome: string]>([
  ['silent', { kind: 'unknown', reason: '401' }, 'inconclusive'],
  ['without it', { kind: 'absent' }, 'fail'],
])('a registry that is %s, and a digest that may be a platform of it: %s', async (_, answer, outcome) => {
  const { world, registry } = cluster(() => amd64);
  registry.answer = answer;
  expect(await world.run(check, { timeout: 3_000 })).toMatchObject({ outcome });
  // What it did not know it may know now.
  expect(registry.asked).toHaveLength(4);
});

test('no registry at all', async () => {
  const { world } = cluster(() => amd64);
  const { kube } = world.ports;
  world.ports = kube === undefined ? {} : { kube };
  expect(await world.run(check, { timeout: 2_000 })).toMatchObject({
    outcome: 'inconclusive',
    reason: expect.stringMatching(/cannot be told .* no registry was asked$/) as unknown,
  });
});

test('pods that cannot be listed are not known', async () => {
  const { world, kube } = cluster(() => index);
  kube.refused.set('list pods', 403);
  expect(await world.run(check, { timeout: 2_000 })).toMatchObject({ outcome: 'inconclusive' });
});

test('no cluster at all', async () => {
  expect(await new World().run(check, { timeout: 2_000 })).toMatchObject({
    outcome: 'inconclusive',
    reason: 'pods: app=shop: could not be asked: no cluster is named',
  });
});
