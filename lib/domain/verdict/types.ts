/**
 * The words of the verdict engine. It is pure: observations go in; out comes a verdict, or what it is still
 * waiting for and the probes that it wants answered. So a verdict can be replayed from the recorded list.
 */
import type { Milliseconds } from '../duration.ts';
import type { KubeObject, ObjectId } from '../kubernetes.ts';

/** A timestamped fact. `at` is milliseconds since the epoch, taken when we received it. */
export type Observation =
  | { readonly at: number; readonly kind: 'object'; readonly object: KubeObject }
  | { readonly at: number; readonly kind: 'gone'; readonly id: ObjectId; readonly uid: string }
  /** The whole list of one kind in one namespace has been seen once. `resource`: `apps/Deployment`, core's `/Pod`. */
  | { readonly at: number; readonly kind: 'synced'; readonly resource: string; readonly namespace: string }
  /** Helm has applied. From here on an object counts only at this generation or a newer one, by `objectKey`. */
  | {
      readonly at: number;
      readonly kind: 'applied';
      readonly generations: Readonly<Record<string, number>>;
      /** Whose generations they are: an object made anew under the same name starts again at 1. */
      readonly uids: Readonly<Record<string, string>>;
    }
  /** This resource cannot be followed: judged without it, and said aloud. Named as in `synced`. */
  | {
      readonly at: number;
      readonly kind: 'blind';
      readonly resource: string;
      readonly namespace: string;
      readonly reason: string;
      /** `lost` may come back (API, network); `forbidden` will not (RBAC). */
      readonly because: 'lost' | 'forbidden';
    }
  | { readonly at: number; readonly kind: 'sighted'; readonly resource: string; readonly namespace: string }
  | { readonly at: number; readonly kind: 'answer'; readonly probe: Probe; readonly answer: unknown }
  /** Of a list that was too long to be kept: so many of it are missing, and what is judged by it may be another verdict. */
  | { readonly at: number; readonly kind: 'left-out'; readonly count: number }
  /** Nothing was seen, but it was judged: judging began, or a rule's grace ended. */
  | { readonly at: number; readonly kind: 'time' };

/**
 * A question that only the outside can answer. The newest answer counts, if it was given since the release was applied.
 * - `manifest`: what the registry says of an image, with the credentials that the pods use; `again` is the same a
 *   second later, for what was just pushed may not be everywhere yet. Answer: ImageAnswer.
 * - `object`: whether `Secret shop/db`, a ConfigMap or a ServiceAccount exists. Answer: ObjectAnswer.
 */
export type Probe =
  | {
      readonly kind: 'manifest';
      readonly subject: string;
      readonly namespace: string;
      readonly again: boolean;
    }
  | { readonly kind: 'object'; readonly subject: string };

/** `denied`: although credentials were given and accepted elsewhere; without any, a node may hold some of its own. */
export type ImageAnswer = 'present' | 'absent' | 'denied' | 'unknown';
/** `promised`: it does not exist, but something in the namespace says that it will make it (ExternalSecret, Certificate). */
export type ObjectAnswer = 'present' | 'absent' | 'promised' | 'unknown';

/** How soon what is probably doomed is called. `off`: never before the deadline. */
export type FailFast = 'strict' | 'balanced' | 'off';

export type Severity = 'terminal' | 'likely' | 'advisory';

export interface Finding {
  /** `Deployment shop/web`, `Pod shop/web-1 container app`. */
  readonly subject: string;
  /** A stable word for machines: `ProgressDeadlineExceeded`. */
  readonly rule: string;
  readonly cause: string;
  readonly severity: Severity;
  readonly firstSeen: number;
  /** Of a likely one: when it is called unless its cause clears before. Never: it waits for the deadline. */
  readonly callAt?: number;
  /** Why it is not called yet, though its grace is over: another workload of the release that it may hang on. */
  readonly waitsFor?: string;
  /** The API's own words that prove it. */
  readonly proof: string;
  readonly remedy: string;
}

export interface Verdict {
  readonly outcome: 'pass' | 'fail' | 'inconclusive';
  /** One line: what decided it. */
  readonly reason: string;
  readonly findings: readonly Finding[];
  /** When it was reached, milliseconds since the epoch. */
  readonly at: number;
  readonly workloads: readonly WorkloadProgress[];
}

/** Where one gated resource stands; a progress line is made of it. */
export interface WorkloadProgress {
  readonly id: ObjectId;
  readonly ready: boolean;
  /** Replicas (or completions) that count as done, of how many. */
  readonly done: number;
  readonly wanted: number;
  /** What it is blocked on, in a few words: `pod web-2 container app: ErrImagePull: …`; empty when ready. */
  readonly blockedOn: string;
}

export type Judgement =
  | {
      readonly kind: 'waiting';
      readonly workloads: readonly WorkloadProgress[];
      readonly findings: readonly Finding[];
      /** What it leans on, answered or not; one that several workloads lean on is named by each. */
      readonly probes: readonly Probe[];
      /** Judge again at this time though nothing be observed: the deadline, or the end of a rule's grace. */
      readonly until: number;
    }
  | { readonly kind: 'verdict'; readonly verdict: Verdict };

/** What the engine judges: made once from the rendered manifest and the inputs. */
export interface Expectation {
  /** Every object of the manifest that must become ready (gate/ignore already applied). */
  readonly gated: readonly ObjectId[];
  /** Reported when they are not ready, but nothing waits for them. */
  readonly advisory?: readonly ObjectId[];
  /** Epoch milliseconds; out of time with the API reachable is a fail, unreachable to the end inconclusive. */
  readonly deadline: number;
  /** Judging begins this long before the deadline. */
  readonly timeout: Milliseconds;
  /** What the author gave as timeout, for the words: applying has used up part of it. */
  readonly asked?: Milliseconds;
  /** `off` unless given. A workload may say otherwise of itself, by annotation. */
  readonly failFast?: FailFast;
  /** The release was applied before anybody of us looked: what is there already may be of it, and is on trial, too. */
  readonly joinsLate?: boolean;
}

/** The key of an object across observations: `apps/Deployment/shop/web` (group, not version: CRDs move). */
export const objectKey = (id: ObjectId): string =>
  `${id.apiVersion.includes('/') ? id.apiVersion.slice(0, id.apiVersion.indexOf('/')) : ''}/${id.kind}/${id.namespace}/${id.name}`;

/** The key of a probe: the same question is the same probe. */
export const probeName = (probe: Probe): string =>
  probe.kind === 'object'
    ? `object ${probe.subject}`
    : `manifest ${probe.subject} ${probe.namespace}${probe.again ? ' again' : ''}`;
