import { expect, test } from '@jest/globals';
import type { KubeObject, ObjectId } from '../../../lib/domain/kubernetes.ts';
import { createEngine } from '../../../lib/domain/verdict/engine.ts';
import { replay } from '../../../lib/domain/verdict/replay.ts';
import type { Rule } from '../../../lib/domain/verdict/rules/rule.ts';
import type { Expectation, Observation } from '../../../lib/domain/verdict/types.ts';
import { idOf } from '../../../lib/domain/workloads/kind.ts';
import { deploymentOf, object, podOf, replicaSetOf, waiting } from '../workloads/objects.ts';
import { applied, blind, expecting, gone, saw, sighted, web } from './rollout.ts';

const full = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
const at = (generation: number, status: object, meta: object = {}) =>
  deploymentOf({ replicas: 1 }, status, { generation, ...meta });
const job = (status: object, uid = 'uid-1'): KubeObject =>
  object('batch/v1', 'Job', 'seed', { meta: { uid }, status });
const seed: ObjectId = { ...idOf(job({})) };
const done = { conditions: [{ type: 'Complete', status: 'True' }] };
const failed = {
  conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'limit reached' }],
};
/** `pass: …`, `fail: …` with the time it took. */
const outcome = (expectation: Expectation, ...observations: Observation[]): string => {
  const verdict = replay(expectation, observations);
  return `${verdict?.at}: ${verdict?.outcome}: ${verdict?.reason}`;
};

test.each<[what: string, expected: string, expectation: Expectation, ...Observation[]]>([
  [
    'ready before the apply is not ready after it',
    '30: pass: 1 of 1 workloads ready',
    expecting(web),
    saw(1, at(1, full)),
    applied(10, at(2, {})),
    saw(20, at(1, full)),
    saw(30, at(2, full)),
  ],
  [
    'nothing passes before the apply',
    '1000: inconclusive: not applied within 1s',
    expecting(web),
    saw(1, at(1, full)),
  ],
  [
    'unchanged and ready passes at once',
    '10: pass: 1 of 1 workloads ready',
    expecting(web),
    saw(1, at(1, full)),
    applied(10, at(1, full)),
  ],
  ['nothing is gated', '10: pass: nothing to wait for', expecting(), applied(10)],
  [
    'the controller has gone on: a newer generation counts',
    '20: pass',
    expecting(web),
    applied(10, at(2, {})),
    saw(20, at(5, full)),
  ],
  [
    'made anew under the same name: its generation starts again',
    '20: pass',
    expecting(web),
    saw(1, at(7, {}, { uid: 'a' })),
    applied(10, at(7, {}, { uid: 'a' })),
    saw(20, at(1, full, { uid: 'b' })),
  ],
  [
    'it never comes',
    '1000: fail: not ready after 1s: 0 of 1 workloads ready: Deployment shop/web 0 of 1 ready, blocked on it does not exist',
    expecting(web),
    applied(10),
  ],
  [
    'it is deleted after it was seen',
    '1000: fail: not ready after 1s: 0 of 1 workloads ready: Deployment shop/web 0 of 1 ready, blocked on it does not exist',
    expecting(web),
    saw(1, at(2, {})),
    applied(10, at(2, {})),
    gone(20, at(2, {})),
  ],
  [
    'out of time names the first that is not ready',
    '1000: fail: not ready after 1s: 1 of 2 workloads ready: Deployment shop/web 0 of 1 ready, blocked on no ReplicaSet of its own yet',
    expecting(web, seed),
    saw(1, job(done)),
    saw(1, at(2, {})),
    applied(10, at(2, {})),
  ],
  [
    'the API is lost to the end',
    '1000: inconclusive: cannot see Deployments in shop: connection refused',
    expecting(web),
    saw(1, at(2, {})),
    applied(10, at(2, {})),
    blind(20),
  ],
  [
    'the API is lost and comes back',
    '50: pass',
    expecting(web),
    applied(10, at(2, {})),
    blind(20),
    sighted(40),
    saw(50, at(2, full)),
  ],
  [
    'ready, but that is only what was seen before the loss',
    '1000: inconclusive: cannot see',
    expecting(web, seed),
    saw(1, at(2, full)),
    applied(10, at(2, full)),
    blind(20),
    saw(30, job(done)),
  ],
  [
    'what explains is lost, what is judged is not',
    '30: pass',
    expecting(web),
    applied(10, at(2, {})),
    blind(20, 'lost', '/Pod'),
    saw(30, at(2, full)),
  ],
  [
    'RBAC forbids to see it: no use in waiting',
    '20: inconclusive: cannot see Deployments in shop: deployments.apps is forbidden',
    expecting(web),
    applied(10, at(2, {})),
    blind(20, 'forbidden'),
  ],
  [
    'a Job fails while another waits',
    '30: fail: Job shop/seed: BackoffLimitExceeded',
    expecting(web, seed),
    applied(10, at(2, {})),
    saw(30, job(failed)),
  ],
  [
    'a doomed one beats a lost one',
    '30: fail: Job shop/seed',
    expecting(web, seed),
    applied(10, at(2, {})),
    blind(20),
    saw(30, job(failed)),
  ],
  [
    'its TTL has deleted a Job that was done',
    '30: pass',
    expecting(seed),
    saw(5, job({})),
    applied(10, job({})),
    saw(20, job({})),
    saw(30, job(done)),
    gone(30, job(done)),
  ],
  [
    'its TTL was faster than the apply',
    '10: pass',
    expecting(seed),
    saw(5, job(done)),
    gone(6, job(done)),
    applied(10),
  ],
  [
    'a Job is made anew: the old one’s end does not count',
    '40: pass',
    expecting(seed),
    saw(5, job(failed, 'old')),
    gone(8, job(failed, 'old')),
    saw(9, job({}, 'new')),
    applied(10, job({}, 'new')),
    saw(40, job(done, 'new')),
  ],
])('%s → %s', (_what, expected, expectation, ...observations) => {
  expect(outcome(expectation, ...observations)).toContain(expected);
});

