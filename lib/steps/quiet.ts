import { formatDuration } from '../domain/duration.ts';
import type { Milliseconds } from '../domain/duration.ts';
import { TargetError } from '../domain/errors.ts';
import { describeObject } from '../domain/kubernetes.ts';
import type { KubeObject, ObjectId, ObjectMeta, ReleaseRef } from '../domain/kubernetes.ts';
import { isRefusal } from '../domain/refusal.ts';
import { knownType } from '../domain/resource-types.ts';
import { chooseTargets } from '../domain/verdict/targets.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReleaseHistory } from '../ports/helm.ts';
import type { Kube, WatchTarget } from '../ports/kube.ts';
import type { Log } from '../ports/log.ts';
import { resolveObjects } from './resolve-objects.ts';

const quietTimes = {
  /** Nothing has moved for so long: nobody works on it any more. */
  lasting: 15_000,
  looks: 3_000,
  words: 10_000,
  /** Whoever still moves things after this is no helm that is about to end. */
  patience: 300_000,
} as const satisfies Record<string, Milliseconds>;

export interface QuietPorts {
  readonly kube: Kube;
  readonly history: ReleaseHistory;
  readonly clock: Clock;
  readonly log: Pick<Log, 'info'>;
  readonly signal: AbortSignal;
}

/**
 * Waits until Helm's Secrets of a release and the spec of its newest revision's workloads have not moved for 15 s: a
 * node process that was killed can leave a helm at work. Says what it waits for. Throws TargetError when it never
 * becomes quiet.
 */
export async function untilQuiet(release: ReleaseRef, newest: number, ports: QuietPorts): Promise<void> {
  const { clock, log, signal } = ports;
  const watched = await toWatch(release, newest, ports);
  const what = few(watched.flatMap(({ names }) => names));
  const lasting = formatDuration(quietTimes.lasting);
  log.info(
    `waiting for ${lasting} without a change, because a killed run's helm may still be at work: ${what}`,
  );
  const began = clock.now();
  let [movedAt, spokeAt] = [began, began];
  let lastMoved: readonly string[] = [];
  let before = await look(watched, ports.kube);
  for (;;) {
    await clock.sleep(quietTimes.looks, signal);
    const now = await look(watched, ports.kube);
    const moved = whatMoved(before, now);
    before = now;
    const at = clock.now();
    if (moved.length > 0) [movedAt, lastMoved] = [at, moved];
    if (at - movedAt >= quietTimes.lasting) return;
    if (at - began >= quietTimes.patience) throw neverQuiet(release, lastMoved);
    if (moved.length === 0 && at - spokeAt < quietTimes.words) continue;
    spokeAt = at;
    const quiet = `quiet for ${formatDuration(at - movedAt)}`;
    log.info(`${formatDuration(at - began)}  ${moved.length > 0 ? `moved: ${few(moved)}` : quiet}`);
  }
}

/** Names a few, counts the rest. */
const few = (names: readonly string[]): string =>
  [...names.slice(0, 3), ...(names.length > 3 ? [`${names.length - 3} more`] : [])].join(', ');

interface Watched {
  readonly names: readonly string[];
  readonly target: WatchTarget;
  readonly isMeant: (object: KubeObject) => boolean;
}

/** Helm's own Secrets, and what the newest revision waits for: to list more, the identity may not be allowed. */
async function toWatch(
  release: ReleaseRef,
  newest: number,
  { kube, history }: Pick<QuietPorts, 'kube' | 'history'>,
): Promise<Watched[]> {
  const helms: Watched = {
    names: [`Helm's history of ${release.name}`],
    target: {
      resource: knownType('v1', 'Secret'),
      namespace: release.namespace,
      labelSelector: `owner=helm,name=${release.name}`,
      metadataOnly: true,
    },
    isMeant: () => true,
  };
  const revision = await history.read(release, newest);
  if (revision === undefined) return [helms];
  const { objects, typeOf } = await resolveObjects(kube, revision.manifest, release.namespace);
  const { gated } = chooseTargets(objects, { gate: [], ignore: [] });
  const lists = Map.groupBy(gated, ({ apiVersion, kind, namespace }) => `${apiVersion} ${kind} ${namespace}`);
  const workloads = [...lists.values()].flatMap((ids) => watchedList(ids, (id) => typeOf({ id })));
  return [helms, ...workloads];
}

function watchedList(
  ids: readonly ObjectId[],
  typeOf: (id: ObjectId) => WatchTarget['resource'] | undefined,
): Watched[] {
  const [first] = ids;
  const resource = first && typeOf(first);
  if (first === undefined || resource === undefined) return [];
  const names = new Set(ids.map(({ name }) => name));
  return [
    {
      names: ids.map(describeObject),
      target: { resource, namespace: first.namespace, metadataOnly: true },
      isMeant: ({ metadata }) => names.has(metadata.name),
    },
  ];
}

/** What there is, by name, and a text that changes whenever somebody but a controller writes it. */
async function look(watched: readonly Watched[], kube: Kube): Promise<ReadonlyMap<string, string>> {
  const seen = await Promise.all(
    watched.map(async ({ target, isMeant }) => {
      const objects = await kube.list(target).catch((error: unknown) => {
        if (isRefusal(error, 403) || isRefusal(error, 404)) return [];
        throw error;
      });
      return objects.filter(isMeant).map((object) => [nameOf(object, target), stateOf(object)] as const);
    }),
  );
  return new Map(seen.flat());
}

const nameOf = ({ kind, metadata }: KubeObject, { namespace }: WatchTarget): string =>
  describeObject({ kind, namespace, name: metadata.name });

interface ManagedField {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly time?: string;
}

/**
 * Who wrote it, and when. Status is written by controllers for ever, and scale by autoscalers, which change the
 * generation too: it counts only where the API does not say who wrote.
 */
function stateOf({ kind, metadata }: KubeObject): string {
  const {
    uid,
    resourceVersion,
    generation,
    managedFields = [],
  } = metadata as ObjectMeta & {
    readonly managedFields?: readonly ManagedField[];
  };
  if (kind === 'Secret') return `${uid} ${resourceVersion}`;
  const written = managedFields
    .filter(({ subresource }) => subresource === undefined || subresource === '')
    .map(({ manager, operation, time }) => `${manager} ${operation} ${time}`);
  return [uid, ...(managedFields.length === 0 ? [generation] : written)].join('\n');
}

function whatMoved(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  const names = new Set([...before.keys(), ...now.keys()]);
  return [...names].filter((name) => before.get(name) !== now.get(name));
}

const neverQuiet = ({ name, namespace }: ReleaseRef, moved: readonly string[]): TargetError =>
  new TargetError(`somebody still works on release ${name}: it does not become quiet`, {
    subject: `release ${name} in namespace ${namespace}`,
    remedy: 'find out who changes it, and run this again when that has ended',
    details: [
      ['waited', formatDuration(quietTimes.patience)],
      ['moved last', few(moved)],
    ],
  });
