import { expect, test } from '@jest/globals';
import { containersOf } from '../../../lib/adapters/kubernetes/running.ts';
import type { NamespaceState } from '../../../lib/adapters/kubernetes/running.ts';
import type { KubeObject, ObjectId } from '../../../lib/domain/kubernetes.ts';

const id = (kind: string, name: string): ObjectId => ({
  apiVersion: 'apps/v1',
  kind,
  namespace: 'shop',
  name,
});

const owned = (kind: string, name: string) => ({
  ownerReferences: [{ kind, name, uid: 'u', controller: true }],
});

interface PodDraft {
  readonly owner?: readonly [kind: string, name: string];
  readonly hash?: string;
  readonly born?: string;
  readonly leaving?: boolean;
  readonly phase?: string;
  readonly imageID?: string;
}

const pod = (
  name: string,
  { owner, hash, born, leaving, phase = 'Running', imageID = `${name}@sha256:1` }: PodDraft,
) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    ...(owner && owned(...owner)),
    ...(hash && { labels: { 'controller-revision-hash': hash } }),
    creationTimestamp: born ?? '2026-01-01T00:00:00Z',
    ...(leaving && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
  },
  spec: { containers: [{ name: 'app', image: 'asked' }] },
  status: { phase, containerStatuses: [{ name: 'app', imageID }] },
});

const replicaSet = (name: string, revision: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name,
    annotations: { 'deployment.kubernetes.io/revision': revision },
    ...owned('Deployment', 'web'),
  },
});
const deployment = (name: string, revision: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, annotations: { 'deployment.kubernetes.io/revision': revision } },
});
const statefulSet: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db' },
  status: { currentRevision: 'old', updateRevision: 'new' },
};

const ofRs = (name: string): PodDraft => ({ owner: ['ReplicaSet', name] });
const state: NamespaceState = {
  deployments: [deployment('web', '10'), deployment('never-created', '')],
  replicaSets: [replicaSet('web-a', '9'), replicaSet('web-b', '10'), replicaSet('web-c', '2')],
  statefulSets: [statefulSet],
  pods: [
    pod('web-a-1', ofRs('web-a')),
    pod('web-b-1', ofRs('web-b')),
    pod('web-b-2', { ...ofRs('web-b'), leaving: true }),
    pod('web-b-3', { ...ofRs('web-b'), phase: 'Failed' }),
    pod('db-0', { owner: ['StatefulSet', 'db'], hash: 'old' }),
    pod('db-1', { owner: ['StatefulSet', 'db'], hash: 'new' }),
    pod('agent-1', { owner: ['DaemonSet', 'agent'], hash: 'new', born: '2026-01-02T00:00:00Z' }),
    pod('agent-2', { owner: ['DaemonSet', 'agent'], hash: 'old' }),
    pod('migrate-1', { owner: ['Job', 'migrate'], phase: 'Succeeded' }),
    pod('solo', { imageID: '' }),
    pod('db', { owner: ['ReplicaSet', 'other'] }),
  ],
};

test.each([
  ['Deployment', 'web', ['web-b-1']],
  ['StatefulSet', 'db', ['db-1']],
  ['DaemonSet', 'agent', ['agent-1']],
  ['Job', 'migrate', ['migrate-1']],
  ['Pod', 'solo', ['solo']],
  ['Deployment', 'never-created', []],
  ['Service', 'web', []],
])('of %s %s only the newest revision counts', (kind, name, pods) => {
  const containers = containersOf([id(kind, name)], state);
  expect(containers.map((each) => each.pod)).toEqual(pods);
  for (const each of containers) expect(each.container).toBe(`${kind}/${name}/app`);
});

test('what was asked and what the runtime reports, empty while it has not started', () => {
  expect(containersOf([id('Deployment', 'web'), id('Pod', 'solo')], state)).toEqual([
    { container: 'Deployment/web/app', pod: 'web-b-1', asked: 'asked', imageId: 'web-b-1@sha256:1' },
    { container: 'Pod/solo/app', pod: 'solo', asked: 'asked', imageId: '' },
  ]);
});
