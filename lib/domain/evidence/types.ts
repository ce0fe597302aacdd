/** What was seen of a release that does not hold, before anything destroyed it. Plain data: the JSON report has it too. */
export interface Evidence {
  /** One for each distinct failure, the one that decided first. */
  readonly failures: readonly Failure[];
  /** What could not be had, and why, a line each. */
  readonly missing: readonly string[];
}

export interface Failure {
  /** `Deployment shop/web`; empty where the release as a whole failed. */
  readonly subject: string;
  /** The finding's stable word; empty where no rule has named it. */
  readonly rule: string;
  readonly cause: string;
  readonly remedy: string;
  /** What fails for the same cause: `9 more pods of it`, `Deployment shop/worker`. */
  readonly alike: readonly string[];
  /** Down to what was looked at: `Deployment shop/web`, `ReplicaSet shop/web-6f9`, `Pod shop/web-6f9-abc`. */
  readonly owners: readonly string[];
  /** Of the pod that was looked at, in the order in which they start. */
  readonly containers: readonly ContainerFacts[];
  /** Warnings since the release began, what says the same told once. */
  readonly events: readonly EventFacts[];
  readonly logs: readonly LogTail[];
  /** What the release changed of this workload, a line each: never a value of env, of a ConfigMap or of a Secret. */
  readonly changes: readonly string[];
}

export interface ContainerFacts {
  readonly name: string;
  readonly image: string;
  /** `waiting: CrashLoopBackOff: …`, `running since …, not ready`, `exit 1 (Error) at …`. */
  readonly state: string;
  /** How the run before ended; empty when there was none. */
  readonly last: string;
  readonly restarts: number;
}

export interface EventFacts {
  /** `Pod web-6f9-abc`. */
  readonly about: string;
  readonly reason: string;
  readonly message: string;
  /** How often since the release began. */
  readonly count: number;
  /** When we first and last saw it, ISO. */
  readonly first: string;
  readonly last: string;
}

/** Which run of a container: the kubelet keeps the log of the last one that ended. */
export type Run = 'previous' | 'current';

export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly run: Run;
  /** How that run ended, or that it still runs. */
  readonly ended: string;
}

export interface LogTail extends LogRequest {
  readonly lines: readonly string[];
  /** It began before these lines. */
  readonly cut: boolean;
}

/** How a run that has not ended is told of. */
export const stillRunning = 'still running';

/** `pod web-6f9-abc container app, previous run (exit 1 (Error))`. */
export function describeRun({ pod, container, run, ended }: LogRequest): string {
  const which = run === 'previous' ? 'previous' : ended === stillRunning ? 'current' : 'last';
  return `pod ${pod} container ${container}, ${which} run (${ended})`;
}
