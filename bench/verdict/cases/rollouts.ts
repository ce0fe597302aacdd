/** Roll-outs that stop half-way, by the ways of their controllers. */
import type { Stage, VerdictCase } from '../case.ts';
import { typeOf } from '../../../test/e2e/support/namespace.ts';
import { counting, deployment, statefulSet } from '../objects.ts';
import { condition, ended, unready } from '../proofs.ts';
import type { Told } from '../sighting.ts';

const neverReady = { env: { FAULT_NEVER_READY: 'true' } };
const changed = { env: { CHANGED: 'yes' } };

/** A pod of the old revision that its deletion does not remove. */
const held = { finalizers: ['bench.slipway/held'] };

async function letGo({ place: { namespace } }: Stage): Promise<void> {
  for (const { metadata } of await namespace.list('v1 Pod'))
    await namespace.patch('v1 Pod', metadata.name, { metadata: { finalizers: null } });
}

/** Also when nothing went well the namespace can go. */
const letGoAtTheEnd = async (stage: Stage): Promise<void> =>
  stage.defer(() => letGo(stage).catch(() => undefined));

const anotherRevision = ({ kind, status = {} }: Told): boolean =>
  kind === 'StatefulSet' && status['updateRevision'] !== status['currentRevision'];

export const rollouts: readonly VerdictCase[] = [
  {
    id: 'statefulset-first-pod',
    how: 'the first ordinal never becomes ready',
    fault: {
      rule: 'ReadinessFails',
      says: /pod web-0 .*Readiness probe failed/,
      grace: 33_000,
      proof: unready,
      objects: (stage) => [statefulSet(stage, neverReady)],
    },
    twin: {
      how: 'each boots for 15 s',
      objects: (stage) => [statefulSet(stage, { env: { FAULT_SLOW_BOOT: '15s' } })],
    },
  },
  {
    id: 'statefulset-crashes',
    how: 'the last ordinal of the new revision exits 1',
    fault: {
      rule: 'CrashLoop',
      says: /pod web-1 container app: crashed 3 times/,
      grace: 0,
      proof: ended(3),
      base: (stage) => [statefulSet(stage)],
      objects: (stage) => [statefulSet(stage, { env: { FAULT_CRASH_AT_START: '1' } })],
    },
    twin: {
      how: 'each crashes twice, then is fine',
      base: (stage) => [statefulSet(stage)],
      objects: (stage) => [statefulSet(stage, { env: { FAULT_CRASHES: '2' }, ...counting })],
    },
  },
  {
    id: 'statefulset-behind',
    how: 'a pod of an older, broken revision is waited for',
    fault: {
      rule: 'BehindOldPod',
      says: /it waits for pod web-0 of an older revision/,
      grace: 120_000,
      proof: anotherRevision,
      base: (stage) => [statefulSet(stage, neverReady)],
      baseIs: 'broken',
      objects: (stage) => [statefulSet(stage, changed)],
    },
    twin: {
      how: 'somebody deletes it after 20 s',
      base: (stage) => [statefulSet(stage, neverReady)],
      baseIs: 'broken',
      objects: (stage) => [statefulSet(stage, changed)],
      recovery: {
        after: 20_000,
        mend: ({ place, namespace }) => place.namespace.kube.delete(typeOf('v1 Pod'), namespace, 'web-0'),
      },
    },
  },
  {
    id: 'old-pod-stays',
    how: 'a finalizer keeps the old pod of a StatefulSet',
    fault: {
      rule: 'StuckTerminating',
      says: /is being deleted and does not go, held by bench.slipway\/held/,
      grace: 181_000,
      proof: ({ kind, metadata }) => kind === 'Pod' && metadata.deletionTimestamp !== undefined,
      before: letGoAtTheEnd,
      base: (stage) => [statefulSet(stage, held, { replicas: 1 })],
      objects: (stage) => [statefulSet(stage, changed, { replicas: 1 })],
    },
    twin: {
      how: 'it is taken away after 20 s',
      before: letGoAtTheEnd,
      base: (stage) => [statefulSet(stage, held, { replicas: 1 })],
      objects: (stage) => [statefulSet(stage, changed, { replicas: 1 })],
      recovery: { after: 20_000, mend: letGo },
    },
  },
  {
    id: 'progress-deadline',
    how: 'never ready, progressDeadlineSeconds 12',
    fault: {
      rule: 'ProgressDeadlineExceeded',
      says: /no progress for 12s, blocked on pod web-/,
      grace: 'terminal',
      proof: condition('Deployment', 'Progressing', 'False', /^ProgressDeadlineExceeded/),
      base: (stage) => [deployment(stage)],
      objects: (stage) => [deployment(stage, neverReady, { progressDeadlineSeconds: 12 })],
    },
    twin: {
      how: 'ready after 7 s',
      base: (stage) => [deployment(stage)],
      objects: (stage) => [
        deployment(stage, { env: { FAULT_SLOW_BOOT: '7s' } }, { progressDeadlineSeconds: 12 }),
      ],
    },
  },
  {
    id: 'rollout-paused',
    how: 'the manifest pauses the roll-out',
    twin: {
      how: 'nothing waits for it',
      base: (stage) => [deployment(stage)],
      objects: (stage) => [deployment(stage, changed, { paused: true })],
    },
  },
];
