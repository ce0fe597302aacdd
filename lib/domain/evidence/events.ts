import type { KubeObject } from '../kubernetes.ts';
import type { Observation } from '../verdict/types.ts';
import { isNewer } from '../verdict/world.ts';
import { sayPull } from '../workloads/pull-trouble.ts';
import { oneLine } from '../words.ts';
import type { EventFacts } from './types.ts';

/** Of one failure; the newest ones, where there are more. */
const mostEvents = 20;

interface ApiEvent extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly series?: { readonly count?: number };
  readonly involvedObject?: { readonly kind?: string; readonly name?: string; readonly uid?: string };
}

/** One event object of the API; it counts its own repetitions. */
export interface ReleaseEvent {
  readonly event: ApiEvent;
  /** How often since the release began. */
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

/** The Warnings that were seen: the watcher tells of none from before the release. */
export function releaseEvents(observations: readonly Observation[]): ReleaseEvent[] {
  const states = observations.flatMap((seen) => {
    if (seen.kind !== 'object' || seen.object.kind !== 'Event') return [];
    const event: ApiEvent = seen.object;
    return event.type === 'Warning' ? [{ at: seen.at, event }] : [];
  });
  const byUid = Map.groupBy(states, ({ event: { metadata } }) => metadata.uid ?? metadata.name);
  return [...byUid.values()].flatMap(([first, ...rest]) => {
    if (first === undefined) return [];
    const all = [first, ...rest];
    const newest = all.reduce((a, b) => (isNewer(b.event, a.event) ? b : a)).event;
    const counts = all.map(({ event }) => countOf(event));
    const times = all.map(({ at }) => at);
    return [
      {
        event: newest,
        count: Math.max(...counts) - countedBefore(newest, Math.min(...counts)),
        first: Math.min(...times),
        last: Math.max(...times),
      },
    ];
  });
}

/** An object that an earlier release had as well may have been warned of then: the first state seen is one more. */
const countedBefore = ({ involvedObject }: ApiEvent, least: number): number =>
  involvedObject?.kind === 'Pod' ? 0 : least - 1;

const countOf = ({ count, series }: ApiEvent): number => series?.count ?? count ?? 1;

/** What the API says of these objects, told once where it says the same of several pods; in order of time. */
export function eventsAbout(objects: readonly KubeObject[], events: readonly ReleaseEvent[]): EventFacts[] {
  const uids = new Set(objects.map(({ metadata }) => metadata.uid));
  const related = events.filter(({ event }) => uids.has(event.involvedObject?.uid ?? ''));
  const same = Map.groupBy(related, ({ event }) => meaningOf(event));
  return [...same.values()]
    .map((group) => factsOf(group.toSorted((a, b) => b.last - a.last)))
    .toSorted((a, b) => (a.last === b.last ? 0 : a.last < b.last ? -1 : 1))
    .slice(-mostEvents);
}

/** The same words about alike objects are the same news: their names and uids are left out. */
function meaningOf({ reason = '', message = '', involvedObject = {} }: ApiEvent): string {
  const { kind = '', name = '', uid = '' } = involvedObject;
  const anyone = [uid, name]
    .filter((word) => word !== '')
    .reduce((text, word) => text.replaceAll(word, '…'), message);
  return `${kind} ${reason} ${anyone}`;
}

function factsOf(newestFirst: readonly ReleaseEvent[]): EventFacts {
  const event: ApiEvent = newestFirst[0]?.event ?? {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: '' },
  };
  const { kind = '', name = '' } = event.involvedObject ?? {};
  return {
    about: `${kind} ${name}`,
    reason: event.reason ?? '',
    message: oneLine(speakable(event.message ?? ''), 400),
    count: newestFirst.reduce((sum, { count }) => sum + count, 0),
    first: new Date(Math.min(...newestFirst.map(({ first }) => first))).toISOString(),
    last: new Date(Math.max(...newestFirst.map(({ last }) => last))).toISOString(),
  };
}

/** A registry's 429 may name the user. */
function speakable(message: string): string {
  const [, image] = /image "([^"]+)"/.exec(message) ?? [];
  return image === undefined ? message : sayPull(message, image);
}
