import { expect, test } from '@jest/globals';
import { chooseEvidence } from '../../../lib/domain/evidence/choose.ts';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import type { Verdict } from '../../../lib/domain/verdict/types.ts';
import { blind, sighted } from '../verdict/rollout.ts';
import { object, replicaSetOf } from '../workloads/objects.ts';
import {
  container,
  crashing,
  ended,
  failed,
  finding,
  newSet,
  oldSet,
  pod,
  running,
  watched,
  web,
} from './rollout.ts';

const crash = 'pod web-new-a container app: crashed 3 times: exit 1 (Error)';

const choose = (verdict: Verdict, ...objects: KubeObject[]) =>
  chooseEvidence(verdict, watched([web, oldSet], [newSet, ...objects])).scenes;

/** `previous web-new-a/app exit 1 (Error)`: the logs that are to be read. */
const logs = (verdict: Verdict, ...objects: KubeObject[]): string[] =>
  choose(verdict, ...objects).flatMap(({ wanted }) =>
    wanted.map(({ run, pod: name, container: of, ended: how }) => `${run} ${name}/${of} ${how}`),
  );

test('a crash: who owns it, how its containers stand, and the log of the run that crashed', () => {
  expect(choose(failed([finding(crash)]), crashing('web-new-a'))).toEqual([
    {
      subject: 'Deployment shop/web',
      rule: 'CrashLoop',
      cause: crash,
      remedy: 'read its log',
      id: expect.objectContaining({ kind: 'Deployment', name: 'web' }),
      alike: [],
      owners: ['Deployment shop/web', 'ReplicaSet shop/web-new', 'Pod shop/web-new-a'],
      containers: [
        {
          name: 'app',
          image: 'shop:2',
          state: expect.stringContaining('waiting: CrashLoopBackOff: back-off 20s'),
          last: 'exit 1 (Error) at 2026-01-01T00:00:02Z',
          restarts: 3,
        },
        {
          name: 'proxy',
          image: 'envoy:1',
          state: 'running since 2026-01-01T00:00:03Z',
          last: '',
          restarts: 0,
        },
      ],
      events: [],
      wanted: [
        { namespace: 'shop', pod: 'web-new-a', container: 'app', run: 'previous', ended: 'exit 1 (Error)' },
      ],
    },
  ]);
});

const app = (state: object, lastState: object = {}, more: object = {}): KubeObject =>
  pod('web-new-a', [container('app', state, { lastState, ...more })]);

test.each<[string, KubeObject, string[]]>([
  ['it has never begun', app({ waiting: { reason: 'ErrImagePull', message: 'not found' } }), []],
  ['it could not be started', app(ended(128, 'StartError'), ended(128, 'StartError')), []],
  ['its first run is over', app(ended(2)), ['current web-new-a/app exit 2 (Error)']],
  [
    'it runs again, after a crash',
    app(running, ended(137, 'OOMKilled')),
    ['previous web-new-a/app exit 137 (OOMKilled)', 'current web-new-a/app still running'],
  ],
  [
    'it has just crashed again',
    app(ended(3), ended(1)),
    ['previous web-new-a/app exit 1 (Error)', 'current web-new-a/app exit 3 (Error)'],
  ],
  ['it runs and is not ready', app(running), ['current web-new-a/app still running']],
])('the runs that have left a log: %s', (_, only, expected) => {
  expect(logs(failed([finding('pod web-new-a container app: why')]), only)).toEqual(expected);
});

test('the container that the cause names comes first, then what else is in trouble, never what is well', () => {
  const both = pod('web-new-a', [
    container('app', ended(1)),
    container('proxy', running, { ready: false }),
    container('agent', running, { ready: true }),
  ]);
  expect(logs(failed([finding('pod web-new-a container proxy: HTTP probe failed')]), both)).toEqual([
    'current web-new-a/proxy still running',
    'current web-new-a/app exit 1 (Error)',
  ]);
});

test('an init container is told as one, and its log is read', () => {
  const init = pod('web-new-a', [container('app', { waiting: { reason: 'PodInitializing' } })], {
    status: { initContainerStatuses: [container('migrate', ended(4), { lastState: ended(4) })] },
  });
  const [scene] = choose(
    failed([finding('pod web-new-a init container migrate: crashed 2 times: exit 4 (Error)')]),
    init,
  );
  expect(scene?.containers.map(({ name, state }) => `${name}: ${state}`)).toEqual([
    'migrate (init): exit 4 (Error) at 2026-01-01T00:00:02Z',
    'app: waiting: PodInitializing',
  ]);
  expect(scene?.wanted.map(({ run }) => run)).toEqual(['previous', 'current']);
});

test('ten pods that crash alike are one failure, whatever moment of it each is in', () => {
  const others = Array.from({ length: 8 }, (_, index) => crashing(`web-new-b${index}`, index));
  const between = pod('web-new-c', [container('app', running, { lastState: ended(1), restartCount: 2 })]);
  const different = pod('web-new-d', [container('app', ended(137, 'OOMKilled'))]);
  const [scene, ...more] = choose(
    failed([finding(crash)]),
    crashing('web-new-a'),
    ...others,
    between,
    different,
  );
  expect(more).toEqual([]);
  expect(scene?.alike).toEqual(['9 more pods of it']);
  expect(scene?.wanted).toHaveLength(1);
});

