import type { KubeObject, ObjectId } from '../../kubernetes.ts';
import type { Progress, Remembered } from '../../workloads/kind.ts';
import type { Milliseconds } from '../../duration.ts';
import type { FailFast, Finding, Probe, Severity } from '../types.ts';

/** All that a rule may look at: one workload that counts, how far it is, and what was seen around it. */
export interface Case {
  readonly id: ObjectId;
  readonly object: KubeObject;
  readonly progress: Progress;
  readonly seen: Remembered;
  /** States of this object from before the release applied it: what was true then proves nothing now. */
  readonly earlier: readonly KubeObject[];
  /** Its pods of the newest revision that are still wanted, in order; of a Pod, itself. */
  readonly pods: readonly KubeObject[];
  /** What a probe was answered; undefined while it was not. */
  answer(probe: Probe): unknown;
}

/** How long a cause must stand before it is called. A preset that is not named never calls it before the deadline. */
export type Grace = Readonly<Partial<Record<Exclude<FailFast, 'off'>, Milliseconds>>>;

/** What a rule found; the engine adds rule, severity and when it was first seen. */
export interface Detection extends Pick<Finding, 'subject' | 'cause' | 'proof' | 'remedy'> {
  /** Where it differs from the rule's: an absence is only likely until it is confirmed. */
  readonly severity?: Severity;
  /** Of a likely one; one of the rule's `graces`, or made of one. */
  readonly grace?: Grace;
  /**
   * It may be the doing of another workload of the release that is not ready yet: for so long, instead of its grace, it
   * may stand where the failed run began before that one was ready.
   */
  readonly excuse?: { readonly lastRunBegan: number; readonly grace: Grace };
  /** Tells causes apart: each has its own patience. */
  readonly key?: string;
}

/**
 * One way in which a release is doomed, or worth a word. `terminal` decides the verdict at once and for good; `likely`
 * when its cause has stood for its grace; `advisory` never does. Rules keep no state. Of what is ready, only advisory
 * findings are told.
 */
export interface Rule {
  /** Stable word for machines: the finding's `rule`. */
  readonly name: string;
  readonly severity: Severity;
  /** Kinds that it is asked about, as `apps/Deployment`. */
  readonly kinds: readonly string[];
  /** What in the API proves it, for the documentation. */
  readonly when: string;
  /** Each grace that it gives, by what for; the only one by ''. For the documentation. */
  readonly graces?: Readonly<Record<string, Grace>>;
  /** For how long a cause may be out of sight and yet not have cleared. */
  readonly lull?: Milliseconds;
  /** The false call that it avoids. */
  readonly trap: string;
  /** All the causes that stand; the one that decides first is told. */
  readonly detect: (about: Case) => Detection | readonly Detection[] | undefined;
  /** Questions whose answers it leans on. */
  readonly asks?: (about: Case) => readonly Probe[];
}
