import { expect, test } from '@jest/globals';
import { object, podOf } from '../../workloads/objects.ts';
import { idOf } from '../../../../lib/domain/workloads/kind.ts';
import {
  app,
  backingOff,
  both,
  crashed,
  judged,
  pod,
  restarted,
  rollOut,
  rollOutOf,
  running,
  see,
  stopped,
  up,
  warn,
  type Row,
} from './scene.ts';

const b = { name: 'web-b' };
/** Two crashes in quick succession, as the kubelet tells them: it backs off from the second on. */
const twice = [
  see(2, pod(running())),
  see(3, pod(crashed(1))),
  see(4, pod(restarted(1))),
  see(5, pod(crashed(2)), pod(backingOff(2))),
];
const thrice = [...twice, see(15, pod(restarted(2))), see(16, pod(crashed(3)))];

const init = (container: object) => ({
  ...pod(stopped('PodInitializing')),
  spec: { initContainers: [{ name: 'wait-db' }], containers: [{ name: 'app' }] },
  status: {
    phase: 'Pending',
    initContainerStatuses: [{ ...container, name: 'wait-db' }],
    containerStatuses: [app({ state: { waiting: { reason: 'PodInitializing' } } })],
  },
});

const startup = 'Startup probe failed: HTTP probe failed with statuscode: 503';

const rows: Row[] = [
  ['three crashes of the only pod', 'fail 5s', 'fail 16s', rollOut(...thrice)],
  [
    'two crashes, then fine (a sidecar race)',
    'fail 5s',
    'pass 20s',
    rollOut(...twice, see(15, pod(restarted(2, { ready: true }))), up(20)),
  ],
  ['one crash, then fine', 'pass 9s', 'pass 9s', rollOut(...twice.slice(0, 3), up(9))],
  [
    'we are only shown the back-offs: the end that is not counted yet counts (karmada#3556)',
    'fail 5s',
    'fail 20s',
    rollOut(see(5, pod(backingOff(2))), see(20, pod(backingOff(3)))),
  ],
  [
    'Running between two back-offs is not better, when it is not ready',
    'fail 5s',
    'fail 16s',
    rollOut(see(5, pod(backingOff(2))), see(15, pod(restarted(2))), see(16, pod(restarted(3)))),
  ],
  [
    'all three new pods must have crashed thrice',
    'fail 9s',
    'fail 21s',
    rollOut(
      see(5, pod(backingOff(2)), pod(running(), b)),
      see(9, pod(backingOff(2), b)),
      see(20, pod(backingOff(3))),
      see(21, pod(backingOff(3), b)),
    ),
  ],
  [
    'only one of two: a grace from the third crash',
    'fail 46s',
    'fail 106s',
    rollOut(
      see(2, pod(running({ ready: true }), b)),
      see(5, pod(backingOff(2))),
      see(16, pod(backingOff(3))),
    ),
  ],
  [
    'only one of two, looking healthy between its back-offs: the grace goes on',
    'fail 46s',
    'fail 106s',
    rollOut(
      see(2, pod(running({ ready: true }), b)),
      see(16, pod(backingOff(3))),
      see(36, pod(restarted(3, { ready: true }))),
      see(38, pod(backingOff(4))),
      see(78, pod(restarted(4, { ready: true }))),
      see(80, pod(backingOff(5))),
    ),
  ],
  [
    'only one of two, and it gets over it',
    'pass 45s',
    'pass 45s',
    rollOut(
      see(2, pod(running({ ready: true }), b)),
      see(16, pod(backingOff(3))),
      see(36, pod(restarted(3, { ready: true }))),
      up(45),
    ),
  ],
  [
    'it had crashed before this release (kubedog#284): two more are two',
    'fail 8s',
    'pass 30s',
    rollOut(
      see(0.2, pod(backingOff(7))),
      see(3, pod(restarted(7))),
      see(4, pod(crashed(8))),
      see(8, pod(backingOff(9))),
      see(25, pod(restarted(9, { ready: true }))),
      up(30),
    ),
  ],
  [
    'it came while Helm was still applying: its first crash counts',
    'fail 4s',
    'fail 14s',
    rollOut(
      see(0.7, pod(running())),
      see(0.9, pod(crashed(1))),
      see(4, pod(backingOff(2))),
      see(14, pod(crashed(3))),
    ),
  ],
  [
    'its own startup probe has given it up: one crash less',
    'fail 40s',
    'fail 70s',
    rollOut(
      see(2, pod(running({ started: false }))),
      warn(30, pod(app({})), 'Unhealthy', startup, 'app'),
      see(40, pod(restarted(1, { started: false }))),
      see(70, pod(restarted(2, { started: false }))),
    ),
  ],
  [
    'within its startup budget nothing is called',
    'pass 290s',
    'pass 290s',
    rollOut(
      see(
        2,
        pod(running({ started: false }), {
          spec: { readinessProbe: { periodSeconds: 1, failureThreshold: 1 } },
        }),
      ),
      warn(30, pod(app({})), 'Unhealthy', startup, 'app'),
      up(290),
    ),
  ],
  [
    'an init container loops until its database is there',
    'fail 20s',
    'pass 60s',
    rollOut(see(5, init(backingOff(2))), see(20, init(crashed(3))), see(45, init(crashed(4))), up(60)),
  ],
  [
    'an init container loops on',
    'fail 20s',
    'fail 65s',
    rollOut(see(5, init(backingOff(2))), see(20, init(crashed(3)))),
  ],
  [
    'an init container that is done is none',
    'late',
    'late',
    rollOut(
      see(5, init(app({ restartCount: 4, state: { terminated: { exitCode: 0, reason: 'Completed' } } }))),
    ),
  ],
  [
    'a pod that its node has ended did not crash',
    'pass 30s',
    'pass 30s',
    rollOut(
      see(
        5,
        pod(crashed(4, 137), { status: { phase: 'Failed', reason: 'Evicted', message: 'low on memory' } }),
      ),
      see(6, pod(running(), b)),
      up(30),
    ),
  ],
];

