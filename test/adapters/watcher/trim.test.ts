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

test('what a container says of itself goes through what hides secrets, before it is cut', () => {
  const hide = (text: string): string => text.replaceAll('tulip', '***');
  const said = { message: `${'x'.repeat(998)}tulip` };
  const about = (rest: object): KubeObject => ({
    apiVersion: '',
    kind: '',
    metadata: { name: 'x' },
    ...rest,
  });
  const statuses = [
    { name: 'tulip', lastState: { terminated: said }, state: { waiting: { message: 'tulip' } } },
  ];
  expect(trim(about({ status: { containerStatuses: statuses } }), typeOf('v1', 'Pod'), hide).status).toEqual({
    containerStatuses: [
      {
        name: 'tulip',
        lastState: { terminated: { message: `${'x'.repeat(998)}**…` } },
        state: { waiting: { message: 'tulip' } },
      },
    ],
  });
  const event = typeOf('v1', 'Event');
  expect(trim(about({ reason: 'Unhealthy', message: 'probe failed: tulip' }), event, hide)).toMatchObject({
    message: 'probe failed: ***',
  });
  expect(
    trim(about({ reason: 'FailedMount', message: 'secret "tulip" not found' }), event, hide),
  ).toMatchObject({
    message: 'secret "tulip" not found',
  });
});

test('so does what its lifecycle hooks say: the kubelet quotes their output', () => {
  const hide = (text: string): string => text.replaceAll('tulip', '***');
  const pod = (waiting: object): KubeObject => ({
    apiVersion: '',
    kind: '',
    metadata: { name: 'x' },
    status: { containerStatuses: [{ name: 'app', state: { waiting } }] },
  });
  const message = 'Exec lifecycle hook failed - error: exit 1, message: "tulip"';
  const quoted = trim(pod({ reason: 'PostStartHookError', message }), typeOf('v1', 'Pod'), hide);
  expect(JSON.stringify(quoted)).not.toContain('tulip');
  const event = { ...pod({}), reason: 'FailedPostStartHook', message };
  expect(JSON.stringify(trim(event, typeOf('v1', 'Event'), hide))).not.toContain('tulip');
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

test('a pod keeps what says how long to be patient with it, and what to name', () => {
  const spec = {
    volumes: [
      { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'tls', secret: { secretName: 'tls' } },
    ],
    containers: [
      {
        name: 'app',
        image: 'web:1',
        command: ['/srv/run', '--token=hunter2'],
        resources: { limits: { memory: '64Mi', cpu: '1' }, requests: { memory: '32Mi' } },
        readinessProbe: {
          httpGet: { path: '/ready' },
          periodSeconds: 2,
          failureThreshold: 3,
          timeoutSeconds: 1,
        },
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      },
    ],
  };
  const metadata = {
    name: 'web-a',
    deletionTimestamp: '2026-01-01T00:00:00Z',
    deletionGracePeriodSeconds: 30,
    finalizers: ['acme.dev/drain'],
  };
  expect(trim({ apiVersion: '', kind: '', metadata, spec }, typeOf('v1', 'Pod'))).toMatchObject({
    metadata,
    spec: {
      volumes: [{ persistentVolumeClaim: { claimName: 'data' } }],
      containers: [
        {
          name: 'app',
          image: 'web:1',
          resources: { limits: { memory: '64Mi' } },
          readinessProbe: { periodSeconds: 2, failureThreshold: 3 },
          volumeMounts: [{ mountPath: '/data' }],
        },
      ],
    },
  });
});

test('a workload keeps the annotation in which its author speaks to us, and no other', () => {
  const annotations = { 'slipway.dev/fail-fast': '45s', 'acme.dev/token': 'hunter2' };
  const about = { apiVersion: '', kind: '', metadata: { name: 'x', annotations } };
  expect(trim(about, typeOf('apps/v1', 'Deployment')).metadata.annotations).toEqual({
    'slipway.dev/fail-fast': '45s',
  });
});
