import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import { kindOf } from '../../../lib/domain/workloads/kinds.ts';
import { object, readyPod, standing, type Row } from './objects.ts';

const bare = (status: object, spec: object = {}, meta = {}): KubeObject =>
  object('v1', 'Pod', 'once', { meta, spec, status });
const pods: Row[] = [
  ['ready', 'ready 1/1', bare(readyPod)],
  ['ended well', 'ready 1/1', bare({ phase: 'Succeeded' }, { restartPolicy: 'Never' })],
  ['ended though it may not', '0/1 pod once not started yet', bare({ phase: 'Succeeded' })],
  [
    'ready but on its way out',
    '0/1 it is being deleted',
    bare(readyPod, {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
  ],
];

/** An autoscaler whose condition ScalingActive says this. */
const scaling = (status: string, reason: string, message: string): KubeObject =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
    status: { conditions: [{ type: 'ScalingActive', status, reason, message }] },
  });

const others: Row[] = [
  [
    'autoscaler that nobody looked at',
    'ready 1/1',
    object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web'),
  ],
  [
    'autoscaler with metrics',
    'ready 1/1',
    scaling('True', 'ValidMetricFound', 'the HPA was able to compute'),
  ],
  [
    'autoscaler without metrics',
    '0/1 FailedGetResourceMetric: no metrics returned from resource metrics API',
    scaling('False', 'FailedGetResourceMetric', 'no metrics returned from resource metrics API'),
  ],
  ['autoscaler scaled to zero', 'ready 1/1', scaling('False', 'ScalingDisabled', 'scaling is disabled')],
  [
    'ReplicaSet',
    'ready 2/2',
    object('apps/v1', 'ReplicaSet', 'r', {
      spec: { replicas: 2 },
      status: { observedGeneration: 1, replicas: 2, availableReplicas: 2 },
    }),
  ],
  [
    'ReplicaSet shrinking',
    '2/2 1 pod too many',
    object('apps/v1', 'ReplicaSet', 'r', {
      spec: { replicas: 2 },
      status: { observedGeneration: 1, replicas: 3, availableReplicas: 3 },
    }),
  ],
  ['claim bound', 'ready 1/1', object('v1', 'PersistentVolumeClaim', 'data', { status: { phase: 'Bound' } })],
  [
    'claim pending',
    '0/1 Pending',
    object('v1', 'PersistentVolumeClaim', 'data', { status: { phase: 'Pending' } }),
  ],
  [
    'balancer without address',
    '0/1 no address yet',
    object('v1', 'Service', 'web', { spec: { type: 'LoadBalancer' }, status: { loadBalancer: {} } }),
  ],
  [
    'balancer with address',
    'ready 1/1',
    object('v1', 'Service', 'web', {
      spec: { type: 'LoadBalancer' },
      status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } },
    }),
  ],
  ['cluster IP', 'ready 1/1', object('v1', 'Service', 'web', { spec: { type: 'ClusterIP' } })],
  ['ConfigMap', 'ready 1/1', object('v1', 'ConfigMap', 'c')],
  ['CronJob', 'ready 1/1', object('batch/v1', 'CronJob', 'nightly')],
  [
    'CRD new',
    '0/1 NamesAccepted not said yet',
    object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'a.b'),
  ],
  [
    'CRD named but not served',
    '0/1 Established: Installing: the initial names have been accepted',
    object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'a.b', {
      status: {
        conditions: [
          { type: 'NamesAccepted', status: 'True' },
          {
            type: 'Established',
            status: 'False',
            reason: 'Installing',
            message: 'the initial names have been accepted',
          },
        ],
      },
    }),
  ],
];

const custom = (status: object | undefined): KubeObject =>
  object('acme.dev/v1', 'Widget', 'w', {
    meta: { generation: 3 },
    ...(status === undefined ? {} : { status }),
  });
const readyAt = (observed: unknown, status = 'True', more = {}) => ({
  observedGeneration: observed,
  conditions: [{ type: 'Ready', status, ...more }],
});
const customs: Row[] = [
  ['no status', '0/1 no Ready condition in its status', custom(undefined)],
  ['ready', 'ready 1/1', custom(readyAt(3))],
  ['says no generation', 'ready 1/1', custom(readyAt(undefined))],
  ['generation as text', 'ready 1/1', custom(readyAt('3'))],
  [
    'an older generation as text',
    '0/1 its controller has not looked at generation 3 yet',
    custom(readyAt('2')),
  ],
  ['a hash for a generation', 'ready 1/1', custom(readyAt('7d9f8b'))],
  [
    'the condition has its own',
    '0/1 its controller has not looked at generation 3 yet',
    custom(readyAt(3, 'True', { observedGeneration: 2 })),
  ],
  [
    'not ready',
    '0/1 Ready=False: Failed: no quota',
    custom(readyAt(3, 'False', { reason: 'Failed', message: 'no quota' })),
  ],
];

test.each([...pods, ...others, ...customs])('%s → %s', (_what, expected, about, ...around) => {
  expect(standing(about, around)).toBe(expected);
});

test.each([
  ['acme.dev/v1', 'any custom resource'],
  ['gateway.networking.k8s.io/v1', 'any custom resource'],
  ['networking.k8s.io/v1', 'any other built-in kind'],
  ['policy/v1', 'any other built-in kind'],
])('an unknown kind of %s is %s', (apiVersion, name) => {
  expect(kindOf({ apiVersion, kind: 'Thing' }).name).toBe(name);
});
