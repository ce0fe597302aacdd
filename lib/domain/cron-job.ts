/** A Job that is made of a CronJob's template now, and how it stands. */
import type { KubeObject } from './kubernetes.ts';

export interface CronJobSpec {
  readonly suspend?: boolean;
  readonly jobTemplate: {
    readonly metadata?: {
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly spec: Readonly<Record<string, unknown>> & { readonly activeDeadlineSeconds?: number };
  };
}

export const cronJobSpec = (cronJob: KubeObject): CronJobSpec => cronJob.spec as CronJobSpec;

/** How many of its own Jobs are at work now. */
export const activeJobs = (cronJob: KubeObject): number =>
  (cronJob.status as { active?: readonly unknown[] } | undefined)?.active?.length ?? 0;

/** A Job's name is a label of its pods, which has 63 characters. */
const longestName = 63;

/** `chance`: hexadecimal, never the same twice. */
export const jobName = (cronJob: string, chance: string): string => {
  const end = `-slipway-${chance}`;
  return `${cronJob.slice(0, longestName - end.length)}${end}`;
};

/**
 * As `kubectl create job --from` makes it: owned by the CronJob, so that its history limits remove it in time. The
 * deadline is ours unless the team's is shorter: nothing runs on after a run that was killed. No blockOwnerDeletion,
 * which some clusters refuse to who may not change the owner (kubernetes#79040).
 */
export function jobFrom(cronJob: KubeObject, name: string, deadlineSeconds: number): KubeObject {
  const { metadata, spec } = cronJobSpec(cronJob).jobTemplate;
  const theirs = spec.activeDeadlineSeconds ?? deadlineSeconds;
  const owner = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    name: cronJob.metadata.name,
    uid: cronJob.metadata.uid ?? '',
    controller: true,
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      ...(cronJob.metadata.namespace === undefined ? {} : { namespace: cronJob.metadata.namespace }),
      labels: { ...metadata?.labels },
      annotations: { ...metadata?.annotations, 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [owner],
    },
    spec: { ...spec, activeDeadlineSeconds: Math.min(theirs, deadlineSeconds) },
  };
}

export type JobState =
  | { readonly kind: 'running' }
  | { readonly kind: 'complete' }
  | { readonly kind: 'failed'; /** `BackoffLimitExceeded: …` */ readonly why: string };

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** FailureTarget and SuccessCriteriaMet come before: its pods still end. */
export function jobState(job: KubeObject): JobState {
  const { conditions = [] } = (job.status ?? {}) as { conditions?: readonly Condition[] };
  const is = (type: string): Condition | undefined =>
    conditions.find((each) => each.type === type && each.status === 'True');
  const failed = is('Failed');
  if (failed !== undefined)
    return { kind: 'failed', why: [failed.reason, failed.message].filter((part) => part).join(': ') };
  return is('Complete') === undefined ? { kind: 'running' } : { kind: 'complete' };
}

interface ContainerState {
  readonly name?: string;
  readonly image?: string;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

interface PodState {
  readonly phase?: string;
  readonly conditions?: readonly Condition[];
  readonly initContainerStatuses?: readonly ContainerState[];
  readonly containerStatuses?: readonly ContainerState[];
}

/** For what a kubelet waits that rarely comes by itself: verdict/rules judge a rollout by the same reasons. */
const stuckReasons: Readonly<Record<string, string>> = {
  ErrImagePull: 'image',
  ImagePullBackOff: 'image',
  ErrImageNeverPull: 'image',
  InvalidImageName: 'image',
  CreateContainerConfigError: 'config',
};

const remedies: Readonly<Record<string, string>> = {
  image: 'check the image of the CronJob, its pull secret, and that its registry answers from the nodes',
  config: 'make the Secret, ConfigMap or key that it names, or correct the CronJob',
};

/** What a kubelet says while it only waits to ask again; the cause came before it (krane#124). */
const backOff = /^Back-off pulling image/;

export interface Stuck {
  /** `container dump: ErrImagePull: … not found` */
  readonly words: string;
  readonly remedy: string;
}

/** Why a pod cannot begin; undefined where it can, or may. `before`: what was said of the same pod a moment ago. */
export function stuckPod(pod: KubeObject, before?: Stuck): Stuck | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = (pod.status ?? {}) as PodState;
  for (const { name = '', state } of [...initContainerStatuses, ...containerStatuses]) {
    const { reason = '', message = '' } = state?.waiting ?? {};
    const remedy = remedies[stuckReasons[reason] ?? ''];
    if (remedy === undefined) continue;
    if (before !== undefined && (message === '' || backOff.test(message))) return before;
    return { words: `container ${name}: ${[reason, message].filter((part) => part).join(': ')}`, remedy };
  }
  return undefined;
}

/** What a pod of it waits for, or does: `ImagePullBackOff: …`, `Running`. */
export function podWords(pod: KubeObject): string {
  const { phase = 'Pending', conditions = [], containerStatuses = [] } = (pod.status ?? {}) as PodState;
  const waiting = containerStatuses.find(({ state }) => state?.waiting !== undefined)?.state?.waiting;
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  const { reason, message } = waiting ?? unscheduled ?? { reason: phase, message: undefined };
  return [reason, message].filter((part) => part).join(': ');
}
