import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import { blockedPods } from '../../../lib/domain/workloads/pods.ts';
import { object, readyPod, seen, waiting, warning } from './objects.ts';

const pod = (name: string, status: object, spec: object = {}): KubeObject =>
  object('v1', 'Pod', name, { spec, status });
const running = (more: object = {}) => ({
  phase: 'Running',
  containerStatuses: [
    { name: 'app', ready: false, started: true, restartCount: 0, state: { running: {} }, ...more },
  ],
});
const init = (state: object, more: object = {}) => ({
  phase: 'Pending',
  initContainerStatuses: [{ name: 'wait-db', ready: false, restartCount: 0, state, ...more }],
  containerStatuses: [
    { name: 'app', ready: false, restartCount: 0, state: { waiting: { reason: 'PodInitializing' } } },
  ],
});

const rows: readonly (readonly [what: string, said: string, ...pods: KubeObject[]])[] = [
  ['all are ready', '', pod('a', readyPod)],
  ['nothing has happened yet', 'pod a not started yet', pod('a', { phase: 'Pending' })],
  [
    'no node takes it',
    'pod a not scheduled: Unschedulable: 0/1 nodes are available: 1 Insufficient cpu.',
    pod('a', {
      phase: 'Pending',
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: '0/1 nodes are available: 1 Insufficient cpu.',
        },
      ],
    }),
  ],
  [
    'an error outranks what is under way',
    'pod b container app: InvalidImageName: bad',
    pod('a', waiting('ContainerCreating')),
    pod('b', waiting('InvalidImageName', 'bad')),
  ],
  [
    'among equals the lowest ordinal',
    'pod a-2 container app: ErrImagePull',
    pod('a-10', waiting('ErrImagePull')),
    pod('a-2', waiting('ErrImagePull')),
  ],
  [
    'a crash loop tells how it ended, not how long the back-off is',
    'pod a container app: CrashLoopBackOff: exit 137 (OOMKilled), 3 restarts',
    pod(
      'a',
      waiting('CrashLoopBackOff', 'back-off 40s restarting', {
        restartCount: 3,
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      }),
    ),
  ],
  [
    'it has exited',
    'pod a container app: exit 2 (Error): no such flag',
    pod('a', running({ state: { terminated: { exitCode: 2, reason: 'Error', message: 'no such flag\n' } } })),
  ],
  ['not ready', 'pod a container app: not ready', pod('a', running())],
  [
    'not ready, restarted',
    'pod a container app: not ready, 1 restart',
    pod('a', running({ restartCount: 1 })),
  ],
  [
    'not started by its probe',
    'pod a container app: startup probe has not passed',
    pod('a', running({ started: false })),
  ],
  ['an init container runs', 'pod a init container wait-db: still running', pod('a', init({ running: {} }))],
  [
    'an init container fails',
    'pod a init container wait-db: exit 3',
    pod('a', init({ terminated: { exitCode: 3 } })),
  ],
  [
    'an init container is done',
    'pod a container app: PodInitializing',
    pod('a', init({ terminated: { exitCode: 0 } })),
  ],
  [
    'a sidecar is no init container',
    'pod a container wait-db: not ready',
    pod('a', init({ running: {} }), { initContainers: [{ name: 'wait-db', restartPolicy: 'Always' }] }),
  ],
  [
    'evicted',
    'pod a Evicted: node was low on memory',
    pod('a', { phase: 'Failed', reason: 'Evicted', message: 'node was low on memory' }),
  ],
  [
    'a readiness gate',
    'pod a ReadinessGatesNotReady: corresponding condition of pod readiness gate "lb" does not exist.',
    pod('a', {
      phase: 'Running',
      conditions: [
        {
          type: 'Ready',
          status: 'False',
          reason: 'ReadinessGatesNotReady',
          message: 'corresponding condition of pod readiness gate "lb" does not exist.',
        },
      ],
      containerStatuses: [{ name: 'app', ready: true, restartCount: 0, state: { running: {} } }],
    }),
  ],
];

test.each(rows)('%s → %s', (_what, said, ...pods) => {
  expect(blockedPods(pods, seen(...pods))).toBe(said);
});

test.each([
  [
    'the probe’s own answer',
    running(),
    'Unhealthy',
    'Readiness probe failed: HTTP probe failed with statuscode: 503',
    'spec.containers{app}',
    'pod a container app: not ready: Readiness probe failed: HTTP probe failed with statuscode: 503',
  ],
  [
    'another container’s probe',
    running(),
    'Unhealthy',
    'no',
    'spec.containers{other}',
    'pod a container app: not ready',
  ],
  [
    'a volume that cannot be mounted',
    waiting('ContainerCreating'),
    'FailedMount',
    'secret "tls" not found',
    '',
    'pod a FailedMount: secret "tls" not found',
  ],
  [
    'a mount that has worked since',
    running(),
    'FailedMount',
    'secret "tls" not found',
    '',
    'pod a container app: not ready',
  ],
])('an event tells more: %s', (_what, status, reason, message, fieldPath, said) => {
  const about = pod('a', status);
  expect(blockedPods([about], seen(about, warning(about, reason, message, fieldPath)))).toBe(said);
});

test('a long message keeps both ends in one line', () => {
  const message = `failed to pull\n${'x'.repeat(500)}: not found`;
  const said = blockedPods([pod('a', waiting('ErrImagePull', message))], seen());
  expect(said).toMatch(/^pod a container app: ErrImagePull: failed to pull x+ … x+: not found$/);
  expect(said.length).toBeLessThan(280);
});
