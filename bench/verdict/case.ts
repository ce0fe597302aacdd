/** A fault as it is injected, what must be said of it and when, and its twin that recovers. */
import type { Milliseconds } from '../../lib/domain/duration.ts';
import type { Place } from '../kit/place.ts';
import type { Mood } from './registry-process.ts';
import type { FickleRegistry, Manner } from './registry.ts';
import type { Proof } from './sighting.ts';

/** Where a case plays. What it changes beyond its namespace it defers to be undone. */
export interface Stage {
  readonly place: Place;
  readonly namespace: string;
  /** The sample service, pinned. */
  readonly service: string;
  readonly registry: FickleRegistry;
  /** Runs at the end, whatever happens. */
  readonly defer: (undo: () => Promise<void>) => void;
}

/** One Kubernetes object as a chart ships it. */
export type Manifest = Readonly<Record<string, unknown>>;

/** One release of the chart `faults`. */
export interface Play {
  /** What is there before any release. */
  readonly before?: (stage: Stage) => Promise<unknown>;
  /** The release before this one: with it this one is an upgrade. */
  readonly base?: (stage: Stage) => readonly Manifest[];
  /** `broken`: helm applies it, and nobody waits for it. */
  readonly baseIs?: 'ready' | 'broken';
  /** Something happens between the two. */
  readonly between?: (stage: Stage) => Promise<unknown>;
  readonly objects: (stage: Stage) => Promise<readonly Manifest[]> | readonly Manifest[];
}

export interface Fault extends Play {
  /** The finding's rule. */
  readonly rule: string;
  /** What its cause must say. */
  readonly says: RegExp;
  /** How long its cause may stand at `balanced`; `terminal`: called at its proof. */
  readonly grace: 'terminal' | Milliseconds;
  /** The first report of it; `refusal`: the API's answer to helm, from its audit log. */
  readonly proof: Proof | 'refusal';
}

export interface Twin extends Play {
  /** In a few words: what is different. */
  readonly how: string;
  /** What mends it, so long after the first report (the fault's own proof unless another is given). */
  readonly recovery?: {
    readonly after: Milliseconds;
    readonly since?: Proof;
    readonly mend: (stage: Stage) => Promise<unknown>;
  };
}

export interface VerdictCase {
  readonly id: string;
  /** In a few words: how it is injected. */
  readonly how: string;
  /** Without one, only the twin is played: something that is not to be called at all. */
  readonly fault?: Fault;
  readonly twin: Twin;
}

/** What an image of a fickle repository is called. */
export const repositoryOf = ({ namespace }: Stage): string => `${namespace}/service`;

/** The sample service in a repository of this case's own, which is as `mood` says to the nodes. Pinned. */
export const fickle = async (stage: Stage, mood: Mood, manner: Manner = {}): Promise<string> =>
  (await stage.registry.push(repositoryOf(stage), mood, manner)).pinned;
