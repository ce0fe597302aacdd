import type { KubeObject } from '../kubernetes.ts';
import { containerSpec } from '../workloads/container-spec.ts';
import { containersOf, type Container, type ContainerState } from '../workloads/pod-status.ts';
import { sayExit } from '../workloads/pods.ts';
import { sayPull } from '../workloads/pull-trouble.ts';
import { oneLine } from '../words.ts';
import { stillRunning, type ContainerFacts, type LogRequest, type Run } from './types.ts';

/** Pods with more exist (meshes, agents); the first ones are those that start first. */
const mostContainers = 12;

/** The states of a pod's containers, as a person reads them. */
export const containerFacts = (pod: KubeObject): ContainerFacts[] =>
  containersOf(pod)
    .slice(0, mostContainers)
    .map((container) => factsOf(container, pod));

function factsOf({ status, init }: Container, pod: KubeObject): ContainerFacts {
  const image = containerSpec(pod, status.name)?.image ?? '';
  return {
    name: `${status.name}${init ? ' (init)' : ''}`,
    image,
    state: sayState(status.state, status.ready || init, image),
    last: sayEnd(status.lastState?.terminated),
    restarts: status.restartCount,
  };
}

function sayState(state: ContainerState | undefined, ready: boolean, image: string): string {
  const { waiting, running, terminated } = state ?? {};
  if (terminated !== undefined) return sayEnd(terminated);
  if (running !== undefined) {
    const since = running.startedAt === undefined ? '' : ` since ${running.startedAt}`;
    return `running${since}${ready ? '' : ', not ready'}`;
  }
  const { reason = '', message = '' } = waiting ?? {};
  const said = [reason, sayPull(message, image)].filter((part) => part !== '').join(': ');
  return said === '' ? 'not started' : `waiting: ${oneLine(said, 400)}`;
}

/** `exit 1 (Error) at 2026-01-01T00:00:00Z`; empty when it has not ended. */
function sayEnd(end: (ContainerState['terminated'] & { readonly finishedAt?: string }) | undefined): string {
  if (end === undefined) return '';
  const at = typeof end.finishedAt === 'string' ? ` at ${end.finishedAt}` : '';
  return `${sayExit(end)}${at}`;
}

/** These end without their program having said anything. */
const neverBegan = new Set(['StartError', 'ContainerCannotRun']);

/** The runs of a container that have left a log: the previous one first, for it has the crash. */
export function runsOf(pod: KubeObject, { status }: Container): LogRequest[] {
  const { name, state, lastState } = status;
  const { name: podName, namespace = '' } = pod.metadata;
  const request = (run: Run, ended: string): LogRequest => ({
    namespace,
    pod: podName,
    container: name,
    run,
    ended,
  });
  const before = lastState?.terminated;
  const { running, terminated } = state ?? {};
  const began = (end: typeof before): boolean => end !== undefined && !neverBegan.has(end.reason ?? '');
  return [
    ...(before !== undefined && began(before)
      ? [request('previous', sayExit({ ...before, message: '' }))]
      : []),
    ...(terminated !== undefined && began(terminated)
      ? [request('current', sayExit({ ...terminated, message: '' }))]
      : []),
    ...(running === undefined ? [] : [request('current', stillRunning)]),
  ];
}
