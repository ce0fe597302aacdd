import type { Milliseconds } from '../domain/duration.ts';
import type { ObjectId, ReleaseRef } from '../domain/kubernetes.ts';
import type {
  Expectation,
  FailFast,
  Finding,
  Observation,
  Verdict,
  WorkloadProgress,
} from '../domain/verdict/types.ts';
import type { Questions } from './questions.ts';

/** Follows objects from before they change until a verdict. */
export interface Watcher {
  /** Starts list → watch of what the gated objects need, one watch per kind and namespace. */
  follow(gated: readonly ObjectId[], options: FollowOptions): Following;
}

/** Where the workloads are, and what looks doomed but may recover; the latter absent once the verdict is no pass. */
export type OnProgress = (workloads: readonly WorkloadProgress[], likely?: readonly Finding[]) => void;

export interface FollowOptions {
  /** Called when it changed, while a verdict is awaited. */
  readonly onProgress?: OnProgress;
  /** Followed as well and reported when not ready; nothing waits for them. */
  readonly advisory?: readonly ObjectId[];
  /** How soon what is probably doomed is called; `off` unless given. */
  readonly failFast?: FailFast;
  /** The release was applied before: pods that are there already are trusted no more than new ones. */
  readonly joinsLate?: boolean;
  /** Without them nothing is asked: what only they could confirm or clear goes by its patience. */
  readonly questions?: Questions;
  /** Takes secrets out of what containers say of themselves (last words, answers to probes) before anybody reads it. */
  readonly hide?: (text: string) => string;
}

export interface Following {
  /** Resolves once every watch has listed, so that nothing that changes from now on is missed. */
  synced(): Promise<void>;
  /** Helm has applied: reads the generations that now count, one list per kind. */
  applied(gated: readonly ObjectId[]): Promise<void>;
  /**
   * A second call (the undo's) judges afresh from now. Rejects with CancelledError when the signal aborts.
   * `asked` is the timeout as its author knows it, where part of it is used up already.
   */
  verdict(within: Milliseconds, signal?: AbortSignal, asked?: Milliseconds): Promise<Verdict>;
  /** What runs of these, as last seen: no request. Empty when that cannot be seen now. */
  running(gated: readonly ObjectId[]): readonly RunningContainer[];
  /** Everything seen so far, for the report and for replay. */
  readonly observations: readonly Observation[];
  /** By what the newest verdict judged them; undefined before the first. */
  readonly expectation?: Expectation | undefined;
  close(): void;
}

/** What runs, by container: what the runtime reports of it. */
export interface RunningContainer {
  /** `Deployment/web/app`. */
  readonly container: string;
  readonly pod: string;
  /** The reference that the pod spec asks for. */
  readonly asked: string;
  /** What the runtime reports: an image id or `repo@sha256:…`; empty while not started. */
  readonly imageId: string;
}

export interface RunningImages {
  /** Containers of the newest revision's pods of these workloads; init containers too; sidecars that nobody asked for are the judge's to leave out. */
  of(release: ReleaseRef, gated: readonly ObjectId[]): Promise<readonly RunningContainer[]>;
}
