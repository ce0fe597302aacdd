/** The pods of one namespace, as scratch servers need them: made like the database's own, watched, removed. */
import { isExpired, markText } from '../../domain/database/scratch-mark.ts';
import { scratchRoom } from '../../domain/database/scratch-place.ts';
import type { PodScratch } from '../../domain/database/scratch-place.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import { TargetError, UnreachableError } from '../../domain/errors.ts';
import type { Cancellable } from '../../ports/database.ts';
import type { ScratchOrder } from '../../ports/scratch.ts';
import { onlyPod } from '../database-place/pod.ts';
import { deleteArgs, kubectlIn, listArgs } from './kubectl.ts';
import type { ClusterFile } from './kubectl.ts';
import { likenessOf, podManifest } from './pod-manifest.ts';
import type { Likeness, PodOrder, SourcePod } from './pod-manifest.ts';
import type { PodState } from './pod-state.ts';
import { awaitPod } from './pod-watch.ts';
import type { ScratchPorts } from './ports.ts';
import { patience } from './ready.ts';

export interface PodPorts extends ScratchPorts {
  readonly kubeconfig: ClusterFile;
}

type Part = Pick<PodOrder, 'program'> & Partial<Pick<PodOrder, 'answers'>>;

export interface Pods {
  newName(): string;
  /** How messages name one. */
  subject(name: string): string;
  /** Creates one; the image that it runs. */
  create(name: string, order: ScratchOrder, part: Part): Promise<string>;
  /** Resolves when it is what is wanted; rejects with what keeps it from that. */
  outcome(
    name: string,
    wanted: 'ready' | 'done',
    options: Cancellable,
    within?: Milliseconds,
  ): Promise<PodState>;
  /** Why one that answered does not any more; undefined where it does. */
  causeOf(name: string, error: unknown): Promise<Error | undefined>;
  /** Warns where that cannot be. */
  remove(name: string): Promise<void>;
  /** Removes those whose time is over; their names. */
  sweep(options?: Cancellable): Promise<readonly string[]>;
}

/** Of a server whose pod has no bound of its own, in bytes; requested, so that it is there. */
export const usualMemory = 512 * 1024 * 1024;
/** A connection may break off a moment before the pod's status says why. */
const statusLag: Milliseconds = 5_000;

export function scratchPods(place: PodScratch, ports: PodPorts): Pods {
  const { namespace } = place;
  const kubectl = kubectlIn(namespace, ports.kubeconfig, ports.spawn);
  const subject = (name: string): string => `pod ${namespace}/${name}`;
  const outcome: Pods['outcome'] = (pod, wanted, { signal }, within = patience) =>
    awaitPod(
      { pod, subject: subject(pod), wanted, patience: within, ...(signal === undefined ? {} : { signal }) },
      { ...ports, kubectl },
    );
  const manifest = (name: string, order: ScratchOrder, part: Part, like: Likeness | undefined) => ({
    name,
    namespace,
    ...part,
    lifetime: ports.lifetime,
    mark: markText({ created: ports.clock.now(), lifetime: ports.lifetime }),
    image: place.image ?? like?.image ?? '',
    ...(like === undefined ? {} : { like }),
    room: place.storage ?? scratchRoom(order.bytes),
    memory: { bytes: place.memory ?? usualMemory, bounded: place.memory !== undefined },
    ...(place.cpu === undefined ? {} : { cpu: place.cpu }),
  });

  return {
    newName: () => `slipway-scratch-${ports.hex()}`,
    subject,
    outcome,
    async create(name, order, part) {
      const { signal } = order;
      const options = signal === undefined ? {} : { signal };
      const like = await likeness(place, ports, options).catch((error: unknown) => {
        // A drill is for the day on which the database's own pod is gone: a named image does without.
        if (place.image === undefined || !(error instanceof TargetError)) throw error;
        return undefined;
      });
      const wanted = manifest(name, order, part, like);
      const make = (restricted: boolean): Promise<string> => {
        const input = JSON.stringify(podManifest({ ...wanted, restricted }));
        return kubectl.ask(['create', '--filename', '-'], { input, ...options });
      };
      const nonRoot = like?.nonRoot ?? false;
      try {
        await make(nonRoot);
      } catch (error) {
        // Most images begin as root and become another: what only a policy knows is whether they may.
        if (nonRoot || !isPolicy(error)) throw error;
        await make(true);
      }
      return wanted.image;
    },
    async causeOf(name, error) {
      try {
        const found = await kubectl.ask(['get', 'pod', name, '--output', 'name', '--ignore-not-found']);
        if (found === '') return deleted(subject(name));
        // One that is ready still may be one whose end is not told yet.
        if (error instanceof UnreachableError) await ports.clock.sleep(statusLag);
        await outcome(name, 'ready', {}, statusLag);
        return undefined;
      } catch (cause) {
        return cause instanceof TargetError ? cause : undefined;
      }
    },
    async remove(name) {
      try {
        await kubectl.ask(deleteArgs(name));
      } catch (error) {
        ports.log.warn(`${subject(name)} could not be removed: ${(error as Error).message}`);
      }
    },
    async sweep(options) {
      const now = ports.clock.now();
      const lines = (await kubectl.ask(listArgs, options)).split('\n');
      const expired = lines.map((line) => line.split(' ')).filter(([, mark = '']) => isExpired(mark, now));
      for (const [name = ''] of expired) await kubectl.ask(deleteArgs(name), options);
      return expired.map(([name = '']) => name);
    },
  };
}

const isPolicy = (error: unknown): boolean =>
  error instanceof TargetError && error.message.includes('violates PodSecurity');

const deleted = (subject: string): TargetError =>
  new TargetError('the scratch pod was deleted', {
    subject,
    remedy: 'see who deletes pods in that namespace; the next run starts another',
  });

/** What the database's own pod lends; undefined where there is none. */
async function likeness(
  { like, namespace }: PodScratch,
  { kubeconfig, spawn }: PodPorts,
  options: Cancellable,
): Promise<Likeness | undefined> {
  if (like === undefined) return undefined;
  const { ask } = kubectlIn(like.namespace, kubeconfig, spawn);
  const podOf = async (selector: string): Promise<string> => {
    const listed = await ask(['get', 'pods', '--selector', selector, '--output', 'json'], options);
    return onlyPod(listed, selector, `namespace ${like.namespace}`);
  };
  const name = 'name' in like.pod ? like.pod.name : await podOf(like.pod.selector);
  const pod = JSON.parse(await ask(['get', 'pod', name, '--output', 'json'], options)) as SourcePod;
  return likenessOf(pod, like.container, namespace);
}
