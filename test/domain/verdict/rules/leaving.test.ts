/** Pods that do not go, or that somebody else sends away. */
import { expect, test } from '@jest/globals';
import type { KubeObject, ObjectMeta } from '../../../../lib/domain/kubernetes.ts';
import type { Observation } from '../../../../lib/domain/verdict/types.ts';
import { object } from '../../workloads/objects.ts';
import {
  app,
  backingOff,
  both,
  crashed,
  deployment,
  judged,
  left,
  newSet,
  pod,
  rollOut,
  rollOutOf,
  running,
  see,
  when,
} from './scene.ts';

const going = (meta: Partial<ObjectMeta> = {}) => ({
  deletionTimestamp: '2026-01-01T00:00:32Z',
  deletionGracePeriodSeconds: 20,
  ...meta,
});
const set = (status: object = {}, spec: object = {}): KubeObject =>
  object('apps/v1', 'StatefulSet', 'db', {
    spec: { replicas: 2, ...spec },
    status: { observedGeneration: 1, updateRevision: 'r2', currentRevision: 'r1', ...status },
  });
const member = (
  name: string,
  revision: string,
  container: object,
  meta: Partial<ObjectMeta> = {},
  status = {},
) =>
  pod(container, {
    name,
    by: ['StatefulSet', 'db'],
    meta: { labels: { 'controller-revision-hash': revision }, ...meta },
    status,
  });
const settled = set({ currentRevision: 'r2', readyReplicas: 2, updatedReplicas: 2 });
const wasReady = {
  conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: '2026-01-01T00:10:00Z' }],
  startTime: '2026-01-01T00:00:00Z',
};

test.each<[string, string, string, KubeObject, Observation[]]>([
  [
    'a StatefulSet waits for a pod that does not go',
    'fail 82s',
    'fail 202s',
    set(),
    see(2, member('db-1', 'r1', running({ ready: true }), going())),
  ],
  [
    'it goes within its own time and the grace',
    'pass 80s',
    'pass 80s',
    set(),
    [
      ...see(2, member('db-1', 'r1', running({ ready: true }), going())),
      ...left(75, member('db-1', 'r1', running())),
      ...see(80, settled),
    ],
  ],
  [
    'it took most of a long grace period to end, and what holds it then has a patience of its own',
    'pass 345s',
    'pass 345s',
    set(),
    [
      ...see(2, member('db-1', 'r1', running(), going({ deletionGracePeriodSeconds: 300 }))),
      ...see(290, member('db-1', 'r1', crashed(1), going({ deletionGracePeriodSeconds: 0 }))),
      ...see(345, settled),
    ],
  ],
  [
    'an old pod that was never ready holds the new revision up',
    'fail 32s',
    'fail 122s',
    set(),
    see(2, member('db-0', 'r1', backingOff(9))),
  ],
  [
    'it becomes ready after all, and is replaced',
    'pass 31s',
    'pass 31s',
    set(),
    [...see(2, member('db-0', 'r1', running())), ...see(31, settled)],
  ],
  [
    'it was ready before: it is replaced in its turn',
    'late',
    'late',
    set(),
    see(2, member('db-0', 'r1', backingOff(9), {}, wasReady)),
  ],
  [
    'nothing waits for it',
    'late',
    'late',
    set({}, { podManagementPolicy: 'Parallel' }),
    see(2, member('db-0', 'r1', backingOff(9))),
  ],
])('%s → strict %s, balanced %s', (_what, strict, balanced, about, happens) => {
  expect(both(['', strict, balanced, rollOutOf(about, happens), about])).toEqual([strict, balanced]);
});

test('what holds a pod is named; a rolling Deployment starts its new pods beside it', () => {
  const held = pod(running(), {
    name: 'web-z',
    by: ['ReplicaSet', 'web-new'],
    meta: going({ finalizers: ['acme.dev/drain'] }),
  });
  const rolling = judged(rollOut(see(2, held)), 'strict');
  expect(rolling.at).toBe(600_000);
  expect(rolling.findings).toContainEqual(
    expect.objectContaining({
      rule: 'StuckTerminating',
      severity: 'advisory',
      cause: 'pod web-z is being deleted and does not go, held by acme.dev/drain',
    }),
  );
  const recreate = rollOut(see(1.5, deployment({}, {}, { strategy: { type: 'Recreate' } })), see(2, held));
  expect(when(recreate, 'strict')).toBe('fail 82s');
});

test('what ended a pod from outside is told, not judged', () => {
  const evicted = pod(app({ state: { terminated: { exitCode: 137, reason: 'Error' } } }), {
    status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' },
  });
  const taken = pod(running(), {
    name: 'web-b',
    meta: going(),
    status: {
      conditions: [
        {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'PreemptionByScheduler',
          message: 'default-scheduler: preempting to accommodate a higher priority pod',
        },
      ],
    },
  });
  const verdict = judged(rollOut(see(2, evicted), see(3, taken)), 'strict');
  expect(verdict.at).toBe(600_000);
  expect(verdict.findings).toContainEqual(
    expect.objectContaining({
      rule: 'Disrupted',
      severity: 'advisory',
      cause: 'pod web-a was ended from outside: Evicted: The node was low on resource: memory.',
    }),
  );
  expect(judged(rollOut(see(2, newSet()), see(3, taken))).findings).toContainEqual(
    expect.objectContaining({ rule: 'Disrupted', proof: expect.stringContaining('PreemptionByScheduler') }),
  );
});
