/** The part of a Pod that readiness reads, as the API writes it. */
import type { KubeObject } from '../kubernetes.ts';

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly signal?: number;
    readonly reason?: string;
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly started?: boolean;
  readonly restartCount: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

interface PodSpec {
  readonly restartPolicy?: string;
  readonly initContainers?: readonly { readonly name: string; readonly restartPolicy?: string }[];
}

interface PodStatus {
  readonly phase?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly initContainerStatuses?: readonly ContainerStatus[];
  readonly containerStatuses?: readonly ContainerStatus[];
}

export const podStatus = (pod: KubeObject): PodStatus => (pod.status as PodStatus | undefined) ?? {};

export const restartPolicy = (pod: KubeObject): string =>
  (pod.spec as PodSpec | undefined)?.restartPolicy ?? 'Always';

export interface Container {
  readonly status: ContainerStatus;
  /** Runs to its end before the next may start. Sidecars (an init container that restarts always) do not. */
  readonly init: boolean;
}

/** In the order in which they start. */
export function containersOf(pod: KubeObject): Container[] {
  const { initContainerStatuses = [], containerStatuses = [] } = podStatus(pod);
  const sidecars = new Set(
    (pod.spec as PodSpec | undefined)?.initContainers
      ?.filter((container) => container.restartPolicy === 'Always')
      .map((container) => container.name),
  );
  return [
    ...initContainerStatuses.map((status) => ({ status, init: !sidecars.has(status.name) })),
    ...containerStatuses.map((status) => ({ status, init: false })),
  ];
}
