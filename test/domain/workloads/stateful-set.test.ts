import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import { object, podOf, readyPod, waiting, warning, standing, type Row } from './objects.ts';

const stateful = (spec: object, status: object): KubeObject =>
  object('apps/v1', 'StatefulSet', 'db', { spec, status: { observedGeneration: 1, ...status } });
const partition = (at: number) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: at } },
});
const onDelete = { updateStrategy: { type: 'OnDelete' } };
const settled = { currentRevision: 'b', updateRevision: 'b' };
const moving = { currentRevision: 'a', updateRevision: 'b' };

const statefulSets: Row[] = [
  [
    'all updated',
    'ready 3/3',
    stateful({ replicas: 3 }, { ...settled, readyReplicas: 3, updatedReplicas: 3 }),
  ],
  [
    'the first observation is awaited',
    '0/3 the controller has not looked at generation 1 yet',
    stateful({ replicas: 3 }, { observedGeneration: undefined }),
  ],
  [
    'all ready, none updated',
    '0/3 0 of 3 pods of the new revision',
    stateful({ replicas: 3 }, { ...moving, readyReplicas: 3, updatedReplicas: 0 }),
  ],
  [
    'all updated and ready, the rollout is not closed',
    '3/3 the controller has not closed the rollout yet',
    stateful({ replicas: 3 }, { ...moving, readyReplicas: 3, updatedReplicas: 3 }),
  ],
  [
    'those below the partition stay old on purpose',
    'ready 3/3',
    stateful({ replicas: 3, ...partition(2) }, { ...moving, readyReplicas: 3, updatedReplicas: 1 }),
  ],
  [
    'one above the partition is missing',
    '2/3 1 of 2 pods of the new revision',
    stateful({ replicas: 3, ...partition(1) }, { ...moving, readyReplicas: 3, updatedReplicas: 1 }),
  ],
  [
    'a partition beyond the replicas',
    'ready 3/3',
    stateful({ replicas: 3, ...partition(9) }, { ...moving, readyReplicas: 3 }),
  ],
  [
    'OnDelete: old pods count',
    'ready 2/2',
    stateful({ replicas: 2, ...onDelete }, { ...moving, readyReplicas: 2 }),
  ],
  [
    'OnDelete: they must be ready',
    '1/2 1 of 2 pods ready',
    stateful({ replicas: 2, ...onDelete }, { ...moving, readyReplicas: 1 }),
    podOf('db-0', ['StatefulSet', 'db'], readyPod),
  ],
  [
    'minReadySeconds: available is what counts',
    '1/2 1 of 2 pods ready',
    stateful(
      { replicas: 2, minReadySeconds: 9 },
      { ...settled, readyReplicas: 2, availableReplicas: 1, updatedReplicas: 2 },
    ),
    podOf('db-0', ['StatefulSet', 'db'], readyPod),
  ],
  [
    'the pod of the update revision is blamed, in order of ordinals',
    '0/3 pod db-2 container app: CreateContainerConfigError: secret "x" not found',
    stateful({ replicas: 3 }, { ...moving, readyReplicas: 1, updatedReplicas: 1 }),
    podOf('db-1', ['StatefulSet', 'db'], waiting('ErrImagePull'), {
      labels: { 'controller-revision-hash': 'a' },
    }),
    podOf('db-2', ['StatefulSet', 'db'], waiting('CreateContainerConfigError', 'secret "x" not found'), {
      labels: { 'controller-revision-hash': 'b' },
    }),
  ],
  [
    'an old pod is on its way out',
    '2/3 2 of 3 pods of the new revision, pod db-0 is ending',
    stateful({ replicas: 3 }, { ...moving, replicas: 2, readyReplicas: 2, updatedReplicas: 2 }),
    podOf('db-0', ['StatefulSet', 'db'], { phase: 'Running' }, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
  ],
];
const refusedSet = stateful({ replicas: 1 }, { ...settled, readyReplicas: 0, updatedReplicas: 1 });
statefulSets.push([
  'no pod may be made: only an event says so',
  '0/1 FailedCreate: pods "db-0" is forbidden: exceeded quota',
  refusedSet,
  warning(refusedSet, 'FailedCreate', 'pods "db-0" is forbidden: exceeded quota'),
]);

test.each(statefulSets)('%s → %s', (_what, expected, about, ...around) => {
  expect(standing(about, around)).toBe(expected);
});