const stuck = (set: string) => replicaSetOf(set, 2, { status: {} });

test('while it waits it says how far each is, and when to judge again', () => {
  const engine = createEngine(expecting(web));
  expect(engine.judge(0)).toMatchObject({
    kind: 'waiting',
    until: 1_000,
    workloads: [{ ready: false, blockedOn: 'the release being applied' }],
  });
  engine.observe(applied(10, at(2, {})));
  engine.observe(saw(20, at(2, { replicas: 1, updatedReplicas: 1 })));
  engine.observe(
    saw(20, podOf('web-a', ['ReplicaSet', 'web-new'], waiting('ErrImagePull', 'manifest unknown'))),
  );
  engine.observe(saw(20, stuck('web-new')));
  expect(engine.judge(20)).toMatchObject({
    kind: 'waiting',
    workloads: [
      { id: web, done: 0, wanted: 1, blockedOn: 'pod web-a container app: ErrImagePull: manifest unknown' },
    ],
    probes: [],
  });
});

test('the seam: a rule that asks decides by the answer', () => {
  const probe = { kind: 'manifest', subject: 'registry/web:2', namespace: 'shop', again: false } as const;
  const rule: Rule = {
    name: 'ImageAbsent',
    severity: 'terminal',
    kinds: ['apps/Deployment'],
    when: '',
    trap: '',
    asks: () => [probe],
    detect: (about) =>
      about.answer(probe) === 'absent' ? { subject: 'x', cause: 'gone', proof: '', remedy: '' } : undefined,
  };
  const engine = createEngine(expecting(web), [rule]);
  engine.observe(applied(10, at(2, {})));
  engine.observe(saw(20, at(2, {})));
  expect(engine.judge(20)).toMatchObject({ kind: 'waiting', probes: [probe] });
  engine.observe({ at: 30, kind: 'answer', probe, answer: 'absent' });
  expect(engine.judge(30)).toMatchObject({
    kind: 'verdict',
    verdict: { outcome: 'fail', findings: [{ rule: 'ImageAbsent', firstSeen: 30 }] },
  });
});
