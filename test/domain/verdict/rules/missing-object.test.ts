import { expect, test } from '@jest/globals';
import type { Probe } from '../../../../lib/domain/verdict/types.ts';
import { idOf } from '../../../../lib/domain/workloads/kind.ts';
import { object } from '../../workloads/objects.ts';
import {
  answer,
  app,
  both,
  judged,
  newSet,
  pod,
  rollOut,
  rollOutOf,
  running,
  see,
  stopped,
  up,
  warn,
  when,
  type Row,
} from './scene.ts';

const secret: Probe = { kind: 'object', subject: 'Secret shop/db' };
const lacks = (message: string, second = 2) =>
  see(second, pod(stopped('CreateContainerConfigError', message)));
const noSecret = lacks('secret "db" not found');
const creating = pod(stopped('ContainerCreating'));
const notMounted = (words: string, second = 3) =>
  warn(second, creating, 'FailedMount', `MountVolume.SetUp failed for volume "tls" : ${words}`);
const setUp = { status: { conditions: [{ type: 'PodReadyToStartContainers', status: 'True' }] } };

const rows: Row[] = [
  ['nobody promises it', 'fail 12s', 'fail 32s', rollOut(noSecret, answer(3, secret, 'absent'))],
  [
    'it is made by hand within the grace',
    'fail 12s',
    'pass 30s',
    rollOut(noSecret, answer(3, secret, 'absent'), up(30)),
  ],
  [
    'an ExternalSecret promises it, and keeps it after 20s',
    'pass 40s',
    'pass 40s',
    rollOut(noSecret, answer(3, secret, 'promised'), answer(22, secret, 'present'), up(40)),
  ],
  [
    'an ExternalSecret promises it, and does not keep it',
    'fail 62s',
    'fail 182s',
    rollOut(noSecret, answer(3, secret, 'promised')),
  ],
  [
    'it came, but the kubelet takes it only a minute later',
    'pass 70s',
    'pass 70s',
    rollOut(noSecret, answer(3, secret, 'absent'), answer(11, secret, 'present'), up(70)),
  ],
  [
    'it came, and the pod never takes it',
    'fail 71s',
    'fail 131s',
    rollOut(noSecret, answer(3, secret, 'absent'), answer(11, secret, 'present')),
  ],
  ['nobody may look', 'fail 32s', 'fail 62s', rollOut(noSecret, answer(3, secret, 'unknown'))],
  ['nobody has answered', 'fail 32s', 'fail 62s', rollOut(noSecret)],
  [
    'a key is missing',
    'fail 12s',
    'fail 32s',
    rollOut(lacks("couldn't find key password in Secret shop/db")),
  ],
  [
    'a key is missing for 20s',
    'fail 12s',
    'pass 25s',
    rollOut(lacks("couldn't find key password in Secret shop/db"), up(25)),
  ],
  [
    'the cache of the kubelet is late',
    'late',
    'late',
    rollOut(lacks('failed to sync secret cache: timed out waiting for the condition')),
  ],
  [
    'a volume of it cannot be mounted',
    'fail 13s',
    'fail 33s',
    rollOut(see(2, creating), notMounted('secret "db" not found'), answer(3, secret, 'absent')),
  ],
  [
    'a key of a volume',
    'fail 13s',
    'fail 33s',
    rollOut(see(2, creating), notMounted('references non-existent secret key: tls.key')),
  ],
  [
    'it is mounted since, and the image takes its time: the event is old',
    'pass 300s',
    'pass 300s',
    rollOut(
      see(2, creating),
      notMounted('secret "db" not found'),
      see(9, pod(stopped('ContainerCreating'), setUp)),
      answer(9, secret, 'present'),
      up(300),
    ),
  ],
  [
    'an older node does not say that it is mounted, but its container runs',
    'pass 300s',
    'pass 300s',
    rollOut(see(2, creating), notMounted('secret "db" not found'), see(9, pod(running())), up(300)),
  ],
];

test.each(rows)('%s → strict %s, balanced %s', (...row) => {
  expect(both(row)).toEqual([row[1], row[2]]);
});

test.each([
  ['secret "db" not found', 'Secret shop/db does not exist'],
  ['configmap "web-env" not found', 'ConfigMap shop/web-env does not exist'],
  ["couldn't find key password in Secret shop/db", 'key password of Secret shop/db does not exist'],
  ["couldn't find key port in ConfigMap shop/web-env", 'key port of ConfigMap shop/web-env does not exist'],
])('%s → %s', (message, cause) => {
  const [, kind = '', name = ''] = /(Secret|ConfigMap) (shop\/\S+)/.exec(cause) ?? [];
  const verdict = judged(
    rollOut(lacks(message), answer(3, { kind: 'object', subject: `${kind} ${name}` }, 'absent')),
  );
  expect(verdict.reason).toBe(`Deployment shop/web: pod web-a container app: ${cause}`);
  expect(verdict.findings[0]).toMatchObject({ rule: 'MissingObject', proof: message });
});

test('two objects have a patience each', () => {
  const two = rollOut(
    see(2, creating),
    notMounted('secret "db" not found'),
    notMounted('configmap "web-env" not found', 20),
    answer(4, secret, 'promised'),
    answer(22, { kind: 'object', subject: 'ConfigMap shop/web-env' }, 'absent'),
    answer(30, secret, 'present'),
  );
  expect(when(two, 'balanced')).toBe('fail 50s');
  expect(judged(two).reason).toContain('ConfigMap shop/web-env does not exist');
});

const noAccount = 'error looking up service account shop/web: serviceaccount "web" not found';
const account: Probe = { kind: 'object', subject: 'ServiceAccount shop/web' };

test('a ServiceAccount: of a Deployment by its ReplicaSet’s condition', () => {
  const message = `pods "web-new-" is forbidden: ${noAccount}`;
  const conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }];
  const observations = rollOut(see(2, newSet({ conditions })), answer(3, account, 'absent'));
  expect(when(observations, 'strict')).toBe('fail 12s');
  expect(judged(observations).reason).toBe(
    'Deployment shop/web: new pods: ServiceAccount shop/web does not exist',
  );
  expect(
    when(rollOut(see(2, newSet({ conditions })), answer(3, account, 'absent'), up(28)), 'balanced'),
  ).toBe('pass 28s');
});

test('a ServiceAccount: of a StatefulSet by an event', () => {
  const set = object('apps/v1', 'StatefulSet', 'db', {
    status: { observedGeneration: 1, updateRevision: 'r2' },
  });
  const message = `create Pod db-0 in StatefulSet db failed error: pods "db-0" is forbidden: ${noAccount}`;
  const refusal = warn(2, set, 'FailedCreate', message);
  const made = pod(app({}), {
    name: 'db-0',
    by: ['StatefulSet', 'db'],
    meta: { labels: { 'controller-revision-hash': 'r2' } },
  });
  const observations = rollOutOf(set, refusal, answer(3, account, 'absent'));
  expect(when(observations, 'balanced', idOf(set))).toBe('fail 32s');
  expect(when([...observations, ...see(15, made)], 'balanced', idOf(set))).toBe('late');
});
