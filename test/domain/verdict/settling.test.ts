import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import { createEngine } from '../../../lib/domain/verdict/engine.ts';
import type { Observation } from '../../../lib/domain/verdict/types.ts';
import { idOf } from '../../../lib/domain/workloads/kind.ts';
import { object } from '../workloads/objects.ts';
import { live, web } from './rollout.ts';
import {
  backingOff,
  crashed,
  deployment,
  judged,
  pod,
  restarted,
  rollOut,
  rollOutOf,
  running,
  see,
  up,
  when,
} from './rules/scene.ts';

/** The kubelet's own clock, ten minutes behind ours. */
const kubelet = (second: number): string => new Date(second * 1_000 - 600_000).toISOString();
/** Its last run took so many seconds. */
const after = (lasted: number, n: number) =>
  restarted(n, {
    ready: true,
    lastState: { terminated: { exitCode: 1, startedAt: kubelet(0), finishedAt: kubelet(lasted) } },
  });
const runs = running({ ready: true });
const runningSince = (second: number) => ({
  ...after(600, 2),
  state: { running: { startedAt: new Date(second * 1_000).toISOString() } },
});
const probed = (container: object): KubeObject =>
  pod(container, { spec: { readinessProbe: { periodSeconds: 1 } } });
const down = (second: number): Observation[] =>
  see(second, deployment({ replicas: 1, updatedReplicas: 1, availableReplicas: 0 }));

test.each<[string, string, Observation[]]>([
  ['its probes have let it be ready: at once', 'pass 3s', rollOut(see(2, probed(runs)), up(3))],
  ['it has no readiness probe: 5s', 'pass 7s', rollOut(see(2, pod(runs)), up(3))],
  [
    'it had none, and ran before the release',
    'pass 3s',
    rollOut(see(0.2, pod(runs)), see(2, pod(runs)), up(3)),
  ],
  [
    'ready for a moment before its first crash: no pass',
    'pass 20s',
    rollOut(
      see(2, pod(runs)),
      up(2),
      see(3, pod(crashed(1))),
      see(4, pod(crashed(2))),
      see(14, pod(after(1, 2))),
      up(14),
    ),
  ],
  [
    'ready for a moment between two crashes: never a pass',
    'fail 35s',
    rollOut(
      see(2, pod(crashed(1))),
      see(3, pod(after(0, 1))),
      up(3),
      see(4, pod(crashed(2))),
      down(4),
      see(14, pod(after(0, 2))),
      up(14),
      see(15, pod(crashed(3))),
      down(35),
    ),
  ],
  [
    'it crashed after 8s: it must last 13s',
    'pass 23s',
    rollOut(see(9, pod(crashed(1))), see(10, pod(after(8, 1))), up(10)),
  ],
  [
    'the time before it became ready counts',
    'pass 23s',
    rollOut(see(9, pod(crashed(1))), see(10, pod(after(8, 1))), up(20)),
  ],
  [
    'however long it lived before, 30s are enough',
    'pass 40s',
    rollOut(see(9, pod(crashed(1))), see(10, pod(after(3_000, 1))), up(10)),
  ],
  [
    'its kubelet’s clock was set back while it ran',
    'pass 15s',
    rollOut(see(9, pod(crashed(1))), see(10, pod(after(-3_000, 1))), up(10)),
  ],
  [
    'it crashed before the release only',
    'pass 3s',
    rollOut(see(0.2, pod(backingOff(4))), see(2, pod(after(1, 4))), up(3)),
  ],
  [
    'all of them must last',
    'pass 22s',
    rollOut(see(10, pod(after(0, 1)), pod(after(7, 1), { name: 'web-b' })), up(10)),
  ],
])('%s → %s', (_what, expected, observations) => {
  for (const preset of ['balanced', 'off'] as const) {
    const isCrash = expected.startsWith('fail');
    expect(when(observations, preset)).toBe(isCrash && preset === 'off' ? 'late' : expected);
  }
});

test.each<[string, number, Observation[]]>([
  ['it has crashed, and runs for the moment', 13_200, rollOut(see(0.2, pod(after(8, 2))), up(3))],
  ['it has no readiness probe', 5_200, rollOut(see(0.2, pod(runs)), up(3))],
  ['its probes have let it be ready', 3_000, rollOut(see(0.2, probed(runs)), up(3))],
  ['it has crashed, and runs for minutes', 3_000, rollOut(see(0.2, pod(runningSince(-120))), up(3))],
  ['it has crashed, and runs for seconds', 30_200, rollOut(see(0.2, pod(runningSince(-20))), up(3))],
])('whoever joins late trusts what is there no more than what comes: %s', (_what, at, observations) => {
  const terms = { gated: [web], deadline: 600_000, timeout: 600_000 };
  expect(live({ ...terms, joinsLate: true }, observations).verdict).toMatchObject({ outcome: 'pass', at });
  expect(live(terms, observations).verdict).toMatchObject({ outcome: 'pass', at: 3_000 });
});

test('what it waits for is said, and it never hangs', () => {
  const observations = rollOut(see(9, pod(crashed(1))), see(10, pod(after(8, 1))), up(10));
  const engine = createEngine({ gated: [web], deadline: 20_000, timeout: 20_000 });
  for (const each of observations) engine.observe(each);
  expect(engine.judge(10_000)).toMatchObject({
    kind: 'waiting',
    until: 20_000,
    workloads: [{ done: 1, blockedOn: 'pod web-a container app: runs again after 1 crash, must last 13s' }],
  });
  expect(engine.judge(20_000)).toMatchObject({ kind: 'verdict', verdict: { outcome: 'fail', at: 20_000 } });
});

const bare = (container: object, probe?: object): KubeObject => ({
  ...object('v1', 'Pod', 'task'),
  spec: { restartPolicy: 'Never', containers: [{ name: 'app', ...(probe && { readinessProbe: probe }) }] },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [container],
  },
});
const finished = (phase: string, exitCode: number): KubeObject => ({
  ...bare(crashed(1, exitCode)),
  status: { phase, containerStatuses: [crashed(1, exitCode, exitCode === 0 ? 'Completed' : 'Error')] },
});

test.each<[string, string, (readonly Observation[])[]]>([
  ['a bare pod, Ready without a probe', 'pass 7s', [see(2, bare(runs))]],
  ['a bare pod, its probe has let it be ready', 'pass 2s', [see(2, bare(runs, {}))]],
  ['a bare pod that succeeds', 'pass 4s', [see(2, bare(runs)), see(4, finished('Succeeded', 0))]],
  ['a bare pod that fails', 'fail 4s', [see(2, bare(runs)), see(4, finished('Failed', 1))]],
])('%s → %s', (_what, expected, happens) => {
  const pending = object('v1', 'Pod', 'task', { status: { phase: 'Pending' } });
  const observations = rollOutOf(pending, ...happens);
  const { outcome, at } = judged(observations, 'off', idOf(pending));
  expect(`${outcome} ${at / 1_000}s`).toBe(expected);
});
