import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import { object, podOf, waiting, standing, type Row } from './objects.ts';

const onDelete = { updateStrategy: { type: 'OnDelete' } };
const daemon = (status: object, spec: object = {}, meta = {}): KubeObject =>
  object('apps/v1', 'DaemonSet', 'log', { meta, spec, status: { observedGeneration: 1, ...status } });
const template = (generation: string) => ({
  annotations: { 'deprecated.daemonset.template.generation': generation },
});

const daemonSets: Row[] = [
  [
    'on every node',
    'ready 3/3',
    daemon({ desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 }),
  ],
  ['no node wants it', 'ready 0/0', daemon({ desiredNumberScheduled: 0, numberMisscheduled: 0 })],
  [
    '0 of 0 before the controller has looked',
    '0/0 the controller has not looked at generation 1 yet',
    daemon({ observedGeneration: 0 }),
  ],
  [
    'a node has joined',
    '3/4 3 of 4 nodes have the new revision',
    daemon({
      desiredNumberScheduled: 4,
      currentNumberScheduled: 3,
      updatedNumberScheduled: 3,
      numberAvailable: 3,
    }),
  ],
  [
    'OnDelete: old pods count',
    'ready 3/3',
    daemon({ desiredNumberScheduled: 3, updatedNumberScheduled: 0, numberAvailable: 3 }, onDelete),
  ],
  [
    'a pod of the newest template is blamed',
    '2/3 pod log-b container app: CrashLoopBackOff: exit 1 (Error), 4 restarts',
    daemon({ desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 }, {}, template('7')),
    podOf('log-a', ['DaemonSet', 'log'], waiting('ErrImagePull'), {
      labels: { 'pod-template-generation': '6' },
    }),
    podOf(
      'log-b',
      ['DaemonSet', 'log'],
      waiting('CrashLoopBackOff', 'back-off 40s', {
        restartCount: 4,
        lastState: { terminated: { exitCode: 1, reason: 'Error' } },
      }),
      { labels: { 'pod-template-generation': '7' } },
    ),
  ],
  [
    'a node has gone silent',
    '1/2 pod log-a not ready although its containers are (node n2)',
    daemon({ desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 }),
    {
      ...podOf('log-a', ['DaemonSet', 'log'], {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'False' }],
        containerStatuses: [{ name: 'app', ready: true, restartCount: 0, state: { running: {} } }],
      }),
      spec: { nodeName: 'n2' },
    },
  ],
];

test.each(daemonSets)('%s → %s', (_what, expected, about, ...around) => {
  expect(standing(about, around)).toBe(expected);
});
