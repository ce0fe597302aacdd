import { expect, test } from '@jest/globals';
import { parseManifest } from '../../lib/domain/manifest/parse.ts';
import { builtInType } from '../../lib/domain/resource-types.ts';
import { checkMayCreate, checkNamespace } from '../../lib/steps/namespace.ts';
import { checkPermissions } from '../../lib/steps/permissions.ts';
import { MemoryKube } from './kube.ts';

const objects = parseManifest(
  '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}\n---\n{apiVersion: v1, kind: Service, metadata: {name: web}}',
  () => 'shop',
);
const manifest = {
  objects,
  typeOf: ({ id }: { id: { apiVersion: string; kind: string } }) => builtInType(id),
};
const gated = objects.slice(0, 1).map(({ id }) => id);

const hook = parseManifest('{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}}', () => 'shop');

const check = (
  mayNot: (verb: string, resource: string, subresource?: string) => boolean,
  { dryRun = false, hooks = [] as typeof hook } = {},
) => {
  const kube = new MemoryKube();
  kube.mayNot = ({ verb, resource, subresource }) => mayNot(verb, resource, subresource);
  return checkPermissions(kube.port, 'shop', manifest, { gated, hooks }, { dryRun });
};
const nothing = (): boolean => true;

test.each([
  ['create', 'leases', 'create leases.coordination.k8s.io in namespace shop'],
  ['update', 'secrets', 'update secrets in namespace shop'],
  ['patch', 'services', 'patch services in namespace shop'],
  ['list', 'deployments', 'list deployments.apps in namespace shop'],
])('without %s %s nothing begins', async (verb, resource, denied) => {
  await expect(check((v, r) => v === verb && r === resource)).rejects.toMatchObject({
    details: [['denied', denied]],
    remedy: expect.stringContaining('Role'),
  });
});

test('what is only watched is said, and missed', async () => {
  expect(await check((verb) => verb === 'watch')).toEqual(
    ['deployments.apps', 'pods', 'replicasets.apps', 'events'].map(
      (each) => `not allowed to watch ${each} in namespace shop: the release is watched without it`,
    ),
  );
});

test('hooks must be made and deleted; without logs it goes on, and says so', async () => {
  const jobs = (verb: string, resource: string): boolean => verb === 'delete' && resource === 'jobs';
  await expect(check(jobs)).resolves.toEqual([]);
  await expect(check(jobs, { hooks: hook })).rejects.toMatchObject({
    details: [['denied', 'delete jobs.batch in namespace shop']],
  });
  const logs = (_: string, __: string, subresource?: string): boolean => subresource === 'log';
  await expect(check(logs)).resolves.toEqual([
    'not allowed to get pods/log in namespace shop: the release is watched without it',
  ]);
});

test('a dry run needs to read, and no more', async () => {
  const writes = (verb: string): boolean => !['get', 'list'].includes(verb);
  await expect(check(writes, { dryRun: true })).resolves.toEqual([]);
  await expect(check(nothing, { dryRun: true })).rejects.toThrow('may not do');
});

test('a namespace that is missing: refused, unless it may be created, by somebody who may', async () => {
  const kube = new MemoryKube();
  await expect(checkNamespace(kube.port, 'shop', false)).rejects.toMatchObject({
    remedy: expect.stringContaining('create-namespace: true'),
  });
  expect(await checkNamespace(kube.port, 'shop', true)).toBe(false);
  await expect(checkMayCreate(kube.port, 'shop')).resolves.toBeUndefined();
  kube.mayNot = ({ resource }) => resource === 'namespaces';
  await expect(checkMayCreate(kube.port, 'shop')).rejects.toMatchObject({
    details: [['denied', 'create namespaces (cluster-wide)']],
  });
});

test('a namespace that may not be looked at counts as there; one that is being deleted does not', async () => {
  const kube = new MemoryKube({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', deletionTimestamp: '2026-01-01T00:00:00Z' },
  });
  await expect(checkNamespace(kube.port, 'shop', true)).rejects.toThrow('is being deleted');
  kube.refused.set('get namespaces', 403);
  expect(await checkNamespace(kube.port, 'shop', false)).toBe(true);
});
