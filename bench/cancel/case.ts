/** What is played: where in the journal a deploy is broken off, and how. */
import type { Major } from '../../test/e2e/support/tools.ts';

export const release = 'shop';
/** Of the deploy that is broken off: #1 is the verified version before it. */
export const seq = 2;

/** Who ends it: the *Cancel workflow* button; SIGKILL of node alone, so that helm lives on; of the whole tree. */
export type Blow = 'cancel' | 'node' | 'tree';

/** What the phase can be seen by. Each resolves as soon as it is so; rejects when the step ends or a minute passes. */
export interface Cues {
  /** The step says it. */
  readonly says: (text: string) => Promise<unknown>;
  /** The Lease is held by this run. */
  readonly locked: () => Promise<unknown>;
  /** Its record is in this state. */
  readonly record: (state: string) => Promise<unknown>;
  /** Helm has written its revision. */
  readonly revision: () => Promise<unknown>;
  /** The new pods are ready. */
  readonly ready: () => Promise<unknown>;
}

/** A version that is shipped. */
export interface Ship {
  readonly chart: 'shop' | 'hooks';
  readonly values: object;
  readonly inputs?: Readonly<Record<string, string>>;
}

/** A place in the journal where a deploy can be hit. */
export interface Spot {
  /** Version 1, which runs before. */
  readonly base: Ship;
  /** Version 2, which is hit. */
  readonly hit: Ship;
  readonly begins: (cues: Cues) => Promise<unknown>;
  /** The blow falls so long after that at the latest, milliseconds. */
  readonly within: number;
}

export interface Phase {
  readonly id: string;
  /** In a few words. */
  readonly what: string;
  /** Taken in turn. */
  readonly spots: readonly [Spot, ...Spot[]];
  /**
   * `second`: SIGTERM comes at a random time after SIGINT, not after 7.5 s. `post`: main is cancelled there, and then
   * the blow falls on post, as when GitHub's five minutes are over.
   */
  readonly manner?: 'second' | 'post';
}

export interface Task {
  readonly phase: Phase;
  readonly blow: Blow;
  readonly index: number;
  readonly helm: Major;
}
