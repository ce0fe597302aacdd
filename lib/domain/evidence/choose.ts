/** Which failures a verdict tells of, and what of the cluster shows each: decided from what the watcher saw. */
import { describeObject, type KubeObject, type ObjectId } from '../kubernetes.ts';
import { decisiveFinding } from '../report/findings.ts';
import type { Finding, Observation, Verdict } from '../verdict/types.ts';
import { World } from '../verdict/world.ts';
import { plural } from '../words.ts';
import { containerFacts, runsOf } from './containers.ts';
import { eventsAbout, releaseEvents, type ReleaseEvent } from './events.ts';
import { imageOf, placeOf, type Place } from './place.ts';
import type { Failure, LogRequest } from './types.ts';

/** A failure with the logs that would tell more of it, which nobody has read yet. */
export interface Scene extends Omit<Failure, 'logs' | 'changes'> {
  /** The workload; undefined where the release as a whole failed. */
  readonly id: ObjectId | undefined;
  readonly wanted: readonly LogRequest[];
}

export interface Choice {
  readonly scenes: readonly Scene[];
  /** What could not be seen, or is left out, a line each. */
  readonly missing: readonly string[];
}

type Judged = Pick<Verdict, 'outcome' | 'reason' | 'findings' | 'at' | 'workloads'>;

const evidenceLimits = { failures: 8, logs: 6 } as const;

/** Ten pods that fail alike are one failure, and so are two workloads of one image with the same cause. */
export function chooseEvidence(
  verdict: Judged,
  observations: readonly Observation[],
  limits: { readonly failures: number; readonly logs: number } = evidenceLimits,
): Choice {
  const world = worldOf(observations);
  const events = releaseEvents(observations);
  const told = toldBy(verdict).map((finding) => lookAt(finding, verdict, world));
  const distinct = [...Map.groupBy(told, ({ sign }) => sign).values()].flatMap(([first, ...rest]) =>
    first === undefined ? [] : [{ ...first, others: rest.map(({ told: { subject } }) => subject) }],
  );
  const shown = distinct.slice(0, limits.failures);
  const scenes = shareLogs(
    shown.map((each) => sceneOf(each, events)),
    limits.logs,
  );
  const more = distinct.length - shown.length;
  return {
    scenes,
    missing: [
      ...unseen(observations),
      ...(more > 0 ? [`${plural(more, 'more failure')}: see the findings`] : []),
    ],
  };
}

type Told = Pick<Finding, 'subject' | 'rule' | 'cause' | 'remedy'>;

/** These only count the time: where another finding says why, they add nothing. */
const timeOnly = new Set(['NotReadyInTime', 'ProgressDeadlineExceeded']);

/** What is told of each workload, the decisive first; without any finding, what is not ready; else the reason alone. */
function toldBy(verdict: Judged): Told[] {
  const decisive = decisiveFinding(verdict);
  const grave = verdict.findings.filter(({ severity }) => severity !== 'advisory');
  const ordered = decisive === undefined ? grave : [decisive, ...grave.filter((each) => each !== decisive)];
  const saysWhy = ({ rule }: Told): boolean => !timeOnly.has(rule);
  const kept = ordered.filter((finding, index) => {
    const ofSame = ordered.filter(({ subject }) => subject === finding.subject);
    return saysWhy(finding) || (!ofSame.some(saysWhy) && ordered.indexOf(ofSame[0] ?? finding) === index);
  });
  if (kept.length > 0) return kept;
  const blocked = verdict.workloads.filter(({ ready, blockedOn }) => !ready && blockedOn !== '');
  if (blocked.length > 0)
    return blocked.map(({ id, blockedOn }) => ({
      subject: describeObject(id),
      rule: '',
      cause: blockedOn,
      remedy: '',
    }));
  return [{ subject: '', rule: '', cause: verdict.reason, remedy: '' }];
}

interface Looked {
  readonly told: Told;
  readonly id: ObjectId | undefined;
  readonly place: Place | undefined;
  /** What has it in common with what fails alike. */
  readonly sign: string;
}

function lookAt(told: Told, { workloads }: Pick<Verdict, 'workloads'>, world: World): Looked {
  const id = workloads.map((workload) => workload.id).find((each) => describeObject(each) === told.subject);
  const object = id === undefined ? undefined : world.find(id);
  const place = object === undefined ? undefined : placeOf(told.cause, object, world);
  const image = place === undefined ? '' : imageOf(place);
  // Without an image that two workloads could share, each stands for itself.
  const where = image === '' ? told.subject : image;
  return { told, id, place, sign: [told.rule, where, anyPod(told.cause, place)].join('\n') };
}

/** The cause without what differs from pod to pod: its name, and how often so far. */
const anyPod = (cause: string, place: Place | undefined): string =>
  (place?.pod === undefined ? cause : cause.replaceAll(place.pod.metadata.name, '')).replaceAll(
    /\b(?:once|\d+ (?:times|restarts?|failed attempts?))\b/g,
    '#',
  );

function sceneOf(
  { told, id, place, others }: Looked & { readonly others: readonly string[] },
  events: readonly ReleaseEvent[],
): Scene {
  const { subject, rule, cause, remedy } = told;
  const pod = place?.pod;
  const alike = place?.alike ?? [];
  return {
    subject,
    rule,
    cause,
    remedy,
    id,
    alike: [...(alike.length === 0 ? [] : [`${plural(alike.length, 'more pod')} of it`]), ...new Set(others)],
    owners: (place?.chain ?? []).map(nameOf),
    containers: pod === undefined ? [] : containerFacts(pod),
    events: eventsAbout([...(place?.chain ?? []), ...alike], events),
    wanted: pod === undefined ? [] : (place?.containers ?? []).flatMap((container) => runsOf(pod, container)),
  };
}

const nameOf = ({ kind, metadata: { namespace = '', name } }: KubeObject): string =>
  describeObject({ kind, namespace, name });

/** First one log of each failure, then the second of each: one that has many does not take them all. */
function shareLogs(scenes: readonly Scene[], most: number): Scene[] {
  const turns = scenes
    .flatMap(({ wanted }) => wanted.map((request, turn) => ({ request, turn })))
    .toSorted((a, b) => a.turn - b.turn)
    .slice(0, most);
  const given = new Set(turns.map(({ request }) => request));
  return scenes.map((scene) => ({ ...scene, wanted: scene.wanted.filter((request) => given.has(request)) }));
}

function worldOf(observations: readonly Observation[]): World {
  const world = new World();
  for (const observation of observations) {
    if (observation.kind === 'object') world.observe(observation.object, observation.at);
    else if (observation.kind === 'gone') world.remove(observation.id, observation.uid);
  }
  return world;
}

/** Kinds that explain: what could not be followed at the end is missing from the evidence. */
function unseen(observations: readonly Observation[]): string[] {
  const blind = new Map<string, string>();
  for (const observation of observations) {
    if (observation.kind !== 'blind' && observation.kind !== 'sighted') continue;
    const name = `${observation.resource.slice(observation.resource.indexOf('/') + 1)}s in ${observation.namespace}`;
    if (observation.kind === 'blind') blind.set(name, observation.reason);
    else blind.delete(name);
  }
  return [...blind].map(([name, reason]) => `${name} could not be seen: ${reason}`);
}
