/** Where a failure is to be looked at: which pod, and which of its containers. */
import type { KubeObject } from '../kubernetes.ts';
import { isTrue } from '../workloads/conditions.ts';
import { containerSpec } from '../workloads/container-spec.ts';
import { lastEnd } from '../workloads/crashes.ts';
import type { Seen } from '../workloads/kind.ts';
import { everyPod, newestRevision, podMaker } from '../workloads/newest-pods.ts';
import { containersOf, podStatus, type Container } from '../workloads/pod-status.ts';

export interface Place {
  /** The workload, who makes its pods, the pod: those of them that have been seen. */
  readonly chain: readonly KubeObject[];
  readonly pod: KubeObject | undefined;
  /** The most telling one first. */
  readonly containers: readonly Container[];
  /** Other pods in which the same container is in the same trouble. */
  readonly alike: readonly KubeObject[];
}

/** The pod that the cause names; where it names none, the newest of those in the worst trouble. */
export function placeOf(cause: string, workload: KubeObject, seen: Seen): Place {
  const newest = newestRevision(workload, seen);
  const named = everyPod(workload, seen).find(({ metadata }) => says(cause, 'pod', metadata.name));
  const pod = named ?? worstOf(newest);
  if (pod === undefined) {
    const maker = podMaker(workload, seen);
    const isOther = maker !== undefined && maker !== workload;
    return { chain: isOther ? [workload, maker] : [workload], pod, containers: [], alike: [] };
  }
  const containers = tellingOf(pod, cause);
  const [first] = containers;
  return {
    chain: [...ownersOf(pod, workload, seen), pod],
    pod,
    containers,
    alike:
      first === undefined
        ? []
        : newest.filter((other) => other !== pod && isAlike(first.status.name)(pod, other)),
  };
}

/** Its image, for what fails alike elsewhere fails of the same image. */
export const imageOf = ({ pod, containers: [first] }: Place): string =>
  pod === undefined || first === undefined ? '' : (containerSpec(pod, first.status.name)?.image ?? '');

/** Whether a text has these words one after the other: names may be the beginnings of others. */
function says(text: string, ...pair: readonly [string, string]): boolean {
  const words = text.split(/[\s:,;]+/);
  return words.some((word, index) => word === pair[0] && words[index + 1] === pair[1]);
}

/** A workload owns its pods itself, or through the object between them. */
function ownersOf(pod: KubeObject, workload: KubeObject, seen: Seen): KubeObject[] {
  if (pod === workload) return [];
  const owners = new Set((pod.metadata.ownerReferences ?? []).map(({ uid }) => uid));
  const between = seen
    .ownedBy(workload.metadata.uid ?? '', 'ReplicaSet')
    .filter(({ metadata }) => owners.has(metadata.uid ?? ''));
  return [workload, ...between];
}

function worstOf(pods: readonly KubeObject[]): KubeObject | undefined {
  const weigh = (pod: KubeObject): number =>
    Math.max(0, ...containersOf(pod).map((each) => trouble(each, pod)));
  return pods
    .filter((pod) => !isTrue(pod, 'Ready') && podStatus(pod).phase !== 'Succeeded')
    .toSorted((a, b) => weigh(b) - weigh(a) || laterFirst(a, b))[0];
}

/** Of a Job's attempts the last one tells most. */
function laterFirst(a: KubeObject, b: KubeObject): number {
  const [left = '', right = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  return left === right ? 0 : left > right ? -1 : 1;
}

/** Enough to tell a container from its sidecar; more of one pod would crowd out other failures. */
const mostContainers = 2;

function tellingOf(pod: KubeObject, cause: string): Container[] {
  const all = containersOf(pod);
  const named = all.filter(({ status }) => says(cause, 'container', status.name));
  const troubled = all
    .filter((each) => !named.includes(each) && trouble(each, pod) > 0)
    .toSorted((a, b) => trouble(b, pod) - trouble(a, pod));
  const found = [...named, ...troubled];
  return (found.length > 0 ? found : all.filter(({ init }) => !init)).slice(0, mostContainers);
}

const onTheWay = new Set(['', 'ContainerCreating', 'PodInitializing']);

/** How much a container's state tells: it failed, it is not ready, it has not begun. */
function trouble({ status, init }: Container, pod: KubeObject): 0 | 1 | 2 | 3 {
  const { waiting, running, terminated } = status.state ?? {};
  const isOver = podStatus(pod).phase === 'Succeeded';
  if (terminated !== undefined) return terminated.exitCode === 0 && (init || isOver) ? 0 : 3;
  if (waiting !== undefined)
    return onTheWay.has(waiting.reason ?? '') && lastEnd(status) === undefined ? 0 : 3;
  if (running === undefined || status.ready) return 0;
  return init ? 1 : 2;
}

const isAlike =
  (name: string) =>
  (a: KubeObject, b: KubeObject): boolean => {
    const sign = signOf(a, name);
    return sign !== undefined && sign === signOf(b, name);
  };

/** Which trouble, whatever moment of it is seen: between two back-offs a container runs, or has just ended. */
function signOf(pod: KubeObject, name: string): string | undefined {
  const found = containersOf(pod).find(({ status }) => status.name === name);
  if (found === undefined || trouble(found, pod) === 0) return undefined;
  const end = lastEnd(found.status);
  if (end !== undefined) return `exit ${end.exitCode} ${end.reason ?? ''}`;
  const { reason = '' } = found.status.state?.waiting ?? {};
  return /Image/.test(reason) ? 'image' : reason;
}
