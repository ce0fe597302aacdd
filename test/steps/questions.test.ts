import { expect, test } from '@jest/globals';
import type { KubeObject, ResourceType } from '../../lib/domain/kubernetes.ts';
import { parseManifest } from '../../lib/domain/manifest/parse.ts';
import type { RegistryAuth } from '../../lib/domain/registry.ts';
import type { Probe } from '../../lib/domain/verdict/types.ts';
import type { Registry } from '../../lib/ports/registry.ts';
import { questionsAbout } from '../../lib/steps/questions.ts';
import { ManualClock } from '../adapters/watcher/manual-clock.ts';
import { MemoryKube } from '../adapters/watcher/memory-kube.ts';
import { object } from '../domain/workloads/objects.ts';

const pods = (name: string, image: string, more: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec: { template: { spec: { ${more}, containers: [{ name: app, image: '${image}' }] } } }
---
`;
const objects = parseManifest(
  pods('web', 'ghcr.io/acme/web:2', 'imagePullSecrets: [{ name: web-pull }]') +
    pods('api', 'ghcr.io/acme/api:2', 'serviceAccountName: api') +
    pods('old', 'docker.io/acme/old:1', 'restartPolicy: Always') +
    'apiVersion: v1\nkind: Secret\nmetadata: { name: own }\n',
  () => 'shop',
);

const pullSecret = (name: string, user: string): KubeObject => {
  const auths = { 'ghcr.io': { username: user, password: 'p' } };
  const config = Buffer.from(JSON.stringify({ auths })).toString('base64');
  return { ...object('v1', 'Secret', name), data: { '.dockerconfigjson': config } };
};

interface Scene {
  readonly api: MemoryKube;
  readonly clock: ManualClock;
  /** Image and user of each question to a registry. */
  readonly asked: string[];
  ask(probe: Probe): Promise<string>;
}

function scene(exists: Awaited<ReturnType<Registry['exists']>> | Error = 'found'): Scene {
  const [api, clock, asked] = [new MemoryKube(), new ManualClock(), [] as string[]];
  api.put(pullSecret('web-pull', 'web'));
  api.put(pullSecret('api-pull', 'api'));
  api.put({ ...object('v1', 'ServiceAccount', 'api'), imagePullSecrets: [{ name: 'api-pull' }] });
  const registry = {
    exists: async ({ repository }: { repository: string }, auth: RegistryAuth) => {
      asked.push(`${repository} ${auth['ghcr.io']?.username ?? 'nobody'}`);
      if (exists instanceof Error) throw exists;
      return exists;
    },
  } as unknown as Registry;
  const questions = questionsAbout(objects, { kube: api.kube, registry, clock });
  return { api, clock, asked, ask: (probe) => questions.answer(probe, new AbortController().signal) };
}

const manifest = (subject: string, namespace = 'shop'): Probe => ({
  kind: 'manifest',
  subject,
  namespace,
  again: false,
});
const exists = (subject: string): Probe => ({ kind: 'object', subject });

test.each([
  ['present', 'found'],
  ['absent', 'absent'],
  ['denied', { unknown: '401 to these credentials', denied: true }],
  ['unknown', { unknown: '401: it wants a login, and no pull secret has one for it' }],
  ['unknown', { unknown: 'it answered 503' }],
  ['unknown', new Error('a defect')],
] as const)('of an image: %s, for the registry said %j', async (answer, said) => {
  expect(await scene(said).ask(manifest('ghcr.io/acme/web:2'))).toBe(answer);
});

test.each([
  ['the pull secret of the pod', 'ghcr.io/acme/web:2', 'acme/web web'],
  ['that of its service account', 'ghcr.io/acme/api:2', 'acme/api api'],
  ['none that it does not have', 'docker.io/acme/old:1', 'acme/old nobody'],
])('a registry is asked with %s', async (_, image, asked) => {
  const each = scene();
  await each.ask(manifest(image));
  expect(each.asked).toEqual([asked]);
});

test('an image that was changed on its way is asked for with all pull secrets there', async () => {
  const each = scene();
  await each.ask(manifest('mirror.example.com/acme/web:2'));
  await each.ask(manifest('mirror.example.com/acme/web:2', 'elsewhere'));
  await each.ask(manifest('No Image'));
  expect(each.asked).toEqual([expect.stringMatching(/^acme\/web (web|api)$/), 'acme/web nobody']);
});

const served = (apiVersion: string, kind: string, plural: string): [string, ResourceType[]] => {
  const [group = '', version = ''] = apiVersion.split('/');
  return [apiVersion, [{ group, version, plural, kind, namespaced: true }]];
};
const external = served('external-secrets.io/v1beta1', 'ExternalSecret', 'externalsecrets');
const certificates = served('cert-manager.io/v1', 'Certificate', 'certificates');
const sealed = served('bitnami.com/v1alpha1', 'SealedSecret', 'sealedsecrets');

test.each<[string, string, string, (api: MemoryKube) => unknown]>([
  ['is there', 'present', 'Secret shop/db', (api) => api.put(object('v1', 'Secret', 'db'))],
  ['is not there', 'absent', 'Secret shop/db', () => undefined],
  ['is in another namespace', 'absent', 'Secret other/own', () => undefined],
  ['comes with this release', 'promised', 'Secret shop/own', () => undefined],
  ['may not be read', 'unknown', 'Secret shop/db', (api) => api.unreadable.add('secrets')],
  ['is of a kind that we do not know', 'unknown', 'Widget shop/db', () => undefined],
  ['cannot be asked for', 'unknown', 'Secret shop/db', (api) => (api.state = 'down')],
  [
    'an ExternalSecret will make',
    'promised',
    'Secret shop/db',
    (api) => {
      api.served.set(...external);
      api.put(object(external[0], 'ExternalSecret', 'x', { spec: { target: { name: 'db' } } }));
    },
  ],
  [
    'an ExternalSecret of that name will make',
    'promised',
    'Secret shop/db',
    (api) => {
      api.served.set(...external);
      api.put(object(external[0], 'ExternalSecret', 'db', { spec: {} }));
    },
  ],
  [
    'a SealedSecret will make',
    'promised',
    'Secret shop/db',
    (api) => {
      api.served.set(...sealed);
      api.put(object(sealed[0], 'SealedSecret', 'db'));
    },
  ],
  [
    'a Certificate will make',
    'promised',
    'Secret shop/tls',
    (api) => {
      api.served.set(...certificates);
      api.put(object(certificates[0], 'Certificate', 'x', { spec: { secretName: 'tls' } }));
    },
  ],
  [
    'only shares its name with a Certificate',
    'absent',
    'Secret shop/x',
    (api) => {
      api.served.set(...certificates);
      api.put(object(certificates[0], 'Certificate', 'x', { spec: { secretName: 'tls' } }));
    },
  ],
  [
    'is a ConfigMap, which no ExternalSecret makes',
    'absent',
    'ConfigMap shop/db',
    (api) => {
      api.served.set(...external);
      api.put(object(external[0], 'ExternalSecret', 'db'));
    },
  ],
  [
    'might be promised by what may not be listed',
    'absent',
    'Secret shop/db',
    (api) => {
      api.served.set(...external);
      api.unreadable.add('externalsecrets');
    },
  ],
])('an object that %s: %s', async (_, answer, subject, prepare) => {
  const each = scene();
  prepare(each.api);
  expect(await each.ask(exists(subject))).toBe(answer);
});

test('what makes Secrets is listed at most once in ten seconds', async () => {
  const each = scene();
  each.api.served.set(...external);
  for (let times = 0; times < 3; times++) {
    expect(await each.ask(exists('Secret shop/db'))).toBe('absent');
    await each.clock.pass(3_000);
  }
  expect(each.api.requests.filter((request) => request.startsWith('list'))).toHaveLength(1);
  each.api.put(object(external[0], 'ExternalSecret', 'db'));
  await each.clock.pass(3_000);
  expect(await each.ask(exists('Secret shop/db'))).toBe('promised');
});
