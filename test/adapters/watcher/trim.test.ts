import { expect, test } from '@jest/globals';
import { trim } from '../../../lib/adapters/watcher/trim.ts';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import { builtInType } from '../../../lib/domain/resource-types.ts';

const typeOf = (apiVersion: string, kind: string) => {
  const type = builtInType({ apiVersion, kind });
  if (type === undefined) throw new Error(kind);
  return type;
};

test('a pod keeps what judging reads and nothing that may be a secret', () => {
  const pod = {
    metadata: {
      name: 'web-a',
      namespace: 'shop',
      uid: 'u',
      resourceVersion: '7',
      labels: { app: 'web', 'controller-revision-hash': 'x' },
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'everything' },
      managedFields: [{}],
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'web',
          uid: 'r',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      nodeName: 'n1',
      restartPolicy: 'Always',
      volumes: [{ name: 'tls' }],
      containers: [{ name: 'app', image: 'web:1', env: [{ name: 'PASSWORD', value: 'hunter2' }] }],
    },
    status: {
      phase: 'Running',
      podIP: '10.1.2.3',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [
        {
          name: 'app',
          ready: true,
          restartCount: 0,
          containerID: 'c',
          imageID: 'i',
          state: { terminated: { exitCode: 1, message: 'x'.repeat(4_000) } },
        },
      ],
    },
  } as unknown as KubeObject;
  expect(trim(pod, typeOf('v1', 'Pod'))).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web-a',
      namespace: 'shop',
      uid: 'u',
      resourceVersion: '7',
      labels: { 'controller-revision-hash': 'x' },
      ownerReferences: [{ kind: 'ReplicaSet', name: 'web', uid: 'r', controller: true }],
    },
    spec: { nodeName: 'n1', restartPolicy: 'Always', containers: [{ name: 'app', image: 'web:1' }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [
        {
          name: 'app',
          ready: true,
          restartCount: 0,
          imageID: 'i',
          state: { terminated: { exitCode: 1, message: `${'x'.repeat(1_000)}…` } },
        },
      ],
    },
  });
});

test('a workload loses its template, a custom resource all but its conditions', () => {
  const spec = { replicas: 2, template: { spec: {} }, selector: {} };
  const status = { observedGeneration: 2, conditions: [], secret: 'x' };
  const metadata = { name: 'x' };
  const about = { apiVersion: '', kind: '', metadata, spec, status };
  expect(trim(about, typeOf('apps/v1', 'Deployment'))).toMatchObject({ spec: { replicas: 2 }, status });
  expect(
    trim(about, { group: 'acme.dev', version: 'v1', plural: 'widgets', kind: 'Widget', namespaced: true }),
  ).toEqual({
    apiVersion: 'acme.dev/v1',
    kind: 'Widget',
    metadata,
    status: { observedGeneration: 2, conditions: [] },
  });
});
