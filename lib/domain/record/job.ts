/** One attempt of one job: what holds a lock, writes a record, claims an undo. */
export interface Job {
  readonly repository: string;
  readonly run: string;
  readonly attempt: number;
  /** `job.check_run_id`, else `GITHUB_JOB@RUNNER_NAME`. */
  readonly job: string;
}

export const sameRun = (a: Job, b: Job): boolean => a.repository === b.repository && a.run === b.run;

export const sameJob = (a: Job, b: Job): boolean =>
  sameRun(a, b) && a.attempt === b.attempt && a.job === b.job;

/** Whether `next` may go on where `previous` stopped: in the same job, or in a later attempt of its run. */
export const succeeds = (next: Job, previous: Job): boolean =>
  sameJob(next, previous) || (sameRun(next, previous) && next.attempt > previous.attempt);

/** `acme/shop run 42 attempt 1 job 7`: how logs, records and errors name it. */
export const describeJob = ({ repository, run, attempt, job }: Job): string =>
  `${repository} run ${run} attempt ${attempt} job ${job}`;
