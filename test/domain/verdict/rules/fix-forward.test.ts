/** A release that mends a broken one must not be called for what it mends. */
import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../../../lib/domain/kubernetes.ts';
import type { Observation, Probe } from '../../../../lib/domain/verdict/types.ts';
import { idOf } from '../../../../lib/domain/workloads/kind.ts';
import { object, replicaSetOf } from '../../workloads/objects.ts';
import { applied } from '../rollout.ts';
import {
  answer,
  backingOff,
  deployment,
  image,
  judged,
  newSet,
  pod,
  see,
  stopped,
  up,
  when,
} from './scene.ts';

const absent = stopped('ErrImagePull', `failed to pull and unpack image "${image}": ${image}: not found`);
const probe = (again: boolean): Probe => ({ kind: 'manifest', subject: image, namespace: 'shop', again });
const toldAbsent = [...answer(2, probe(false), 'absent'), ...answer(3, probe(true), 'absent')];

const before = (...objects: KubeObject[]): Observation[] => [
  ...see(0, ...objects),
  { at: 500, kind: 'synced', resource: '/Pod', namespace: 'shop' },
];

const oldSet = replicaSetOf('web-old', 1, { status: { observedGeneration: 1 } });
const oldPod = (container: object) => pod(container, { name: 'web-z', by: ['ReplicaSet', 'web-old'] });
const unseen = { annotations: { 'deployment.kubernetes.io/revision': '1' } };

test.each([
  ['an image that does not exist', absent],
  ['a name that is none', stopped('InvalidImageName', 'couldn\'t parse image name "Web:2"')],
  ['a crash loop', backingOff(9)],
])('a Deployment whose pods have %s', (_what, container) => {
  const observations = [
    ...before(deployment({}, { generation: 1, ...unseen }), oldSet, oldPod(container)),
    applied(1_000, deployment()),
    // Its controller has not looked yet: the revision that it names is still the old one.
    ...see(1, deployment({ observedGeneration: 1 }, unseen)),
    ...toldAbsent,
    ...see(3.5, oldPod(container)),
    // It has, but the other watch has not shown the ReplicaSet yet.
    ...see(4, deployment()),
    ...see(5, newSet()),
    ...up(9),
  ];
  expect(when(observations, 'strict')).toBe('pass 9s');
});

test('the same pods are called when they are of the newest revision', () => {
  const observations = [
    ...before(deployment({}, { generation: 1, ...unseen }), oldSet, oldPod(absent)),
    applied(1_000, deployment({}, unseen)),
    ...see(1, deployment({}, unseen)),
    ...toldAbsent,
  ];
  expect(when(observations, 'balanced')).toBe('fail 3s');
});

const set = (generation: number, status: object): KubeObject =>
  object('apps/v1', 'StatefulSet', 'db', { meta: { generation }, spec: { replicas: 1 }, status });

test('a StatefulSet: its old pod is asked only while nothing newer is wanted', () => {
  const old = pod(absent, {
    name: 'db-0',
    by: ['StatefulSet', 'db'],
    meta: { labels: { 'controller-revision-hash': 'r1' } },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  });
  const observations = [
    ...before(set(1, { observedGeneration: 1, updateRevision: 'r1' }), old),
    applied(1_000, set(2, {})),
    ...see(1, set(2, { observedGeneration: 1, updateRevision: 'r1' })),
    ...toldAbsent,
    ...see(4, set(2, { observedGeneration: 2, updateRevision: 'r2', currentRevision: 'r1' })),
    ...see(
      9,
      set(2, {
        observedGeneration: 2,
        updateRevision: 'r2',
        currentRevision: 'r2',
        readyReplicas: 1,
        updatedReplicas: 1,
      }),
    ),
  ];
  expect(when(observations, 'strict', idOf(set(1, {})))).toBe('pass 9s');
});

const daemons = (generation: number, status: object): KubeObject =>
  object('apps/v1', 'DaemonSet', 'agent', {
    meta: { generation, annotations: { 'deprecated.daemonset.template.generation': String(generation) } },
    status: { desiredNumberScheduled: 1, ...status },
  });

test('a DaemonSet: while no new pod is there, the old ones are not asked in its stead', () => {
  const old = pod(absent, {
    name: 'agent-a',
    by: ['DaemonSet', 'agent'],
    meta: { labels: { 'pod-template-generation': '1' } },
  });
  const observations = [
    ...before(daemons(1, { observedGeneration: 1 }), old),
    applied(1_000, daemons(2, {})),
    ...see(1, daemons(2, { observedGeneration: 2 })),
    ...toldAbsent,
    ...see(9, daemons(2, { observedGeneration: 2, updatedNumberScheduled: 1, numberAvailable: 1 })),
  ];
  expect(when(observations, 'strict', idOf(daemons(1, {})))).toBe('pass 9s');
  expect(judged(observations, 'strict', idOf(daemons(1, {}))).findings).toEqual([]);
});
