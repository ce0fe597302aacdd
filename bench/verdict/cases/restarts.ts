/** Crashes that are easily mistaken for health, or health for them. */
import type { Stage, VerdictCase } from '../case.ts';
import { counting, deployment, statefulSet } from '../objects.ts';
import { ended } from '../proofs.ts';

/** Pods that crash by their own number: web-0 never, web-1 once, or as `crashes` makes of `$(NUMBER)`. */
const numbered = (stage: Stage, crashes: string, replicas: number) => [
  statefulSet(
    stage,
    {
      ...counting,
      container: {
        ...counting.container,
        env: [
          {
            name: 'NUMBER',
            valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } },
          },
          { name: 'FAULT_CRASHES', value: crashes },
          { name: 'DRAIN', value: '0s' },
        ],
      },
    },
    { replicas, podManagementPolicy: 'Parallel' },
  ),
];

/** Ready as soon as it runs. */
const unprobed = { readinessProbe: undefined };

const database = (stage: Stage, boots: string) =>
  deployment(stage, { name: 'db', env: { FAULT_SLOW_BOOT: boots } });

export const restarts: readonly VerdictCase[] = [
  {
    id: 'some-pods-crash',
    how: 'one of two pods exits 1',
    fault: {
      rule: 'CrashLoop',
      says: /pod web-1 container app: crashed \d+ times: exit 1/,
      grace: 90_000,
      proof: ended(3),
      objects: (stage) => numbered(stage, '$(NUMBER)000', 2),
    },
    twin: {
      how: 'of four pods one crashes once, one twice, one three times',
      objects: (stage) => numbered(stage, '$(NUMBER)', 4),
    },
  },
  {
    id: 'crash-unprobed',
    how: 'exit 1 after 2 s, until then Ready for want of a readiness probe',
    fault: {
      rule: 'CrashLoop',
      says: /crashed 3 times: exit 1/,
      grace: 0,
      proof: ended(3),
      objects: (stage) => [deployment(stage, { env: { FAULT_CRASH_AFTER: '2s' }, container: unprobed })],
    },
    twin: {
      how: 'two crashes, then fine',
      objects: (stage) => [
        deployment(stage, {
          env: { FAULT_CRASH_AFTER: '2s', FAULT_CRASHES: '2' },
          ...counting,
          container: { ...counting.container, ...unprobed },
        }),
      ],
    },
  },
  {
    id: 'database-of-the-chart',
    how: 'crashes, and goes on when the database of its chart is there after 20 s',
    fault: {
      rule: 'CrashLoop',
      says: /crashed 4 times: exit 1/,
      grace: 0,
      proof: ended(4),
      objects: (stage) => [deployment(stage, { env: { FAULT_CRASH_AT_START: '1' } }), database(stage, '20s')],
    },
    twin: {
      how: 'three crashes until the database is there',
      objects: (stage) => [
        deployment(stage, { env: { FAULT_CRASHES: '3' }, ...counting }),
        database(stage, '20s'),
      ],
    },
  },
];
