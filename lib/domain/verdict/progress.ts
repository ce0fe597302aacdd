import { describeObject } from '../kubernetes.ts';
import type { WorkloadProgress } from './types.ts';

/** `Deployment shop/web 1 of 2 ready, blocked on pod web-6f9 container app: ErrImagePull: manifest unknown`. */
export function progressLine({ id, ready, done, wanted, blockedOn }: WorkloadProgress): string {
  const standing = `${describeObject(id)} ${done} of ${wanted} ready`;
  return ready || blockedOn === '' ? standing : `${standing}, blocked on ${blockedOn}`;
}

/** `2 of 3 workloads ready: Deployment shop/web 1 of 2 ready, blocked on …`: in one line, naming the first that is not. */
export function summariseProgress(workloads: readonly WorkloadProgress[]): string {
  const first = workloads.find((workload) => !workload.ready);
  const count = workloads.filter((workload) => workload.ready).length;
  const all = `${count} of ${workloads.length} workloads ready`;
  return first === undefined ? all : `${all}: ${progressLine(first)}`;
}
