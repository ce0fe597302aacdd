import { expect, test } from '@jest/globals';
import { idOf } from '../../../../lib/domain/workloads/kind.ts';
import { refusalKind, refusalWords } from '../../../../lib/domain/workloads/pod-refusal.ts';
import { object } from '../../workloads/objects.ts';
import {
  app,
  both,
  deployment,
  judged,
  newSet,
  pod,
  rollOut,
  rollOutOf,
  see,
  up,
  warn,
  when,
  type Row,
} from './scene.ts';

const forbidden = (words: string) => `pods "web-new-x7x2p" is forbidden: ${words}`;
const quota = forbidden('exceeded quota: few, requested: pods=1, used: pods=3, limited: pods=3');
const security = forbidden(
  'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "app" must set securityContext.allowPrivilegeEscalation=false)',
);
const noWebhook =
  'Internal error occurred: failed calling webhook "vet.acme.dev": failed to call webhook: Post "https://vet.acme.svc:443/?timeout=10s": no endpoints available for service "vet"';
const webhookDenies = 'admission webhook "vet.acme.dev" denied the request: image is not signed';
const policyDenies =
  "pods \"web-new-\" is forbidden: ValidatingAdmissionPolicy 'signed' with binding 'all' denied request: image is not signed";
const tooMuch = forbidden('maximum memory usage per Container is 64Mi, but limit is 128Mi');
const noClass = forbidden('no PriorityClass with name high was found');

const failing = (message: string, since = '2026-01-01T00:00:02Z') => ({
  conditions: [
    { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message, lastTransitionTime: since },
  ],
});
const refused = (message: string, second = 2) => see(second, newSet(failing(message)));

const rows: Row[] = [
  ['a quota', 'fail 17s', 'fail 92s', rollOut(refused(quota))],
  [
    'a quota that comes free when an old pod has left',
    'fail 17s',
    'pass 50s',
    rollOut(refused(quota), see(40, newSet()), up(50)),
  ],
  ['PodSecurity', 'fail 2s', 'fail 2s', rollOut(refused(security))],
  ['a webhook that is not up', 'fail 17s', 'fail 92s', rollOut(refused(noWebhook))],
  [
    'a webhook that comes up with this release',
    'fail 17s',
    'pass 50s',
    rollOut(refused(noWebhook), see(40, newSet()), up(50)),
  ],
  ['a webhook that says no', 'fail 2s', 'fail 2s', rollOut(refused(webhookDenies))],
  ['a policy that says no', 'fail 2s', 'fail 2s', rollOut(refused(policyDenies))],
  ['a LimitRange', 'fail 2s', 'fail 2s', rollOut(refused(tooMuch))],
  ['no such PriorityClass', 'fail 12s', 'fail 47s', rollOut(refused(noClass))],
  ['a PriorityClass that is made meanwhile', 'fail 12s', 'pass 30s', rollOut(refused(noClass), up(30))],
  ['any other rule', 'fail 17s', 'fail 32s', rollOut(refused(forbidden('pod does not have "kms" label')))],
  [
    'an API that is slow',
    'fail 32s',
    'fail 122s',
    rollOut(refused('Timeout: request did not complete within requested timeout')),
  ],
  [
    'the condition keeps its first text: a fresh event tells that it is another reason now',
    'fail 9s',
    'fail 9s',
    rollOut(refused(quota), warn(9, newSet(), 'FailedCreate', `Error creating: ${security}`)),
  ],
  [
    'the condition is the last rollout’s (helm#3875)',
    'pass 300s',
    'pass 300s',
    rollOut(
      see(0.1, deployment(failing(security), { generation: 1 })),
      see(2, newSet(failing(security))),
      up(300),
    ),
  ],
  [
    'the condition is the last rollout’s, and the API refuses again',
    'fail 5s',
    'fail 5s',
    rollOut(
      see(0.1, deployment(failing(security), { generation: 1 })),
      see(2, newSet(failing(security))),
      warn(5, newSet(), 'FailedCreate', `Error creating: ${security}`),
    ),
  ],
  [
    'not even the ReplicaSet is allowed',
    'fail 17s',
    'fail 92s',
    rollOut(
      see(
        2,
        deployment(
          {
            observedGeneration: 1,
            conditions: [
              {
                type: 'Progressing',
                status: 'False',
                reason: 'ReplicaSetCreateError',
                message:
                  'Failed to create new replica set "web-new": replicasets.apps "web-new" is forbidden: exceeded quota: few, requested: count/replicasets.apps=1, used: count/replicasets.apps=9, limited: count/replicasets.apps=9',
                lastUpdateTime: '2026-01-01T00:00:02Z',
              },
            ],
          },
          {},
        ),
      ),
    ),
  ],
];

test.each(rows)('%s → strict %s, balanced %s', (...row) => {
  expect(both(row)).toEqual([row[1], row[2]]);
});

test('the cause is the API’s, without a name that is made up for each try', () => {
  expect(judged(rollOut(refused(security)))).toMatchObject({
    reason:
      'Deployment shop/web: its pods are refused: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "app" must set securityContext.allowPrivilegeEscalation=false)',
    findings: [{ rule: 'PodsRefused', severity: 'terminal', remedy: expect.stringContaining('policy') }],
  });
});

const set = object('apps/v1', 'StatefulSet', 'db', {
  spec: { replicas: 3 },
  status: { observedGeneration: 1, updateRevision: 'r2' },
});
const create = (message: string) => `create Pod db-0 in StatefulSet db failed error: ${message}`;
const made = (name: string) =>
  pod(app({}), { name, by: ['StatefulSet', 'db'], meta: { labels: { 'controller-revision-hash': 'r2' } } });

test.each([
  ['since the apply', 'fail 92s', [...warn(2, set, 'FailedCreate', create(quota))]],
  ['before the apply', 'late', [...warn(0.7, set, 'FailedCreate', create(quota))]],
  [
    'before the apply and again since',
    'fail 95s',
    [...warn(0.7, set, 'FailedCreate', create(quota)), ...warn(5, set, 'FailedCreate', create(quota))],
  ],
  [
    'since the apply, and a pod was made then: the event is old, however slowly it boots',
    'late',
    [...warn(2, set, 'FailedCreate', create(quota)), ...see(20, made('db-0'))],
  ],
  [
    'again after a pod was made',
    'fail 120s',
    [
      ...warn(2, set, 'FailedCreate', create(quota)),
      ...see(20, made('db-0')),
      ...warn(30, set, 'FailedCreate', create(quota).replace('db-0', 'db-1')),
    ],
  ],
])('a StatefulSet has only events: %s → %s', (_what, expected, happens) => {
  expect(when(rollOutOf(set, happens), 'balanced', idOf(set))).toBe(expected);
});

test.each([
  [`(combined from similar events): Error creating: ${quota}`, 'quota', /^exceeded quota: few/],
  [create(webhookDenies), 'policy', /^admission webhook/],
  [noWebhook, 'webhook', /^failed calling webhook/],
  [
    forbidden('cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000'),
    'limits',
    /^cpu max/,
  ],
])('%s is %s', (text, kind, words) => {
  expect(refusalKind(text)).toBe(kind);
  expect(refusalWords(text)).toMatch(words);
});
