/** Where a throwaway server is started, in which a backup is proven to restore. Types, words and sums; pure. */
import type { SshPlace } from '../ssh/place.ts';
import { describeLocator } from './locator.ts';
import type { KubernetesPlace, Locator, Place } from './locator.ts';

/** The runner's own server programs. */
export interface LocalScratch {
  readonly kind: 'local';
}

/** On this machine's Docker engine, or that of another host. */
export interface ContainerScratch {
  readonly kind: 'container';
  readonly over?: SshPlace;
  /** A container whose image is taken; not given where `image` is. */
  readonly like?: string;
  readonly image?: string;
  /** Of the container, in bytes. */
  readonly memory?: number;
  /** Its data are kept in memory; at most so many bytes of it. */
  readonly tmpfs?: number;
}

export interface PodScratch {
  readonly kind: 'pod';
  readonly namespace: string;
  /** The database's own pod: its image is taken where `image` is not given, and what lets a pod run there. */
  readonly like?: KubernetesPlace;
  readonly image?: string;
  /** Requested and allowed, in bytes. */
  readonly memory?: number;
  /** Requested, in thousandths of a core. */
  readonly cpu?: number;
  /** Of the node's disk, in bytes, where the estimate from the database's size does not fit. */
  readonly storage?: number;
}

/** A server that is there already: a new database on it. */
export interface ServerScratch {
  readonly kind: 'server';
  /** The database by which the server is entered; nothing in it is touched. */
  readonly locator: Locator;
}

export type ScratchPlace = LocalScratch | ContainerScratch | PodScratch | ServerScratch;

/**
 * The place that needs no decision: what runs the database runs its copy. Where only an address is known, or a host
 * without containers, the runner does.
 */
export function naturalScratch(place: Place | undefined): ScratchPlace {
  switch (place?.kind) {
    case 'kubernetes':
      return { kind: 'pod', namespace: place.namespace, like: place };
    case 'docker':
      return {
        kind: 'container',
        like: place.container,
        ...(place.over === undefined ? {} : { over: place.over }),
      };
    case 'url':
    case 'ssh':
    case undefined:
    default:
      return { kind: 'local' };
  }
}

export function describeScratch(place: ScratchPlace): string {
  switch (place.kind) {
    case 'local':
      return 'a server of this runner’s own programs';
    case 'container':
      return `a container${place.over === undefined ? '' : ` on ${place.over.host}`}`;
    case 'pod':
      return `a pod in namespace ${place.namespace}`;
    case 'server':
    default:
      return `a new database beside the ${describeLocator(place.locator)}`;
  }
}

const mebibyte = 1024 * 1024;
/** A new server without data, and the log of what is written: it is cut at 512 MiB. */
const emptyServer = 640 * mebibyte;
/** A restored database is never larger than its source, but building an index sorts on disk. */
const growth = 1.25;

/** How much disk a scratch server needs for a database of so many bytes. */
export const scratchRoom = (bytes: number): number => Math.ceil(bytes * growth) + emptyServer;