/** Another Deployment with one pod in the same state. */
function twin(name: string, image: string): KubeObject[] {
  const set = replicaSetOf(`${name}-new`, 2, {
    meta: { ownerReferences: [{ kind: 'Deployment', name, uid: `uid-Deployment-${name}` }] },
  });
  const deployment = object('apps/v1', 'Deployment', name, { status: { observedGeneration: 1 } });
  const crashed = [container('app', ended(1), { restartCount: 2 })];
  return [deployment, set, pod(`${name}-new-x`, crashed, { by: ['ReplicaSet', `${name}-new`], image })];
}

test.each([
  ['the same image: one failure', 'shop:2', [['Deployment shop/worker']]],
  ['another image: each has its own', 'worker:2', [[], []]],
])('two workloads with one cause, %s', (_, image, alike) => {
  const [worker, ...around] = twin('worker', image) as [KubeObject, ...KubeObject[]];
  const same = finding('pod worker-new-x container app: crashed 4 times: exit 1 (Error)', {
    subject: 'Deployment shop/worker',
  });
  const scenes = choose(
    failed([finding(crash), same], [web, worker]),
    crashing('web-new-a'),
    worker,
    ...around,
  );
  expect(scenes.map((scene) => scene.alike)).toEqual(alike);
});

test('what decided comes first; what only counts the time is left out where another says why', () => {
  const late = finding('no progress for 12s', { rule: 'ProgressDeadlineExceeded', severity: 'terminal' });
  const why = finding(crash);
  const other = finding('its pods are refused', {
    subject: 'Job shop/seed',
    rule: 'PodsRefused',
    severity: 'terminal',
  });
  const note = finding('evicted', { rule: 'Disrupted', severity: 'advisory' });
  const verdict = { ...failed([late, why, other, note]), reason: 'Job shop/seed: its pods are refused' };
  expect(choose(verdict).map(({ rule }) => rule)).toEqual(['PodsRefused', 'CrashLoop']);
  expect(choose(failed([late])).map(({ rule }) => rule)).toEqual(['ProgressDeadlineExceeded']);
});

test('where no pod was made: who was to make it', () => {
  const [scene] = choose(failed([finding('its pods are refused: exceeded quota', { rule: 'PodsRefused' })]));
  expect(scene).toMatchObject({
    owners: ['Deployment shop/web', 'ReplicaSet shop/web-new'],
    containers: [],
    wanted: [],
  });
});

test('where the cause names no pod: the one in the worst trouble, of a Job the last attempt', () => {
  const seed = object('batch/v1', 'Job', 'seed');
  const attempt = (name: string, made: string): KubeObject =>
    pod(name, [container('app', ended(5))], { by: ['Job', 'seed'], meta: { creationTimestamp: made } });
  const verdict = failed(
    [finding('BackoffLimitExceeded', { subject: 'Job shop/seed', rule: 'JobFailed' })],
    [seed],
  );
  expect(
    logs(verdict, seed, attempt('seed-b', '2026-01-01T00:00:09Z'), attempt('seed-a', '2026-01-01T00:00:01Z')),
  ).toEqual(['current seed-b/app exit 5 (Error)']);
});

test('a pod of the revision before is looked at only where the cause names it', () => {
  const old = pod('web-old-a', [container('app', ended(9))], { by: ['ReplicaSet', 'web-old'] });
  const fresh = pod('web-new-a', [container('app', running)]);
  const of = (cause: string): string[] => logs(failed([finding(cause)]), old, fresh);
  expect(of('no progress')).toEqual(['current web-new-a/app still running']);
  expect(of('it waits for pod web-old-a of an older revision')).toEqual([
    'current web-old-a/app exit 9 (Error)',
  ]);
});

test('six logs in all, and every failure has one before any has two', () => {
  const names = ['one', 'two', 'three', 'four'];
  const around = names.flatMap((name) => twin(name, `${name}:1`));
  const workloads = around.filter(({ kind }) => kind === 'Deployment');
  const again = around.map((each) =>
    each.kind === 'Pod'
      ? { ...each, status: { containerStatuses: [container('app', ended(1), { lastState: ended(1) })] } }
      : each,
  );
  const findings = names.map((name) =>
    finding(`pod ${name}-new-x container app: crashed`, { subject: `Deployment shop/${name}` }),
  );
  const scenes = choose(failed(findings, workloads), ...again);
  expect(scenes.map(({ wanted }) => wanted.map(({ run }) => run).join())).toEqual([
    'previous,current',
    'previous,current',
    'previous',
    'previous',
  ]);
});

test('more failures than are shown are counted', () => {
  const findings = Array.from({ length: 10 }, (_, index) =>
    finding('gone', { subject: `Job shop/job-${index}` }),
  );
  const { scenes, missing } = chooseEvidence(failed(findings), []);
  expect(scenes).toHaveLength(8);
  expect(missing).toEqual(['2 more failures: see the findings']);
});

test('without a finding: what is not ready; without that: the reason', () => {
  const lost = { ...failed([]), outcome: 'inconclusive' as const, reason: 'cannot see Pods in shop: gone' };
  expect(choose(lost, crashing('web-new-a'))).toMatchObject([
    { subject: 'Deployment shop/web', cause: 'pod web-new-a container app: exit 1 (Error)', rule: '' },
  ]);
  expect(choose({ ...failed([], []), reason: 'helm test failed' })).toMatchObject([
    { subject: '', cause: 'helm test failed', owners: [], wanted: [] },
  ]);
});

test('what could not be seen at the end is missing', () => {
  const { missing } = chooseEvidence(failed([finding(crash)]), [
    blind(1, 'forbidden', '/Event'),
    blind(1, 'lost', '/Pod'),
    sighted(2, '/Pod'),
  ]);
  expect(missing).toEqual(['Events in shop could not be seen: deployments.apps is forbidden']);
});
