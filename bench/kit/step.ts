/** One of our actions as a step of a job, measured. */
import { complete } from '../../test/e2e/support/step.ts';
import { startJob } from '../../test/support/runner.ts';
import type { Ended } from '../../test/support/runner.ts';
import { whileRunning } from './children.ts';
import type { Place } from './place.ts';
import { root } from './run-tool.ts';
import type { Span, Started } from './run-tool.ts';

/** An action, and the script that is it: `dist/<name>/index.js`. */
export interface Action {
  readonly name: string;
  readonly entry: string;
}

export interface Done extends Span {
  readonly step: Ended;
}

/** Starts an action on a release of `place`; inputs that are left out get the contract's defaults. */
export async function startAction(
  { name, entry }: Action,
  place: Place,
  inputs: Readonly<Record<string, string>>,
): Promise<Started<Done>> {
  const job = await startJob({
    PATH: `${place.bin}:${process.env['PATH']}`,
    HOME: place.home,
    GITHUB_WORKSPACE: root,
  });
  const given = { namespace: place.namespace.name, kubeconfig: place.identity.kubeconfig, ...inputs };
  const running = job.start({ entry, cwd: root, inputs: await complete(name, given) });
  const ended = (async (): Promise<Done> => {
    await using _ = job;
    const step = await running.ended;
    if (step.exit !== 0) throw new Error(`${name} ended with ${step.exit}:\n${step.shown}`);
    return { startedAt: step.startedAt, endedAt: step.endedAt, step };
  })();
  const pid = (): number => running.pid;
  return { pid, ended: whileRunning(pid, ended) };
}
