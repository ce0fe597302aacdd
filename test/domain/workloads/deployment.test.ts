import { expect, test } from '@jest/globals';
import {
  deploymentOf,
  object,
  owner,
  podOf,
  readyPod,
  replicaSetOf,
  waiting,
  standing,
  type Row,
} from './objects.ts';

const two = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
const newest = replicaSetOf('web-new', 2, { status: { availableReplicas: 1 } });
const oldest = replicaSetOf('web-old', 1, { status: { availableReplicas: 2 } });

const deployments: Row[] = [
  ['all updated and available', 'ready 2/2', deploymentOf({ replicas: 2 }, two)],
  ['replicas 0', 'ready 0/0', deploymentOf({ replicas: 0 }, {})],
  ['replicas not given means 1', '0/1 no ReplicaSet of its own yet', deploymentOf({}, {})],
  [
    'the controller has not seen the new generation, whatever the numbers say',
    '0/2 the controller has not looked at generation 4 yet',
    deploymentOf({ replicas: 2 }, { ...two, observedGeneration: 3 }, { generation: 4 }),
  ],
  [
    'an HPA has asked for more: the live number counts',
    '2/5 2 of 5 pods created',
    deploymentOf({ replicas: 5 }, two),
    replicaSetOf('web-new', 2, { status: { availableReplicas: 2 } }),
  ],
  [
    'an old pod is still there',
    '2/2 1 pod of an older revision still running',
    deploymentOf({ replicas: 2 }, { replicas: 3, updatedReplicas: 2, availableReplicas: 3 }),
    replicaSetOf('web-new', 2, { status: { availableReplicas: 2 } }),
    oldest,
  ],
  [
    'available old pods do not count as new ones',
    '0/2 pod web-new-a container app: ErrImagePull: manifest unknown',
    deploymentOf({ replicas: 2 }, { replicas: 3, updatedReplicas: 1, availableReplicas: 2 }),
    replicaSetOf('web-new', 2, { status: { availableReplicas: 0 } }),
    oldest,
    podOf('web-new-a', ['ReplicaSet', 'web-new'], waiting('ErrImagePull', 'manifest unknown')),
    podOf('web-old-a', ['ReplicaSet', 'web-old'], waiting('CrashLoopBackOff')),
  ],
  [
    'an undone Deployment fills its old ReplicaSet again, under a higher number',
    '0/1 pod web-old-a container app: ContainerCreating',
    deploymentOf({ replicas: 1 }, { replicas: 1, updatedReplicas: 1 }),
    replicaSetOf('web-bad', 2),
    replicaSetOf('web-old', 3),
    podOf('web-bad-a', ['ReplicaSet', 'web-bad'], waiting('ErrImagePull', 'manifest unknown')),
    podOf('web-old-a', ['ReplicaSet', 'web-old'], waiting('ContainerCreating')),
  ],
  [
    'paused',
    '0/2 the rollout is paused (kubectl rollout resume deployment/web -n shop)',
    deploymentOf({ replicas: 2, paused: true }, { replicas: 2, updatedReplicas: 0, availableReplicas: 2 }),
    newest,
  ],
  ['paused, but nothing is left to do', 'ready 2/2', deploymentOf({ replicas: 2, paused: true }, two)],
  [
    'quota forbids the new pods',
    '0/2 pods "web-" is forbidden: exceeded quota: small',
    deploymentOf({ replicas: 2 }, { replicas: 2, updatedReplicas: 0, availableReplicas: 2 }),
    replicaSetOf('web-new', 2, {
      status: {
        conditions: [
          {
            type: 'ReplicaFailure',
            status: 'True',
            message: 'pods "web-" is forbidden: exceeded quota: small',
          },
        ],
      },
    }),
  ],
  [
    'a refusal of an old ReplicaSet is history',
    '1/2 1 of 2 pods created',
    deploymentOf({ replicas: 2 }, { replicas: 2, updatedReplicas: 1, availableReplicas: 1 }),
    newest,
    replicaSetOf('web-old', 1, {
      status: { conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'old' }] },
    }),
  ],
  [
    'pods are ready but must stay so',
    '0/1 pods must stay ready for 30s',
    deploymentOf(
      { replicas: 1, minReadySeconds: 30 },
      { replicas: 1, updatedReplicas: 1, availableReplicas: 0 },
    ),
    replicaSetOf('web-new', 2, { status: {} }),
    podOf('web-new-a', ['ReplicaSet', 'web-new'], readyPod),
  ],
];

test.each(deployments)('%s → %s', (_what, expected, about, ...around) => {
  expect(standing(about, around)).toBe(expected);
});

test('a pod is blamed by what owns it now, not by a name that looks alike', () => {
  const stranger = object('v1', 'Pod', 'web-new-z', {
    meta: owner('ReplicaSet', 'other'),
    status: waiting('ErrImagePull'),
  });
  const about = deploymentOf({ replicas: 2 }, { replicas: 2, updatedReplicas: 2, availableReplicas: 1 });
  expect(standing(about, [newest, stranger])).toBe('1/2 pods not available yet');
});
