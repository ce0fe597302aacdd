/** The GitHub calls of the suite. Every method is best effort for its caller: a failure is a warning. */
export interface DeploymentPlan {
  readonly environment: string;
  readonly task: 'deploy' | 'rollback';
  readonly payload: Readonly<Record<string, unknown>>;
  readonly description: string;
  /** What is deployed, where that is not the commit of this run: behind an issue, and after a rollback. */
  readonly commit?: string;
}

export type DeploymentState =
  | 'in_progress'
  | 'success'
  | 'failure'
  | 'error'
  | 'inactive'
  | 'queued'
  | 'pending';

export interface GitHubDeployments {
  /** The job's own Deployment when it is of this environment, else a new one. Undefined with a warning when GitHub says no. */
  begin(plan: DeploymentPlan): Promise<number | undefined>;
  /** `description` is cut at 140 characters. */
  report(
    id: number,
    state: DeploymentState,
    detail: { description: string; environment: string; environmentUrl?: string },
  ): Promise<void>;
}

export interface GitHubJobs {
  /** Whether the job that held a lock has completed; `unknown` (404, API down) counts as alive. */
  finished(job: {
    repository: string;
    run: string;
    attempt: number;
    job: string;
  }): Promise<'finished' | 'running' | 'unknown'>;
}

/** A Deployment as it was made, and what was said of it since. */
export interface PastDeployment {
  readonly id: number;
  /** The commit that it is of. */
  readonly sha: string;
  /** `deploy` or `rollback`; whatever others call theirs. */
  readonly task: string;
  readonly payload: unknown;
  /** Newest first. */
  readonly statuses: readonly PastStatus[];
}

export interface PastStatus {
  readonly state: string;
  /** Empty where nobody gave one. */
  readonly description: string;
  /** Milliseconds since the epoch, by GitHub's clock. */
  readonly at: number;
  /** Where its log is; empty where nobody said. */
  readonly logUrl: string;
}

/** A page of GitHub's, and as far as anybody looks back. */
export const mostDeployments = 100;

export interface GitHubHistory {
  /**
   * Those of an environment of the job's own repository, newest first, at most `mostDeployments`; the statuses of one are
   * asked for when it is reached. Throws what an answer is missing for: TargetError where GitHub says no,
   * UnreachableError where it says nothing.
   */
  deploymentsIn(environment: string): AsyncIterable<PastDeployment>;
}
