/** The GitHub calls of the suite. Every method is best effort for its caller: a failure is a warning. */
export interface DeploymentPlan {
  readonly environment: string;
  readonly task: 'deploy' | 'rollback';
  readonly payload: Readonly<Record<string, unknown>>;
  readonly description: string;
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
