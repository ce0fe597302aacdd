import type { Milliseconds } from '../../duration.ts';
import { describeObject, type KubeObject } from '../../kubernetes.ts';
import { containerSpec } from '../../workloads/container-spec.ts';
import { crashesOf, lastedOf, lastEnd } from '../../workloads/crashes.ts';
import { inabilityOf, wasUnable } from '../../workloads/inability.ts';
import type { Remembered } from '../../workloads/kind.ts';
import { podKinds } from '../../workloads/newest-pods.ts';
import { containersOf, type Container } from '../../workloads/pod-status.ts';
import { sayContainer, sayExit } from '../../workloads/pods.ts';
import { oneLine, plural } from '../../words.ts';
import type { Case, Detection, Grace, Rule } from './rule.ts';

const graces = {
  'all new pods crashed twice': { strict: 0 },
  'all new pods crashed three times': { strict: 0, balanced: 0 },
  'only some did': { strict: 30_000, balanced: 90_000 },
  'all in an init container, three times': { strict: 0, balanced: 45_000 },
  'all, but another gated workload was not ready when the last run began': { strict: 0, balanced: 90_000 },
} as const satisfies Record<string, Grace>;

/** The kubelet writes whole seconds, and tells of a crash a second or two after it. */
const latency: Milliseconds = 3_000;

export const crashLoop: Rule = {
  name: 'CrashLoop',
  severity: 'likely',
  kinds: podKinds.filter((kind) => kind !== 'batch/Job'),
  when: 'a container that is not ready has crashed again and again since the release began, counted by restartCount. One crash less is enough where its startup probe failed, which has a budget of its own',
  graces,
  lull: 30_000,
  trap: 'two crashes while a sidecar or a dependency starts are usual; what crashed before this release is subtracted (kubedog#284); a pod between two back-offs is Running for a moment (karmada#3556): crashes are counted, not sampled; init containers often loop until a database is there (kubedog fails at the first), and apps until that of their own chart is: such a crash is excused until one in a run that began later; a workload that itself crashes or cannot run excuses nobody; a Job’s tries are for its backoffLimit to count',
  detect,
};

/** The container of one pod that has crashed most. */
interface Crasher {
  readonly pod: KubeObject;
  readonly container: Container;
  readonly crashes: number;
  /** The failed probe that had it killed. */
  readonly probe: string | undefined;
  /** `crashes`, and one more where its author's own patience had run out. */
  readonly weight: number;
}

function detect({ id, pods, seen }: Case): Detection[] {
  const crashers = pods.flatMap((pod) => worstOf(pod, seen) ?? []);
  const [worst] = crashers.toSorted((a, b) => b.weight - a.weight);
  if (worst === undefined) return [];
  const least = Math.min(...pods.map((pod) => crashers.find((each) => each.pod === pod)?.weight ?? 0));
  const tell = (key: keyof typeof graces): Detection => ({
    ...describe(id, worst, seen),
    key,
    grace: graces[key],
    ...(key === 'only some did' ? {} : { excuse: excuseOf(crashers, seen) }),
  });
  if (least >= 3) {
    const isInit = crashers.every(({ container }) => container.init);
    return [tell(isInit ? 'all in an init container, three times' : 'all new pods crashed three times')];
  }
  const all = least === 2 && crashers.every(({ container }) => !container.init);
  return [
    ...(all ? [tell('all new pods crashed twice')] : []),
    ...(worst.weight >= 3 ? [tell('only some did')] : []),
  ];
}

function worstOf(pod: KubeObject, seen: Remembered): Crasher | undefined {
  return containersOf(pod)
    .filter((container) => !container.status.ready && !isElsewhere(container))
    .map((container): Crasher => {
      const crashes = crashesOf(pod, container.status, seen);
      const probe = crashes === 0 ? undefined : killedBy(pod, container, seen);
      return { pod, container, crashes, probe, weight: crashes + (probe?.startsWith('Startup') ? 1 : 0) };
    })
    .filter(({ crashes }) => crashes > 0)
    .toSorted((a, b) => b.weight - a.weight)[0];
}

/** By the pod whose last failed run began first: each may have waited for what was not there then. */
const excuseOf = (crashers: readonly Crasher[], seen: Remembered): NonNullable<Detection['excuse']> => ({
  lastRunBegan: Math.min(
    ...crashers.map(
      ({ pod, container: { status } }) => (seen.failedAt(pod, status) ?? 0) - lastedOf(status) - latency,
    ),
  ),
  grace: graces['all, but another gated workload was not ready when the last run began'],
});

/** Done, or CannotRun's, which knows better how long to wait. */
const isElsewhere = ({ status, init }: Container): boolean =>
  (init && status.state?.terminated?.exitCode === 0) ||
  inabilityOf(status) !== undefined ||
  wasUnable(status);

/** `Liveness probe failed: …`: the words of the probe that the kubelet kills containers for. */
const killedBy = (pod: KubeObject, { status }: Container, seen: Remembered): string | undefined =>
  seen
    .warnings(pod.metadata.uid ?? '')
    .find(
      ({ reason, container, message }) =>
        reason === 'Unhealthy' && container === status.name && /^(?:Startup|Liveness) probe/.test(message),
    )?.message;

function describe(id: Case['id'], { pod, container, crashes, probe }: Crasher, seen: Remembered): Detection {
  const { status } = container;
  const end = lastEnd(status);
  const limit = containerSpec(pod, status.name)?.resources?.limits?.memory;
  const isOutOfMemory = end?.reason === 'OOMKilled';
  const how = isOutOfMemory ? sayOutOfMemory(limit) : end === undefined ? 'it was killed' : sayExit(end);
  const why = probe === undefined || isOutOfMemory ? '' : `, ${oneLine(probe, 160)}`;
  const before = seen.failedRunsBefore(pod, status.name);
  return {
    subject: describeObject(id),
    cause: `${sayContainer(pod, container)}: crashed ${crashes === 1 ? 'once' : `${crashes} times`}: ${how}${why}`,
    proof: oneLine(
      `${plural(status.restartCount, 'restart')}${before > 0 ? `, ${before} of its crashes before this release` : ''}; ${end === undefined ? 'no last state' : sayExit(end)}`,
      400,
    ),
    remedy: remedyOf(isOutOfMemory, limit, probe),
  };
}

/** A child process that was killed leaves exit 137 and no reason: that may be a probe's doing as well. */
const sayOutOfMemory = (limit: string | undefined): string =>
  limit === undefined
    ? 'OOMKilled without a limit of its own: its node ran out of memory'
    : `OOMKilled at its limit of ${limit}`;

function remedyOf(isOutOfMemory: boolean, limit: string | undefined, probe: string | undefined): string {
  if (isOutOfMemory)
    return `raise resources.limits.memory${limit === undefined ? '' : ` above ${limit}`}, or make it need less`;
  if (probe?.startsWith('Startup'))
    return 'read its log; if it only needs longer to start, raise startupProbe.failureThreshold';
  if (probe !== undefined) return 'read its log from before the kill; its liveness probe had it killed';
  return 'read the log of its last run (kubectl logs --previous)';
}
