import { dump } from 'js-yaml';
import { expect, test } from '@jest/globals';
import { changesOf } from '../../../lib/domain/evidence/changes.ts';
import { parseManifest } from '../../../lib/domain/manifest/parse.ts';
import type { ManifestObject } from '../../../lib/domain/manifest/parse.ts';
import { web } from '../verdict/rollout.ts';

const objects = (...all: object[]): ManifestObject[] =>
  parseManifest(all.map((each) => dump(each)).join('\n---\n'), () => 'shop');

const deployment = (container: object, podSpec: object = {}, name = 'web'): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: { template: { spec: { containers: [{ name: 'app', image: 'shop:1', ...container }], ...podSpec } } },
});

test.each<[string, object, object, string[]]>([
  ['image', {}, { image: 'shop:2' }, ['container app: image shop:1 → shop:2']],
  [
    'env, by name',
    {
      env: [
        { name: 'KEPT', value: 'same-value' },
        { name: 'DB', value: 'old-value' },
        { name: 'OLD', value: 'gone-value' },
      ],
    },
    {
      env: [
        { name: 'KEPT', value: 'same-value' },
        { name: 'DB', valueFrom: { secretKeyRef: { name: 'db', key: 'url' } } },
        { name: 'NEW', value: 'new-value' },
      ],
    },
    ['container app: env: new NEW; changed DB; gone OLD'],
  ],
  [
    'envFrom',
    { envFrom: [{ configMapRef: { name: 'settings' } }] },
    { envFrom: [{ secretRef: { name: 'settings' } }] },
    ['container app: envFrom: new Secret settings; gone ConfigMap settings'],
  ],
  [
    'resources',
    { resources: { limits: { memory: '64Mi' }, requests: { cpu: '10m' } } },
    { resources: { limits: { memory: '32Mi', cpu: 1 } } },
    [
      'container app: resources limits.memory 64Mi → 32Mi',
      'container app: resources requests.cpu 10m → (none)',
      'container app: resources limits.cpu (none) → 1',
    ],
  ],
  [
    'probes',
    {
      readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 1 },
      livenessProbe: { tcpSocket: { port: 80 } },
    },
    {
      readinessProbe: { httpGet: { path: '/health', port: 'http' }, periodSeconds: 1 },
      startupProbe: { exec: { command: ['true'] } },
    },
    [
      'container app: startupProbe is new',
      'container app: readinessProbe httpGet.path /ready → /health',
      'container app: livenessProbe is gone',
    ],
  ],
  [
    'a header of a probe, which may be a password',
    { readinessProbe: { httpGet: { httpHeaders: [{ name: 'Authorization', value: 'Bearer one' }] } } },
    { readinessProbe: { httpGet: { httpHeaders: [{ name: 'Authorization', value: 'Bearer two' }] } } },
    ['container app: readinessProbe httpGet.httpHeaders changed'],
  ],
  [
    'command and args, without what looks secret in them',
    { command: ['serve'], args: ['--port=80', '--db-password', 'hunter2', '--cache=redis://me:pw@cache'] },
    { args: ['--port=81', '--db-password', 'hunter3', '--api-token=abc', 'SECRET=x'] },
    [
      'container app: command serve → (none)',
      'container app: args --port=80 --db-password *** --cache=redis://me:***@cache → --port=81 --db-password *** --api-token=*** SECRET=***',
    ],
  ],
  [
    'anything else, by the names of its fields',
    { ports: [{ containerPort: 80 }] },
    { ports: [{ containerPort: 81 }], volumeMounts: [{ name: 'data', mountPath: '/data' }] },
    ['container app: also ports, volumeMounts'],
  ],
  ['nothing', {}, {}, ['nothing of its pods, nor of the ConfigMaps and Secrets that they use']],
])('%s', (_, was, is, expected) => {
  const lines = changesOf(web, objects(deployment(was)), objects(deployment(is)));
  expect(lines).toEqual(expected);
  expect(lines.join()).not.toMatch(/-value|hunter|Bearer|abc/);
});

test('containers and fields of the pod that come and go', () => {
  const before = objects(
    deployment({}, { serviceAccountName: 'one', initContainers: [{ name: 'wait', image: 'wait:1' }] }),
  );
  const after = objects(
    deployment(
      {},
      {
        serviceAccountName: 'two',
        containers: [
          { name: 'app', image: 'shop:1' },
          { name: 'proxy', image: 'envoy:1' },
        ],
      },
    ),
  );
  expect(changesOf(web, before, after)).toEqual([
    'init container wait is gone',
    'container proxy is new, image envoy:1',
    'pod: also serviceAccountName',
  ]);
});

const config = (kind: string, name: string, data: object): object => ({
  apiVersion: 'v1',
  kind,
  metadata: { name },
  data,
});

test('the ConfigMaps and Secrets that its pods use, by the names of their keys', () => {
  const using = deployment(
    { env: [{ name: 'DB', valueFrom: { secretKeyRef: { name: 'db', key: 'url' } } }] },
    {
      volumes: [
        { name: 'a', configMap: { name: 'files' } },
        { name: 'b', secret: { secretName: 'tls' } },
        { name: 'c', projected: { sources: [{ configMap: { name: 'extra' } }] } },
      ],
    },
  );
  const before = objects(
    using,
    config('Secret', 'db', { url: 'b2xk', user: 'bWU=' }),
    config('ConfigMap', 'files', { a: 'one-value' }),
    config('ConfigMap', 'other', { a: 'one-value' }),
    config('Secret', 'tls', { key: 'c2FtZQ==' }),
  );
  const after = objects(
    using,
    config('Secret', 'db', { url: 'bmV3', user: 'bWU=' }),
    config('ConfigMap', 'other', { a: 'two-value' }),
    config('ConfigMap', 'extra', { a: 'new-value' }),
    config('Secret', 'tls', { key: 'c2FtZQ==' }),
  );
  expect(changesOf(web, before, after)).toEqual([
    'Secret db: changed url',
    'ConfigMap files leaves the release',
    'ConfigMap extra is new',
  ]);
});

test.each<[string, ManifestObject[] | undefined, ManifestObject[], string[]]>([
  [
    'a first release',
    undefined,
    objects(deployment({})),
    ['it is the first release: there is nothing to compare with'],
  ],
  [
    'a new workload',
    objects(deployment({}, {}, 'api')),
    objects(deployment({})),
    ['Deployment shop/web is new in this release'],
  ],
  ['what runs nothing', [], objects(config('ConfigMap', 'web', {})), []],
])('%s', (_, before, after, expected) => {
  expect(changesOf(web, before, after)).toEqual(expected);
});
