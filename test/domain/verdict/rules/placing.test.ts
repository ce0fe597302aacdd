/** Pods that find no node, and claims that have lost their volume. */
import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../../../lib/domain/kubernetes.ts';
import type { Observation } from '../../../../lib/domain/verdict/types.ts';
import { idOf } from '../../../../lib/domain/workloads/kind.ts';
import { object } from '../../workloads/objects.ts';
import { both, judged, pending, pod, rollOut, rollOutOf, running, see, up, when, type Row } from './scene.ts';

const nodes = (why: string) => ({
  reason: 'Unschedulable',
  message: `0/3 nodes are available: ${why}. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.`,
});
const noCpu = nodes('1 Insufficient cpu, 2 node(s) had untolerated taint {gpu: true}');
const lost = {
  reason: 'Unschedulable',
  message:
    '0/1 nodes are available: persistentvolumeclaim "data" bound to non-existent persistentvolume "pv-7". preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
};

/** A Normal event, with how often it has come. */
const normal = (second: number, reason: string, count: number): Observation[] =>
  see(second, {
    ...object('v1', 'Event', `web-a.${reason}`),
    type: 'Normal',
    reason,
    count,
    message: 'pod triggered scale-up: [{pool 1->2 (max: 5)}]',
    involvedObject: { uid: 'uid-Pod-web-a', fieldPath: '' },
  });

const rows: Row[] = [
  ['no node has room', 'fail 32s', 'fail 122s', rollOut(see(2, pending(noCpu)))],
  [
    'an old pod leaves and makes room',
    'pass 25s',
    'pass 25s',
    rollOut(see(2, pending(noCpu)), see(15, pod(running())), up(25)),
  ],
  [
    'the scheduler words it anew, the cause is the same',
    'fail 32s',
    'fail 122s',
    rollOut(see(2, pending(noCpu)), see(20, pending(nodes('3 Insufficient cpu')))),
  ],
  [
    'an autoscaler promises a node, again and again (skaffold#6011)',
    'pass 70s',
    'pass 70s',
    rollOut(
      see(2, pending(noCpu)),
      normal(10, 'TriggeredScaleUp', 1),
      normal(35, 'TriggeredScaleUp', 2),
      normal(60, 'Nominated', 1),
      up(70),
    ),
  ],
  [
    'an autoscaler promises a node, and brings none',
    'fail 40s',
    'fail 130s',
    rollOut(see(2, pending(noCpu)), normal(10, 'TriggeredScaleUp', 1)),
  ],
  [
    'one pod after the other waits for room: each has its own patience',
    'pass 60s',
    'pass 60s',
    rollOut(
      see(2, pending(noCpu)),
      see(25, pod(running()), pending(noCpu, { name: 'web-b' })),
      see(50, pod(running(), { name: 'web-b' })),
      up(60),
    ),
  ],
  [
    'held by a gate: somebody means it',
    'late',
    'late',
    rollOut(see(2, pending({ reason: 'SchedulingGated' }))),
  ],
  ['a claim that has lost its volume', 'fail 2s', 'fail 2s', rollOut(see(2, pending(lost)))],
];

test.each(rows)('%s → strict %s, balanced %s', (...row) => {
  expect(both(row)).toEqual([row[1], row[2]]);
});

const claims = { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }, { name: 'tmp' }] };

test.each([
  [
    noCpu.message,
    'no node takes pod web-a: 1 Insufficient cpu, 2 node(s) had untolerated taint {gpu: true} (0/3 nodes are available)',
    'lower requests.cpu',
  ],
  [
    nodes('3 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }').message,
    'no node takes pod web-a: 3 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: } (0/3 nodes are available)',
    'tolerate the taint',
  ],
  [
    nodes("3 node(s) didn't match Pod's node affinity/selector").message,
    'affinity/selector (0/3',
    'compare nodeSelector',
  ],
  [
    nodes('pod has unbound immediate PersistentVolumeClaims').message,
    'pod has unbound immediate PersistentVolumeClaims (0/3 nodes are available)',
    'see why data is not bound',
  ],
  [
    '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found',
    'pod has unbound immediate PersistentVolumeClaims (0/1 nodes are available)',
    'see why data is not bound',
  ],
  [
    '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    'no node takes pod web-a: 1 Insufficient cpu (0/1 nodes are available)',
    'lower requests.cpu',
  ],
  [
    nodes('persistentvolumeclaim "data" not found').message,
    'persistentvolumeclaim "data" not found (0/3',
    'create PersistentVolumeClaim data',
  ],
  [
    'no nodes available to schedule pods',
    'no node takes pod web-a: no nodes available to schedule pods',
    'kubectl describe',
  ],
])('%s', (message, cause, remedy) => {
  const made = pending({ reason: 'Unschedulable', message });
  const about = { ...made, spec: { ...(made.spec as object), ...claims } };
  const [finding] = judged(rollOut(see(2, about))).findings;
  expect(finding).toMatchObject({ rule: 'Unschedulable', remedy: expect.stringContaining(remedy) });
  expect(finding?.cause).toContain(cause);
});

test('a claim of the release itself', () => {
  const claim = (phase: string): KubeObject =>
    object('v1', 'PersistentVolumeClaim', 'data', { spec: { volumeName: 'pv-7' }, status: { phase } });
  const id = idOf(claim('Pending'));
  expect(when(rollOutOf(claim('Pending'), see(3, claim('Lost'))), 'off', id)).toBe('fail 3s');
  expect(judged(rollOutOf(claim('Lost')), 'off', id).reason).toBe(
    'PersistentVolumeClaim shop/data: its volume pv-7 does not exist any more',
  );
  expect(when(rollOutOf(claim('Pending'), see(90, claim('Bound'))), 'strict', id)).toBe('pass 90s');
});
