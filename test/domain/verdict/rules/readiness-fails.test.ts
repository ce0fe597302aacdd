import { expect, test } from '@jest/globals';
import {
  both,
  deployment,
  judged,
  pod,
  restarted,
  rollOut,
  running,
  see,
  stopped,
  up,
  warn,
  when,
  type Row,
} from './scene.ts';

/** 5s, then three times 2s: given up after 11s. */
const probed = {
  spec: { readinessProbe: { initialDelaySeconds: 5, periodSeconds: 2, failureThreshold: 3 } },
};
const b = { name: 'web-b' };
const refused = 'Readiness probe failed: HTTP probe failed with statuscode: 503';

const rows: Row[] = [
  ['it never answers', 'fail 13s', 'fail 43s', rollOut(see(2, pod(running(), probed)))],
  ['it is slow, within the grace', 'fail 13s', 'pass 40s', rollOut(see(2, pod(running(), probed)), up(40))],
  [
    'the defaults are 30s',
    'fail 32s',
    'fail 62s',
    rollOut(see(2, pod(running(), { spec: { readinessProbe: {} } }))),
  ],
  ['it has no readiness probe', 'late', 'late', rollOut(see(2, pod(running())))],
  [
    'its startup probe has not passed: that has a budget of its own',
    'pass 290s',
    'pass 290s',
    rollOut(see(2, pod(running({ started: false }), probed)), up(290)),
  ],
  [
    'from when its startup probe has passed',
    'fail 111s',
    'fail 141s',
    rollOut(see(2, pod(running({ started: false }), probed)), see(100, pod(running(), probed))),
  ],
  [
    'it flaps: each time that it passes it begins anew',
    'pass 55s',
    'pass 55s',
    rollOut(
      ...[2, 12, 22, 32, 42].flatMap((second) => [
        see(second, pod(running(), probed)),
        see(second + 5, pod(running({ ready: true }), probed)),
      ]),
      up(55),
    ),
  ],
  [
    'a restart begins anew',
    'fail 21s',
    'fail 51s',
    rollOut(see(2, pod(running(), probed)), see(10, pod(restarted(1), probed))),
  ],
  [
    'another pod has its own patience',
    'pass 25s',
    'pass 25s',
    rollOut(
      see(2, pod(running(), probed)),
      see(10, pod(running({ ready: true }), probed), pod(stopped('ContainerCreating'), { ...probed, ...b })),
      see(15, pod(running(), { ...probed, ...b })),
      up(25),
    ),
  ],
  [
    'a lower name that comes later does not take over from one that has waited',
    'fail 13s',
    'fail 43s',
    rollOut(see(2, pod(running(), { ...probed, ...b })), see(12, pod(running(), probed))),
  ],
];

test.each(rows)('%s → strict %s, balanced %s', (...row) => {
  expect(both(row)).toEqual([row[1], row[2]]);
});

test('the cause is what the probe was told, of this container and no other', () => {
  const about = pod(running(), probed);
  const verdict = judged(
    rollOut(
      see(2, about),
      warn(8, about, 'Unhealthy', 'Readiness probe failed: other', 'sidecar'),
      warn(8, about, 'Unhealthy', refused, 'app'),
      warn(9, about, 'Unhealthy', 'Liveness probe failed: x', 'app'),
    ),
  );
  expect(verdict).toMatchObject({
    reason: `Deployment shop/web: pod web-a container app: ${refused}`,
    findings: [
      { rule: 'ReadinessFails', severity: 'likely', proof: `${refused}; the probe’s own budget is 11s` },
    ],
  });
});

test('an HPA that scales meanwhile stops no clock', () => {
  const scaled = (second: number, generation: number) => [
    ...see(second, deployment({ observedGeneration: generation - 1 }, { generation })),
    ...see(second + 0.1, deployment({ observedGeneration: generation }, { generation })),
  ];
  const observations = rollOut(see(2, pod(running(), probed)), scaled(15, 3), scaled(30, 4));
  expect(when(observations, 'balanced')).toBe('fail 43s');
});
