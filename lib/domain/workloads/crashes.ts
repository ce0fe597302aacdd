/** How often containers have crashed, counted: a pod between two back-offs is Running for a moment (karmada#3556). */
import type { Milliseconds } from '../duration.ts';
import type { KubeObject } from '../kubernetes.ts';
import type { Remembered } from './kind.ts';
import type { ContainerState, ContainerStatus } from './pod-status.ts';

/**
 * Runs of this container that are over, and were not meant to be. `restartCount` counts a run that has ended only when
 * the next one begins: while it is `terminated` or backs off, one more is over.
 */
export function failedRuns({ restartCount, state, lastState }: ContainerStatus): number {
  const { terminated, waiting } = state ?? {};
  const justFailed = terminated !== undefined && terminated.exitCode !== 0;
  const backsOff =
    waiting !== undefined && !isFirstStart(waiting.reason) && lastState?.terminated !== undefined;
  return restartCount + (justFailed || backsOff ? 1 : 0);
}

/** What a pod says while it is first set up, and again when its node sets it up anew. */
const isFirstStart = (reason = ''): boolean => ['', 'ContainerCreating', 'PodInitializing'].includes(reason);

/** The same since this release began: a pod may have crashed before it (kubedog#284). */
export const crashesOf = (pod: KubeObject, status: ContainerStatus, seen: Remembered): number =>
  Math.max(0, failedRuns(status) - seen.failedRunsBefore(pod, status.name));

/** How its last run ended; undefined when none has. */
export const lastEnd = ({ state, lastState }: ContainerStatus): ContainerState['terminated'] =>
  state?.terminated ?? lastState?.terminated;

/** How long its last run took. Both ends are by the kubelet's own clock, which may not be ours. 0 where it does not say. */
export function lastedOf(status: ContainerStatus): Milliseconds {
  const { startedAt = '', finishedAt = '' } = lastEnd(status) ?? {};
  const lasted = Date.parse(finishedAt) - Date.parse(startedAt);
  return Number.isFinite(lasted) ? Math.max(0, lasted) : 0;
}
