/** First reports of faults, read off the API's objects: the bench's own reading. */
import type { Proof, Told } from './sighting.ts';

interface ContainerStatus {
  readonly restartCount: number;
  readonly ready: boolean;
  readonly started?: boolean;
  readonly state?: {
    readonly running?: object;
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: { readonly exitCode: number; readonly reason?: string; readonly message?: string };
  };
  readonly lastState?: { readonly terminated?: { readonly reason?: string; readonly message?: string } };
}

const statuses = ({ kind, status }: Told): readonly ContainerStatus[] =>
  kind === 'Pod'
    ? ['initContainerStatuses', 'containerStatuses'].flatMap(
        (list) => (status?.[list] as readonly ContainerStatus[] | undefined) ?? [],
      )
    : [];

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

const conditions = ({ status }: Told): readonly Condition[] =>
  (status?.['conditions'] as readonly Condition[] | undefined) ?? [];

/** A container waits with this reason. */
export const waits =
  (reason: RegExp): Proof =>
  (told) =>
    statuses(told).some(({ state }) => reason.test(state?.waiting?.reason ?? ''));

/** A container of a pod has ended so often: runs that the kubelet has begun again, and the one that is over now. */
export const ended =
  (times: number): Proof =>
  (told) =>
    statuses(told).some(({ restartCount, state, lastState }) => {
      const isOver =
        state?.terminated !== undefined ||
        (state?.waiting !== undefined && lastState?.terminated !== undefined);
      return restartCount + (isOver ? 1 : 0) >= times;
    });

/** An event of this reason whose message says so. */
export const event =
  (reason: string, says = /(?:)/): Proof =>
  (told) =>
    told.kind === 'Event' && told.reason === reason && says.test(told.message ?? '');

/** A condition of an object of this kind. */
export const condition =
  (kind: string, type: string, status: string, says = /(?:)/): Proof =>
  (told) =>
    told.kind === kind &&
    conditions(told).some(
      (each) =>
        each.type === type &&
        each.status === status &&
        says.test(`${each.reason ?? ''}: ${each.message ?? ''}`),
    );

export const phase =
  (kind: string, wanted: string): Proof =>
  (told) =>
    told.kind === kind && told.status?.['phase'] === wanted;

/** A container runs, has started, and is not ready. */
export const unready: Proof = (told) =>
  statuses(told).some(
    ({ state, started, ready }) => state?.running !== undefined && started === true && !ready,
  );

export const either =
  (...proofs: readonly Proof[]): Proof =>
  (told) =>
    proofs.some((proof) => proof(told));

/** The API refuses a controller's pods. */
export const refused = (says: RegExp): Proof =>
  either(event('FailedCreate', says), condition('ReplicaSet', 'ReplicaFailure', 'True', says));

export const pullFails = either(
  waits(/^(?:ErrImagePull|ImagePullBackOff)$/),
  event('Failed', /Failed to pull image/),
);
export const unschedulable = condition('Pod', 'PodScheduled', 'False', /^Unschedulable/);
