/**
 * Being Ready proves nothing of a container that has no readiness probe and was started a moment ago: it is Ready as soon
 * as it runs, also when it is about to crash. Nor where it has crashed since the release began and runs again, for it may
 * have been Ready then as well: it must last longer than it did.
 */
import type { Milliseconds } from '../duration.ts';
import type { KubeObject } from '../kubernetes.ts';
import { containerSpec } from '../workloads/container-spec.ts';
import { crashesOf, failedRuns, lastedOf } from '../workloads/crashes.ts';
import type { Remembered } from '../workloads/kind.ts';
import { containersOf, type Container } from '../workloads/pod-status.ts';
import { sayContainer } from '../workloads/pods.ts';
import { plural } from '../words.ts';

/** The kubelet writes whole seconds, and tells of a crash a second or two after it: what exits at once is seen by then. */
const margin: Milliseconds = 5_000;
/** A container that lived for longer before it crashed is for `minReadySeconds` and for the window after to see. */
const longest: Milliseconds = 30_000;

/** By the kubelet's clock, which may not be ours: only to spare who joins late a wait for what has run for ever. */
const longAgo: Milliseconds = 60_000;

/** A container that is on trial from the moment in which this was first seen. */
export interface Trial {
  /** Another run is another trial. */
  readonly key: string;
  readonly lasts: Milliseconds;
  readonly words: string;
}

/** Until then a workload that is ready does not count as it. */
export interface Settling {
  readonly until: number;
  readonly words: string;
}

/**
 * None in a release in which nothing crashed and everything new has a readiness probe. To who joins late (`late` is the
 * present then) anything may be new, and any crash this release's.
 */
export function trialsOf(
  workload: KubeObject,
  pods: readonly KubeObject[],
  seen: Remembered,
  late?: number,
): readonly Trial[] {
  // A Job is done when it says so, whatever its tries were like.
  if (workload.kind === 'Job') return [];
  return pods.flatMap((pod) =>
    containersOf(pod).flatMap((container) => trialOf(pod, container, seen, late) ?? []),
  );
}

/** Which of them ends last; undefined when none runs. */
export function settlingOf(
  trials: readonly Trial[],
  since: ReadonlyMap<string, number>,
): Settling | undefined {
  return trials
    .map(({ key, lasts, words }): Settling => ({ until: (since.get(key) ?? 0) + lasts, words }))
    .toSorted((a, b) => b.until - a.until)[0];
}

function trialOf(
  pod: KubeObject,
  container: Container,
  seen: Remembered,
  late: number | undefined,
): Trial | undefined {
  const { status, init } = container;
  const { running, terminated } = status.state ?? {};
  if (init || terminated?.exitCode === 0) return undefined;
  const key = `${pod.metadata.uid} ${status.name} ${status.restartCount}`;
  const name = sayContainer(pod, container);
  const joinsLate = late !== undefined;
  if (joinsLate && late - Date.parse(running?.startedAt ?? '') > longAgo) return undefined;
  const crashes = joinsLate ? failedRuns(status) : crashesOf(pod, status, seen);
  const crashed = plural(crashes, 'crash', 'es');
  if (running === undefined) {
    // Two watches: the pod tells of its crash before its workload does.
    return crashes === 0
      ? undefined
      : { key: `${key} down`, lasts: longest, words: `${name}: down after ${crashed}` };
  }
  if (crashes > 0) {
    const lasts = Math.min(lastedOf(status) + margin, longest);
    return { key, lasts, words: `${name}: runs again after ${crashed}, must last ${lasts / 1_000}s` };
  }
  const isProbed = containerSpec(pod, status.name)?.readinessProbe !== undefined;
  if (isProbed || !(joinsLate || seen.isNew(pod))) return undefined;
  return { key, lasts: margin, words: `${name}: has no readiness probe, must last ${margin / 1_000}s` };
}