test.each(rows)('%s → strict %s, balanced %s', (...row) => {
  expect(both(row)).toEqual([row[1], row[2]]);
});

test('a Job’s tries are its own to count', () => {
  const job = object('batch/v1', 'Job', 'seed');
  const tried = { ...pod(backingOff(4)), ...podOf('seed-a', ['Job', 'seed'], {}) };
  const observations = rollOutOf(
    job,
    see(5, { ...tried, status: { phase: 'Pending', containerStatuses: [backingOff(4)] } }),
  );
  expect(judged(observations, 'strict', idOf(job)).at).toBe(600_000);
});

test.each<[string, object, object, string, string]>([
  [
    'its exit and last words',
    backingOff(3, 1, 'Error', 'panic: no DATABASE_URL'),
    {},
    'crashed 3 times: exit 1 (Error): panic: no DATABASE_URL',
    'read the log of its last run',
  ],
  [
    'the limit that it ran into',
    backingOff(3, 137, 'OOMKilled'),
    { resources: { limits: { memory: '64Mi' } } },
    'crashed 3 times: OOMKilled at its limit of 64Mi',
    'raise resources.limits.memory above 64Mi',
  ],
  [
    'that it has no limit',
    backingOff(3, 137, 'OOMKilled'),
    {},
    'crashed 3 times: OOMKilled without a limit of its own: its node ran out of memory',
    'raise resources.limits.memory',
  ],
])('the cause has %s', (_what, container, spec, cause, remedy) => {
  const verdict = judged(rollOut(see(20, pod(container, { spec }))));
  expect(verdict.reason).toBe(`Deployment shop/web: pod web-a container app: ${cause}`);
  expect(verdict.findings[0]).toMatchObject({
    rule: 'CrashLoop',
    severity: 'likely',
    proof: expect.stringContaining('2 restarts; exit'),
    remedy: expect.stringContaining(remedy),
  });
});

test('the cause has the probe that killed it', () => {
  const about = pod(restarted(3));
  const words = 'Liveness probe failed: Get "http://10.1.0.7:8080/live": context deadline exceeded';
  const verdict = judged(rollOut(warn(5, about, 'Unhealthy', words, 'app'), see(6, about)));
  expect(verdict.reason).toContain(`crashed 3 times: exit 1 (Error), ${words}`);
});

test('what crashed before is said', () => {
  const verdict = judged(rollOut(see(0.2, pod(backingOff(7))), see(30, pod(backingOff(10)))));
  expect(verdict.reason).toContain('crashed 3 times');
  expect(verdict.findings[0]?.proof).toBe('9 restarts, 7 of its crashes before this release; exit 1 (Error)');
});
