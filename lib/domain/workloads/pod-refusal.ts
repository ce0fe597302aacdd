/** Pods that the API does not let a controller make, and why. */
import type { KubeObject } from '../kubernetes.ts';
import { conditionOf, unobserved, type Condition } from './conditions.ts';
import type { Remembered, Warning } from './kind.ts';
import { podMaker } from './newest-pods.ts';

/** What the API says of new pods of this workload, when that stands; undefined when it lets them be. */
export function standingRefusal(
  object: KubeObject,
  seen: Remembered,
  earlier: readonly KubeObject[],
): string | undefined {
  const maker = podMaker(object, seen);
  if (maker === undefined) return notEvenReplicaSet(object, seen, earlier);
  const event = seen
    .warnings(maker.metadata.uid ?? '')
    .find(({ reason, fresh }) => fresh && reason === 'FailedCreate');
  return hasCondition(maker)
    ? refusedByCondition(maker, event, earlier)
    : refusedByEvent(maker, event, seen)?.message;
}

/** StatefulSets, DaemonSets and Jobs say it by an event alone. */
const hasCondition = ({ kind }: KubeObject): boolean => /^(?:ReplicaSet|ReplicationController)$/.test(kind);

/**
 * The condition says that it stands, and keeps its first text: a fresh event tells why it does now. One from before the
 * release is only believed with such an event, for the controller may not have tried again yet (helm#3875).
 */
function refusedByCondition(
  maker: KubeObject,
  event: Warning | undefined,
  earlier: readonly KubeObject[],
): string | undefined {
  const failure = conditionOf(maker, 'ReplicaFailure');
  if (failure?.status !== 'True' || unobserved(maker) !== undefined) return undefined;
  return event?.message ?? (isOld(failure, earlier) ? undefined : failure.message);
}

/** Only until a pod has been made since: the event itself stays for an hour. */
const refusedByEvent = (
  maker: KubeObject,
  event: Warning | undefined,
  seen: Remembered,
): Warning | undefined =>
  event !== undefined &&
  seen
    .ownedBy(maker.metadata.uid ?? '', 'Pod')
    .every(({ metadata: { uid = '' } }) => (seen.bornAt(uid) ?? 0) < event.at)
    ? event
    : undefined;

/** A Deployment whose ReplicaSet is refused looks as if its controller had not looked yet. */
function notEvenReplicaSet(
  object: KubeObject,
  seen: Remembered,
  earlier: readonly KubeObject[],
): string | undefined {
  const progress = conditionOf(object, 'Progressing');
  if (progress?.status !== 'False' || progress.reason !== 'ReplicaSetCreateError') return undefined;
  const event = seen
    .warnings(object.metadata.uid ?? '')
    .find(({ reason, fresh }) => fresh && reason === 'ReplicaSetCreateError');
  // Its controller has not got to the new generation, so what it says now stands among what it said before.
  const others = earlier.filter((before) => before !== object);
  return event?.message ?? (isOld(progress, others) ? undefined : progress.message);
}

/** It was there before the release. A Deployment copies its ReplicaSet's condition, with the time of its transition. */
const isOld = (condition: Condition, earlier: readonly KubeObject[]): boolean =>
  earlier.some((before) => {
    const known = conditionOf(before, condition.type);
    if (known === undefined || known.reason !== condition.reason) return false;
    return condition.type === 'Progressing'
      ? known.lastUpdateTime === condition.lastUpdateTime
      : known.lastTransitionTime === condition.lastTransitionTime;
  });

/**
 * - `quota`, `webhook`: may come free, or come up
 * - `policy`, `limits`: somebody has decided so
 * - `priority`: the PriorityClass may still be made
 */
export type RefusalKind = 'quota' | 'webhook' | 'policy' | 'limits' | 'priority' | 'forbidden' | 'unclear';

const signs: readonly (readonly [RefusalKind, RegExp])[] = [
  ['webhook', /failed calling webhook|failed to call webhook|no endpoints available for service/],
  ['policy', /violates PodSecurity|denied (?:the )?request/],
  ['limits', /(?:maximum|minimum) \S+ usage per|max limit to request ratio per/],
  ['quota', /exceeded quota/],
  ['priority', /no PriorityClass with name/],
  ['forbidden', /is forbidden/],
];

export const refusalKind = (text: string): RefusalKind =>
  signs.find(([, sign]) => sign.test(text))?.[0] ?? 'unclear';

/** Without which pod it was: the name is made up for each try. */
export const refusalWords = (text: string): string =>
  text
    .replace(/^\(combined from similar events\): /, '')
    .replace(/^Error creating: /, '')
    .replace(/^create Pod \S+ in StatefulSet \S+ failed error: /, '')
    .replace(/^pods "[^"]*" is forbidden: /, '')
    .replace(/^Internal error occurred: /, '');
