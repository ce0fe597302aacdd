/** One of our actions as a step of a job, measured. */
import { complete } from '../../test/e2e/support/step.ts';
import { startJob } from '../../test/support/runner.ts';
import type { Ended, Job } from '../../test/support/runner.ts';
import { whileRunning } from './children.ts';
import { root } from './run-tool.ts';
import type { Env, Span, Started } from './run-tool.ts';

/** An action, and the script that is it: `dist/<name>/index.js`. */
export interface Action {
  readonly name: string;
  readonly entry: string;
}

export interface Done extends Span {
  readonly step: Ended;
}

/** A job whose workspace is the repository. */
export const openJob = (env: Env): Promise<Job> => startJob({ ...env, GITHUB_WORKSPACE: root });

/** Starts an action in a job of its own, which goes when it has ended; post is not run. */
export async function startAction(action: Action, env: Env, inputs: Env): Promise<Started<Done>> {
  const job = await openJob(env);
  const { pid, ended } = await startStep(action, job, inputs);
  const gone = async (): Promise<Done> => {
    await using _ = job;
    return await ended;
  };
  return { pid, ended: gone() };
}

/** Starts an action as a step of `job`; inputs that are left out get the contract's defaults. */
export async function startStep({ name, entry }: Action, job: Job, inputs: Env): Promise<Started<Done>> {
  const running = job.start({ entry, cwd: root, inputs: await complete(name, inputs) });
  const ended = (async (): Promise<Done> => {
    const step = await running.ended;
    if (step.exit !== 0) throw new Error(`${name} ended with ${step.exit}:\n${step.shown}`);
    return { startedAt: step.startedAt, endedAt: step.endedAt, step };
  })();
  const pid = (): number => running.pid;
  return { pid, ended: whileRunning(pid, ended) };
}
