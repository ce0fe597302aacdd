import type { KubeObject, ObjectId } from '../kubernetes.ts';
import type { WorkloadProgress } from '../verdict/types.ts';
import type { ContainerStatus } from './pod-status.ts';

/** A Warning event of the API, about one object. */
export interface Warning {
  readonly reason: string;
  readonly message: string;
  /** Container that it is about, where the kubelet says so. */
  readonly container: string;
  /** When its newest state was seen, milliseconds since the epoch. */
  readonly at: number;
  /** That was after the release was applied: an older one may be about what it mends. */
  readonly fresh: boolean;
}

/** What readiness may look at: the newest seen state of each object, never the manifest. */
export interface Seen {
  find(id: ObjectId): KubeObject | undefined;
  /** Objects of this kind whose owner has this uid. */
  ownedBy(uid: string, kind: string): readonly KubeObject[];
  /** Newest first. */
  warnings(uid: string): readonly Warning[];
}

/** What the rules may look at besides: what is no longer to be read from the objects themselves. */
export interface Remembered extends Seen {
  /**
   * Why this container could not be started, in the first words: the kubelet says "manifest unknown" once, and from then
   * on "Back-off pulling image". Undefined where it never said.
   */
  firstWords(podUid: string, container: string): StartTrouble | undefined;
  /** How many runs of this container had failed when the release began: 0 for a pod that came with it. */
  failedRunsBefore(pod: KubeObject, container: string): number;
  /** It was made since the watch began. */
  isNew(pod: KubeObject): boolean;
  /** When the end of this container's last failed run was first seen, milliseconds since the epoch. */
  failedAt(pod: KubeObject, container: ContainerStatus): number | undefined;
  /** When this pod was first seen, milliseconds since the epoch. */
  bornAt(podUid: string): number | undefined;
  /** How often an autoscaler has promised this pod a node. */
  nodesPromised(podUid: string): number;
}

export interface StartTrouble {
  readonly reason: string;
  readonly message: string;
}

/** How far one object is; the same meaning for every kind. */
export type Progress = Omit<WorkloadProgress, 'id'>;

export type Assess = (object: KubeObject, seen: Seen) => Progress;

/** One kind's readiness: what counts, what not to fall for, and the code that decides. */
export interface Kind {
  /** `apps/Deployment`; core's group is empty: `/Pod`. */
  readonly name: string;
  /** `default`: must become ready unless ignored. `advisory`: reported, gates only when asked. `asked`: only when asked. */
  readonly gates: 'default' | 'advisory' | 'asked';
  /** For docs/readiness.md. */
  readonly ready: string;
  readonly trap: string;
  readonly assess: Assess;
  /** Kinds besides its own that its progress is read from. */
  readonly needs: readonly ('ReplicaSet' | 'Pod' | 'Event')[];
}

/** Group and kind, the first half of an `objectKey`. */
export const kindName = ({ apiVersion, kind }: Pick<ObjectId, 'apiVersion' | 'kind'>): string =>
  `${apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''}/${kind}`;

export const idOf = ({ apiVersion, kind, metadata }: KubeObject): ObjectId => ({
  apiVersion,
  kind,
  namespace: metadata.namespace ?? '',
  name: metadata.name,
});

export const blocked = (done: number, wanted: number, blockedOn: string): Progress => ({
  ready: false,
  done,
  wanted,
  blockedOn,
});

export const ready = (done: number, wanted = done): Progress => ({
  ready: true,
  done,
  wanted,
  blockedOn: '',
});
