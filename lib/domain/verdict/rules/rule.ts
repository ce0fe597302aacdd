import type { KubeObject, ObjectId } from '../../kubernetes.ts';
import type { Progress, Seen } from '../../workloads/kind.ts';
import type { Finding, Probe, Severity } from '../types.ts';

/** All that a rule may look at: one workload that counts, how far it is, and what was seen around it. */
export interface Case {
  readonly id: ObjectId;
  readonly object: KubeObject;
  readonly progress: Progress;
  readonly seen: Seen;
  /** States of this object from before the release applied it: what was true then proves nothing now. */
  readonly earlier: readonly KubeObject[];
  /** What a probe was answered; undefined while it was not. */
  answer(probe: Probe): unknown;
}

/** What a rule found; the engine adds rule, severity and when it was first seen. */
export type Detection = Pick<Finding, 'subject' | 'cause' | 'proof' | 'remedy'>;

/**
 * One way in which a release is doomed, or worth a word. `terminal` decides the verdict at once and for good;
 * `advisory` never does. Rules keep no state.
 */
export interface Rule {
  /** Stable word for machines: the finding's `rule`. */
  readonly name: string;
  readonly severity: Severity;
  /** Kinds that it is asked about, as `apps/Deployment`. */
  readonly kinds: readonly string[];
  /** What in the API proves it, for the documentation. */
  readonly when: string;
  /** The false call that it avoids. */
  readonly trap: string;
  readonly detect: (about: Case) => Detection | undefined;
  /** Questions whose answers it needs; asked once each. */
  readonly asks?: (about: Case) => readonly Probe[];
}
