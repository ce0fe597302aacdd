import { expect, test } from '@jest/globals';
import { idOf } from '../../../../lib/domain/workloads/kind.ts';
import { object } from '../../workloads/objects.ts';
import {
  app,
  backingOff,
  both,
  judged,
  pod,
  restarted,
  rollOut,
  rollOutOf,
  running,
  see,
  stopped,
  up,
  when,
  type Row,
} from './scene.ts';

const runc = (words: string) =>
  `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${words}: unknown`;
const noSuchFile = runc('exec: "/srv/run": stat /srv/run: no such file or directory');
const notInPath = runc('exec: "webd": executable file not found in $PATH');
const notAllowed = runc('exec: "/srv/run": permission denied');
const noFolder = runc('chdir to cwd ("/data/app") set in config.json failed: no such file or directory');
const noMemory = runc("can't get final child's PID from pipe: EOF");
const token = { mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' };
const mounts = (...paths: string[]) => ({
  spec: { volumeMounts: [token, ...paths.map((mountPath) => ({ mountPath }))] },
});

/** As containerd tells a start that failed for the `n`th time. */
const failedStart = (n: number, message: string) =>
  app({
    restartCount: n - 1,
    state: { waiting: { reason: 'RunContainerError', message } },
    lastState: { terminated: { exitCode: 128, reason: 'StartError', message } },
  });

const rows: Row[] = [
  [
    'its executable is not in the image: at the second time',
    'fail 13s',
    'fail 13s',
    rollOut(
      see(3, pod(failedStart(1, noSuchFile))),
      see(13, pod(backingOff(2, 128, 'StartError', noSuchFile))),
    ),
  ],
  ['not in PATH', 'fail 13s', 'fail 13s', rollOut(see(13, pod(failedStart(2, notInPath), mounts('/data'))))],
  ['may not be executed', 'fail 13s', 'fail 13s', rollOut(see(13, pod(failedStart(2, notAllowed))))],
  [
    'once is not enough',
    'pass 20s',
    'pass 20s',
    rollOut(see(3, pod(failedStart(1, noSuchFile))), see(15, pod(restarted(2, { ready: true }))), up(20)),
  ],
  [
    'it lies on a volume, and comes',
    'fail 28s',
    'pass 60s',
    rollOut(
      see(13, pod(failedStart(2, noSuchFile), mounts('/srv'))),
      see(33, pod(failedStart(3, noSuchFile), mounts('/srv'))),
      see(55, pod(restarted(2, { ready: true }))),
      up(60),
    ),
  ],
  [
    'it lies on a volume, and does not come',
    'fail 28s',
    'fail 73s',
    rollOut(
      see(13, pod(failedStart(2, noSuchFile), mounts('/srv'))),
      see(33, pod(failedStart(3, noSuchFile), mounts('/srv'))),
    ),
  ],
  [
    'a volume of a like name is another place',
    'fail 13s',
    'fail 13s',
    rollOut(see(13, pod(failedStart(2, noSuchFile), mounts('/srv/runs', '/sr')))),
  ],
  [
    'its folder is on a volume',
    'fail 28s',
    'fail 73s',
    rollOut(see(13, pod(failedStart(2, noFolder), mounts('/data')))),
  ],
  ['exit 127', 'fail 13s', 'fail 13s', rollOut(see(13, pod(backingOff(2, 127))))],
  [
    'exit 126, and what its script calls may be on a volume',
    'fail 28s',
    'fail 73s',
    rollOut(see(13, pod(backingOff(2, 126), mounts('/tools')))),
  ],
  [
    'its script runs for a moment at each try: no new cause, and no crash loop either',
    'fail 28s',
    'fail 80s',
    rollOut(
      see(13, pod(backingOff(2, 127), mounts('/tools'))),
      see(
        33,
        pod(running({ restartCount: 2, lastState: { terminated: { exitCode: 127 } } }), mounts('/tools')),
      ),
      see(33.5, pod(backingOff(3, 127), mounts('/tools'))),
      see(
        72,
        pod(running({ restartCount: 3, lastState: { terminated: { exitCode: 127 } } }), mounts('/tools')),
      ),
      see(80, pod(backingOff(4, 127), mounts('/tools'))),
    ),
  ],
  [
    'exit 127 twice, then it runs',
    'pass 30s',
    'pass 30s',
    rollOut(
      see(13, pod(backingOff(2, 127), mounts('/tools'))),
      see(20, pod(running({ restartCount: 2, ready: true }))),
      up(30),
    ),
  ],
  [
    'exit 128 of a node in trouble (krane#819) is a crash as others are',
    'fail 13s',
    'fail 33s',
    rollOut(see(13, pod(failedStart(2, noMemory))), see(33, pod(failedStart(3, noMemory)))),
  ],
  [
    'an image without a command is never even created',
    'fail 18s',
    'fail 63s',
    rollOut(
      see(
        3,
        pod(
          stopped(
            'CreateContainerError',
            'failed to generate container "4f" spec: failed to generate spec: no command specified',
          ),
        ),
      ),
    ),
  ],
];

test.each(rows)('%s → strict %s, balanced %s', (...row) => {
  expect(both(row)).toEqual([row[1], row[2]]);
});

test('the cause is runc’s own, without its way there', () => {
  const verdict = judged(rollOut(see(13, pod(failedStart(2, noSuchFile)))));
  expect(verdict.reason).toBe(
    'Deployment shop/web: pod web-a container app cannot run: exec: "/srv/run": stat /srv/run: no such file or directory',
  );
  expect(verdict.findings[0]).toMatchObject({ rule: 'CannotRun', severity: 'terminal' });
});

test.each([
  ['the runtime', failedStart(2, runc('exec /srv/run: exec format error'))],
  [
    'its log, where the message falls back to it',
    backingOff(2, 255, 'Error', 'exec /srv/run: exec format error\n'),
  ],
])('an executable for another platform, says %s', (_who, container) => {
  const verdict = judged(rollOut(see(13, pod(container))));
  expect(verdict.reason).toMatch(/cannot run: exec \/srv\/run: exec format error$/);
  expect(verdict.findings[0]?.remedy).toContain('another platform');
});

test('a Job makes a pod for each try, and may exit 127 as it likes', () => {
  const job = object('batch/v1', 'Job', 'seed');
  const by = { by: ['Job', 'seed'] as [string, string], status: { phase: 'Failed' } };
  const tried = (end: object, name: string) => pod(app({ state: { terminated: end } }), { ...by, name });
  const start = { exitCode: 128, reason: 'StartError', message: noSuchFile };
  const tries = (end: object) => rollOutOf(job, see(3, tried(end, 'seed-a')), see(14, tried(end, 'seed-b')));
  expect(when(tries(start), 'balanced', idOf(job))).toBe('fail 14s');
  expect(when(tries({ exitCode: 127, reason: 'Error' }), 'strict', idOf(job))).toBe('late');
});
