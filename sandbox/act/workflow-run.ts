/** What a run page knows about a run. */
export interface WorkflowRun {
  readonly workflow: string;
  readonly result: 'success' | 'failure';
  /** In the order of the workflow file. */
  readonly jobs: readonly JobRun[];
  /** By artifact name, the folder that holds its files. */
  readonly artifacts: Readonly<Record<string, string>>;
  readonly startedAt: number;
  readonly endedAt: number;
  /** All that was printed, each line with its job. */
  readonly log: string;
}

export interface JobRun {
  readonly id: string;
  readonly name: string;
  readonly needs: readonly string[];
  readonly environment: string | undefined;
  readonly result: Conclusion;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly steps: readonly StepRun[];
}

export interface StepRun {
  readonly id: string;
  readonly name: string;
  readonly result: Conclusion;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** Markdown that main and post wrote to GITHUB_STEP_SUMMARY. */
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly annotations: readonly Annotation[];
  /** Main's lines, then post's. */
  readonly log: readonly string[];
}

export type Conclusion = 'success' | 'failure' | 'skipped';

export interface Annotation {
  readonly kind: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
}

export const jobOf = (run: WorkflowRun, id: string): JobRun => named(run.jobs, id, `job of ${run.workflow}`);

export const stepOf = (job: JobRun, id: string): StepRun => named(job.steps, id, `step of job ${job.id}`);

function named<T extends { readonly id: string }>(all: readonly T[], id: string, what: string): T {
  const found = all.find((one) => one.id === id);
  if (found === undefined)
    throw new Error(`no ${what} is called ${id}: ${all.map((one) => one.id).join(', ')}`);
  return found;
}
