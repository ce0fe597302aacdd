import { stepOf } from '../act/workflow-run.ts';
import type { JobRun, StepRun } from '../act/workflow-run.ts';

/** How a release that was ready and wrong was found out and taken back, in one job of the example workflow. */
export interface WayBack {
  /** Milliseconds from ready to the smoke test's verdict. */
  readonly caughtAfter: number;
  /** The smoke test's own words. */
  readonly caughtBy: string;
  /** Milliseconds from that verdict until the rollback was over. */
  readonly undoneIn: number;
  /** The rollback's own words. */
  readonly undone: string;
  readonly ending: 'undone and verified' | 'undone, not verified' | 'not undone';
}

/** Undefined where nothing had to be taken back. */
export function wayBackOf(job: JobRun): WayBack | undefined {
  if (!['deploy', 'smoke', 'rollback'].every((id) => job.steps.some((step) => step.id === id)))
    return undefined;
  const [ready, caught, back] = ['deploy', 'smoke', 'rollback'].map((id) => endOf(stepOf(job, id)));
  if (ready === undefined || caught === undefined || back === undefined) return undefined;
  const [smoke, rollback] = [stepOf(job, 'smoke').outputs, stepOf(job, 'rollback').outputs];
  return {
    caughtAfter: caught - ready,
    caughtBy: smoke['reason'] ?? '',
    undoneIn: back - caught,
    undone: rollback['reason'] ?? '',
    ending: endingOf(rollback),
  };
}

const endingOf = (outputs: StepRun['outputs']): WayBack['ending'] =>
  outputs['rolled-back'] !== 'true'
    ? 'not undone'
    : outputs['verified'] === 'true'
      ? 'undone and verified'
      : 'undone, not verified';

const endOf = ({ result, endedAt }: StepRun): number | undefined =>
  result === 'skipped' ? undefined : endedAt;
