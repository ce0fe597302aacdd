import { expect, test } from '@jest/globals';
import type { KubeObject, ObjectId } from '../../../lib/domain/kubernetes.ts';
import { replay } from '../../../lib/domain/verdict/replay.ts';
import type { Expectation, Observation } from '../../../lib/domain/verdict/types.ts';
import { idOf } from '../../../lib/domain/workloads/kind.ts';
import { deploymentOf, object, podOf, replicaSetOf } from '../workloads/objects.ts';
import { applied, expecting, saw, web } from './rollout.ts';

const full = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
const at = (generation: number, status: object, meta: object = {}) =>
  deploymentOf({ replicas: 1 }, status, { generation, ...meta });
const timedOut = (since: string, set = 'web-new') => ({
  conditions: [
    {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: `ReplicaSet "${set}" has timed out progressing.`,
      lastUpdateTime: since,
    },
  ],
});
const job = (status: object, uid = 'uid-1'): KubeObject =>
  object('batch/v1', 'Job', 'seed', { meta: { uid }, status });
const seed: ObjectId = { ...idOf(job({})) };
const failed = {
  conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'limit reached' }],
};
/** `pass: …`, `fail: …` with the time it took. */
const outcome = (expectation: Expectation, ...observations: Observation[]): string => {
  const verdict = replay(expectation, observations);
  return `${verdict?.at}: ${verdict?.outcome}: ${verdict?.reason}`;
};

const before = '2026-01-01T00:00:00Z';
const later = '2026-01-01T00:10:00Z';
const stuck = (set: string) => replicaSetOf(set, 2, { status: {} });

test.each<[what: string, expected: string, ...Observation[]]>([
  [
    'it runs out',
    '30: fail: Deployment shop/web: no progress for 600s, blocked on',
    saw(1, at(1, full)),
    applied(10, at(2, {})),
    saw(20, stuck('web-new')),
    saw(30, at(2, timedOut(later))),
  ],
  [
    'the mark of an earlier rollout under the new generation',
    '1000: fail: not ready',
    saw(1, at(1, timedOut(before))),
    applied(10, at(2, {})),
    saw(30, at(2, timedOut(before))),
  ],
  [
    'the same, then it runs out again',
    '40: fail: Deployment',
    saw(1, at(1, timedOut(before))),
    applied(10, at(2, {})),
    saw(30, at(2, timedOut(before))),
    saw(40, at(2, timedOut(later))),
  ],
  [
    'the mark of the failed ReplicaSet while an undo fills the old one',
    '1000: fail: not ready',
    applied(10, at(3, {})),
    saw(20, stuck('web-old')),
    saw(30, at(3, timedOut(later, 'web-bad'))),
  ],
  [
    'at a generation that the controller has not looked at',
    '1000: fail: not ready',
    applied(10, at(3, {})),
    saw(30, at(3, { observedGeneration: 2, ...timedOut(later) })),
  ],
  [
    'paused',
    '1000: fail: not ready',
    applied(10, at(2, {})),
    saw(30, deploymentOf({ paused: true }, timedOut(later), { generation: 2 })),
  ],
  ['ready all the same', '30: pass', applied(10, at(2, {})), saw(30, at(2, { ...full, ...timedOut(later) }))],
])('ProgressDeadlineExceeded: %s → %s', (_what, expected, ...observations) => {
  expect(outcome(expecting(web), ...observations)).toContain(expected);
});

test('an undo in the same recording is judged for itself', () => {
  const observations = [
    saw(1, at(1, full)),
    applied(10, at(2, {})),
    saw(20, stuck('web-bad')),
    saw(30, at(2, timedOut(before, 'web-bad'))),
    applied(40, at(3, timedOut(before, 'web-bad'))),
    saw(45, at(3, timedOut(before, 'web-bad'))),
    saw(60, at(3, full)),
  ];
  expect(outcome(expecting(web), ...observations)).toMatch(/^30: fail/);
  expect(outcome({ gated: [web], deadline: 1_041, timeout: 1_000 }, ...observations)).toMatch(/^60: pass/);
});

test('a failed Job says how its last pod ended, and what to do', () => {
  const pod = podOf('seed-x', ['Job', 'seed'], {
    phase: 'Failed',
    containerStatuses: [
      {
        name: 'app',
        ready: false,
        restartCount: 0,
        state: { terminated: { exitCode: 3, reason: 'Error', message: 'no table users' } },
      },
    ],
  });
  const about = object('batch/v1', 'Job', 'seed', { status: failed });
  const verdict = replay(expecting(seed), [saw(1, pod), applied(10, about), saw(20, about)]);
  expect(verdict).toMatchObject({
    outcome: 'fail',
    reason: 'Job shop/seed: BackoffLimitExceeded, pod seed-x container app: exit 3 (Error): no table users',
    findings: [
      {
        rule: 'JobFailed',
        severity: 'terminal',
        firstSeen: 20,
        proof: 'BackoffLimitExceeded: limit reached',
        remedy: expect.stringContaining('backoffLimit'),
      },
    ],
  });
});

test.each([
  [
    'v1',
    'Pod',
    { phase: 'Failed', reason: 'Evicted', message: 'low on memory' },
    'fail: Pod shop/x: Evicted: low on memory',
  ],
  [
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    {
      conditions: [
        {
          type: 'NamesAccepted',
          status: 'False',
          reason: 'PluralConflict',
          message: '"xs" is already in use',
        },
      ],
    },
    'fail: CustomResourceDefinition shop/x: its names are taken: PluralConflict: "xs" is already in use',
  ],
])('%s %s that will never be ready', (apiVersion, kind, status, expected) => {
  const about = object(apiVersion, kind, 'x', { status });
  expect(outcome(expecting(idOf(about)), applied(10, about), saw(20, about))).toContain(`20: ${expected}`);
});

test('old pods that stay on purpose are told, not judged', () => {
  const set = object('apps/v1', 'StatefulSet', 'db', {
    spec: { replicas: 3, updateStrategy: { type: 'OnDelete' } },
    status: {
      observedGeneration: 1,
      readyReplicas: 3,
      updatedReplicas: 1,
      currentRevision: 'a',
      updateRevision: 'b',
    },
  });
  expect(replay(expecting(idOf(set)), [applied(10, set), saw(10, set)])).toMatchObject({
    outcome: 'pass',
    findings: [
      {
        rule: 'OldRevisionKept',
        severity: 'advisory',
        cause: '2 pods of an older revision stay, as its update strategy says',
      },
    ],
  });
});

test('what nothing waits for is reported when it is not ready', () => {
  const service = object('v1', 'Service', 'edge', { spec: { type: 'LoadBalancer' } });
  const verdict = replay({ ...expecting(), advisory: [idOf(service)] }, [saw(1, service), applied(10)]);
  expect(verdict).toMatchObject({
    outcome: 'pass',
    workloads: [],
    findings: [
      {
        rule: 'NotReadyNotGated',
        severity: 'advisory',
        subject: 'Service shop/edge',
        cause: 'no address yet',
      },
    ],
  });
});
