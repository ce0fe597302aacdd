import type { KubeObject } from '../kubernetes.ts';
import { conditionOf, isTrue, sayCondition } from './conditions.ts';
import { containerSpec } from './container-spec.ts';
import type { Seen, Warning } from './kind.ts';
import { containersOf, podStatus, type Container, type ContainerStatus } from './pod-status.ts';
import { pullCause } from './pull-trouble.ts';
import { oneLine, plural, reasonAndMessage } from '../words.ts';

/** How telling an obstacle is: an error outranks a failing probe, which outranks what is merely under way. */
const weight = { underWay: 1, probe: 2, error: 3 } as const;

interface Obstacle {
  readonly weight: number;
  readonly text: string;
}

/** A replica that its controller still wants: not on its way out. */
export const isWanted = (pod: KubeObject): boolean => pod.metadata.deletionTimestamp === undefined;

export const isPodReady = (pod: KubeObject): boolean => isTrue(pod, 'Ready');

/**
 * Why these pods are not ready, from the most telling of them: `pod web-2 container app: ErrImagePull: …`.
 * Empty when all are ready. Pods on their way out are not asked.
 */
export function blockedPods(pods: readonly KubeObject[], seen: Seen): string {
  const worst = pods
    .filter((pod) => isWanted(pod) && !isPodReady(pod))
    .sort(byOrdinal)
    .map((pod) => ({ pod, obstacle: obstacleOf(pod, seen) }))
    .reduce<{ pod: KubeObject; obstacle: Obstacle } | undefined>(
      (best, next) => (best === undefined || next.obstacle.weight > best.obstacle.weight ? next : best),
      undefined,
    );
  return worst === undefined ? '' : `pod ${worst.pod.metadata.name} ${worst.obstacle.text}`;
}

/** web-2 before web-10. Comparing as a language does takes a tenth of a second to load its rules. */
export function byOrdinal(
  { metadata: { name: a } }: KubeObject,
  { metadata: { name: b } }: KubeObject,
): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

function obstacleOf(pod: KubeObject, seen: Seen): Obstacle {
  const { phase, reason, message } = podStatus(pod);
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False') {
    return { weight: weight.error, text: `not scheduled: ${oneLine(sayCondition(scheduled))}` };
  }
  const warnings = seen.warnings(pod.metadata.uid ?? '');
  const containers = containersOf(pod);
  const obstacles = containers.flatMap(
    (container) =>
      containerObstacle(container, containerSpec(pod, container.status.name)?.image ?? '', warnings) ?? [],
  );
  const worst = obstacles.reduce<Obstacle | undefined>(
    (best, next) => (best === undefined || next.weight > best.weight ? next : best),
    undefined,
  );
  if (worst !== undefined && worst.weight > weight.underWay) return worst;
  if (phase === 'Failed') {
    return { weight: weight.error, text: reasonAndMessage(reason ?? 'Failed', message) };
  }
  const notStarting = warnings.find((warning) => notStartingReasons.has(warning.reason));
  if (notStarting !== undefined && !containers.some(({ status }) => status.state?.running)) {
    return { weight: weight.error, text: reasonAndMessage(notStarting.reason, notStarting.message) };
  }
  const gate = conditionOf(pod, 'Ready');
  if (worst === undefined && gate?.reason === 'ReadinessGatesNotReady') {
    return { weight: weight.probe, text: oneLine(sayCondition(gate)) };
  }
  if (worst !== undefined) return worst;
  if (containers.length > 0 && containers.every(({ status, init }) => init || status.ready)) {
    const { nodeName = 'unknown' } = (pod.spec as { nodeName?: string } | undefined) ?? {};
    return { weight: weight.probe, text: `not ready although its containers are (node ${nodeName})` };
  }
  return { weight: weight.underWay, text: 'not started yet' };
}

/** Said only in events: the pod's own status just says ContainerCreating. */
const notStartingReasons = new Set(['FailedMount', 'FailedAttachVolume', 'FailedCreatePodSandBox']);

/** Waiting for these is what every healthy start does. */
const onTheWay = new Set(['ContainerCreating', 'PodInitializing', '']);

/** `pod web-2 container app`: how a cause names where it was seen. */
export const sayContainer = (pod: KubeObject, container: Container): string =>
  `pod ${pod.metadata.name} ${nameOf(container)}`;

const nameOf = ({ status, init }: Container): string =>
  `${init ? 'init container' : 'container'} ${status.name}`;

function containerObstacle(
  container: Container,
  image: string,
  warnings: readonly Warning[],
): Obstacle | undefined {
  const { status, init } = container;
  const name = nameOf(container);
  const { waiting, running, terminated } = status.state ?? {};
  if (waiting !== undefined) {
    const reason = waiting.reason ?? '';
    if (onTheWay.has(reason)) {
      return { weight: weight.underWay, text: `${name}: ${reason === '' ? 'not started yet' : reason}` };
    }
    const cause = reason === 'CrashLoopBackOff' ? lastExit(status) : pullCause(waiting.message ?? '', image);
    return { weight: weight.error, text: `${name}: ${reasonAndMessage(reason, cause)}` };
  }
  if (terminated !== undefined) {
    if (init && terminated.exitCode === 0) return undefined;
    return { weight: weight.error, text: `${name}: ${sayExit(terminated)}` };
  }
  if (running === undefined || status.ready) return undefined;
  if (init) return { weight: weight.underWay, text: `${name}: still running` };
  return probeObstacle(name, status, warnings);
}

function probeObstacle(name: string, status: ContainerStatus, warnings: readonly Warning[]): Obstacle {
  const unhealthy = warnings.find((w) => w.reason === 'Unhealthy' && w.container === status.name);
  const probe = status.started === false ? 'startup probe has not passed' : 'not ready';
  const restarts = status.restartCount === 0 ? '' : `, ${plural(status.restartCount, 'restart')}`;
  const said = unhealthy === undefined ? '' : `: ${oneLine(unhealthy.message)}`;
  return { weight: weight.probe, text: `${name}: ${probe}${restarts}${said}` };
}

function lastExit(status: ContainerStatus): string {
  const last = status.lastState?.terminated;
  const exit = last === undefined ? '' : `${sayExit(last)}, `;
  return `${exit}${plural(status.restartCount, 'restart')}`;
}

/** `exit 1 (Error)`, `exit 137 (OOMKilled)`, with the container's own last words where it left any. */
export function sayExit({
  exitCode,
  reason,
  message,
}: NonNullable<ContainerStatus['state']>['terminated'] & object): string {
  const why = reason === undefined || reason === '' ? '' : ` (${reason})`;
  const words = message === undefined || message === '' ? '' : `: ${oneLine(message, 160)}`;
  return `exit ${exitCode}${why}${words}`;
}
