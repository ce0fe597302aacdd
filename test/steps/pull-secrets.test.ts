import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../lib/domain/kubernetes.ts';
import { parseManifest } from '../../lib/domain/manifest/parse.ts';
import type { RegistryAuth } from '../../lib/domain/registry.ts';
import type { Registry } from '../../lib/ports/registry.ts';
import { checkImagesExist } from '../../lib/steps/images-exist.ts';
import { MemoryKube } from './kube.ts';

const image = 'ghcr.io/acme/shop:1';
const workload = (pod: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { template: { spec: { containers: [{ name: 'app', image }], ...pod } } },
});
const secret = (name: string, host: string): KubeObject => {
  const auths = { [host]: { auth: Buffer.from(`${name}:token`).toString('base64') } };
  const data = { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data };
};
const account = (name: string, ...pulls: string[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name },
  imagePullSecrets: pulls.map((each) => ({ name: each })),
});

/** Asks for the image of one workload; what the registry was shown, and what came of it. */
async function ask(kube: MemoryKube, pod: object, answer: Awaited<ReturnType<Registry['exists']>>) {
  const shown: RegistryAuth[] = [];
  const registry: Registry = {
    exists: async (_, auth) => {
      shown.push(auth ?? {});
      return answer;
    },
    resolve: async () => ({ kind: 'absent' }),
  };
  const objects = parseManifest(JSON.stringify(workload(pod)), () => 'shop');
  const outcome = await checkImagesExist({ kube: kube.port, registry }, 'shop', objects, {
    'Deployment/web/app': image,
  }).catch((error: unknown) => error);
  return { outcome, hosts: shown.map((auth) => Object.keys(auth).sort()) };
}

test('the registry is shown the pull secrets of the pod and of its account, as the kubelet would', async () => {
  const kube = new MemoryKube(
    secret('of-pod', 'ghcr.io'),
    secret('of-account', 'harbor.example.com'),
    secret('of-default', 'quay.io'),
    account('deployer', 'of-account'),
    account('default', 'of-default'),
  );
  const pod = { imagePullSecrets: [{ name: 'of-pod' }, { name: 'gone' }], serviceAccountName: 'deployer' };
  expect((await ask(kube, pod, 'found')).hosts).toEqual([['ghcr.io', 'harbor.example.com']]);
  expect((await ask(kube, {}, 'found')).hosts).toEqual([['quay.io']]);
});

test('secrets that may not be read are left out: nodes may hold credentials of their own', async () => {
  const kube = new MemoryKube(secret('of-pod', 'ghcr.io'));
  kube.refused.set('get secrets', 403);
  const pod = { imagePullSecrets: [{ name: 'of-pod' }] };
  expect(await ask(kube, pod, { unknown: '401' })).toEqual({
    outcome: [`${image} could not be looked up (401); the nodes may still be able to pull it`],
    hosts: [[]],
  });
});

test('only what the registry says is not there refuses', async () => {
  const { outcome } = await ask(new MemoryKube(), {}, 'absent');
  expect(outcome).toMatchObject({ name: 'TargetError', details: [['absent', image]] });
  expect((await ask(new MemoryKube(), {}, 'found')).outcome).toEqual([]);
});
