/** Containers that start and do not stay, or cannot start. */
import type { Stage, VerdictCase } from '../case.ts';
import { container, counting, deployment, environment } from '../objects.ts';
import { ended, unready } from '../proofs.ts';

const healthy = (stage: Stage) => [deployment(stage)];
/** Long enough to see it crash: a pod that was ready for a moment is not available yet. */
const patient = (seconds: number) => ({ minReadySeconds: seconds });

const startup = (failureThreshold: number) => ({
  startupProbe: { httpGet: { path: '/health', port: 8080 }, periodSeconds: 1, failureThreshold },
});

const limited = (memory: string) => ({ resources: { requests: { memory: '16Mi' }, limits: { memory } } });

const prepared = (stage: Stage, ...args: readonly string[]) => [
  deployment(stage, {
    pod: {
      ...counting.pod,
      initContainers: [
        { name: 'prepare', image: stage.service, args: ['job', ...args], ...counting.container },
      ],
    },
  }),
];

export const crashes: readonly VerdictCase[] = [
  {
    id: 'crash-at-start',
    how: 'exit 1 before it listens',
    fault: {
      rule: 'CrashLoop',
      says: /crashed 3 times: exit 1/,
      grace: 0,
      proof: ended(3),
      base: healthy,
      objects: (stage) => [deployment(stage, { env: { FAULT_CRASH_AT_START: '1' } })],
    },
    twin: {
      how: 'two crashes, then fine',
      base: healthy,
      objects: (stage) => [deployment(stage, { env: { FAULT_CRASHES: '2' }, ...counting })],
    },
  },
  {
    id: 'crash-later',
    how: 'exit 1 after 5 s of serving',
    fault: {
      rule: 'CrashLoop',
      says: /crashed 3 times: exit 1/,
      grace: 0,
      proof: ended(3),
      objects: (stage) => [deployment(stage, { env: { FAULT_CRASH_AFTER: '5s' } }, patient(10))],
    },
    twin: {
      how: 'once',
      objects: (stage) => [
        deployment(stage, { env: { FAULT_CRASH_AFTER: '5s', FAULT_CRASHES: '1' }, ...counting }, patient(10)),
      ],
    },
  },
  {
    id: 'out-of-memory',
    how: 'grows by 20Mi a second, limit 64Mi',
    fault: {
      rule: 'CrashLoop',
      says: /OOMKilled at its limit of 64Mi/,
      grace: 0,
      proof: ended(3),
      base: healthy,
      objects: (stage) => [
        deployment(stage, { env: { FAULT_MEMORY_GROWTH: '20Mi' }, container: limited('64Mi') }, patient(15)),
      ],
    },
    twin: {
      how: 'grows by 2Mi a second, limit 512Mi',
      base: healthy,
      objects: (stage) => [
        deployment(stage, { env: { FAULT_MEMORY_GROWTH: '2Mi' }, container: limited('512Mi') }, patient(15)),
      ],
    },
  },
  {
    id: 'executable-missing',
    how: 'command: [/nope]',
    fault: {
      rule: 'CannotRun',
      says: /\/nope/,
      grace: 'terminal',
      proof: ended(2),
      base: healthy,
      objects: (stage) => [deployment(stage, { container: { command: ['/nope'] } })],
    },
    twin: {
      how: 'the right command',
      base: healthy,
      objects: (stage) => [deployment(stage, { container: { command: ['/service'] } })],
    },
  },
  {
    id: 'init-fails',
    how: 'an init container exits 1',
    fault: {
      rule: 'CrashLoop',
      says: /init container prepare: crashed \d+ times: exit 1/,
      grace: 45_000,
      proof: ended(3),
      objects: (stage) => prepared(stage, '--exit', '1'),
    },
    twin: { how: 'its third try works', objects: (stage) => prepared(stage, '--crashes', '2') },
  },
  {
    id: 'init-waits',
    how: 'an init container fails until a database is there',
    twin: { how: 'its fourth try works', objects: (stage) => prepared(stage, '--crashes', '3') },
  },
  {
    id: 'startup-too-slow',
    how: 'boots for 60 s, startup budget 5 s',
    fault: {
      rule: 'CrashLoop',
      says: /Startup probe failed/,
      grace: 0,
      proof: ended(2),
      objects: (stage) => [deployment(stage, { env: { FAULT_SLOW_BOOT: '60s' }, container: startup(5) })],
    },
    twin: {
      how: 'boots for 12 s, budget 20 s',
      objects: (stage) => [deployment(stage, { env: { FAULT_SLOW_BOOT: '12s' }, container: startup(20) })],
    },
  },
  {
    id: 'readiness-never',
    how: '/ready stays 503',
    fault: {
      rule: 'ReadinessFails',
      says: /Readiness probe failed/,
      grace: 33_000,
      proof: unready,
      base: healthy,
      objects: (stage) => [deployment(stage, { env: { FAULT_NEVER_READY: 'true' } })],
    },
    twin: {
      how: 'ready after 20 s',
      base: healthy,
      objects: (stage) => [deployment(stage, { env: { FAULT_SLOW_BOOT: '20s' } })],
    },
  },
  {
    id: 'readiness-flaps',
    how: '/ready is 503 for 3 s of every 5',
    twin: {
      how: 'for 40 s',
      objects: (stage) => [deployment(stage, { env: { FAULT_READY_FLAPS: '40s' } }, patient(6))],
    },
  },
  {
    id: 'sidecar-race',
    how: 'crashes until its sidecar is up',
    twin: {
      how: 'two crashes, the sidecar boots for 8 s',
      objects: (stage) => [
        deployment(stage, {
          pod: {
            ...counting.pod,
            containers: [
              container(stage, { env: { FAULT_CRASHES: '2' }, container: counting.container }),
              {
                name: 'sidecar',
                image: stage.service,
                env: environment({ PORT: '8081', FAULT_SLOW_BOOT: '8s' }),
                readinessProbe: { httpGet: { path: '/ready', port: 8081 }, periodSeconds: 1 },
              },
            ],
          },
        }),
      ],
    },
  },
];
