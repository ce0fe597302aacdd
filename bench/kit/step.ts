/** One of our actions as a step of a job, measured. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseActionFile } from '../../scripts/action-file.ts';
import { startJob } from '../../test/support/runner.ts';
import type { Ended } from '../../test/support/runner.ts';
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
  const contract = parseActionFile(name, await readFile(join(root, 'actions', name, 'action.yml'), 'utf8'));
  const defaults = contract.inputs.map((input) => [input.name, withoutExpressions(input.default)] as const);
  const job = await startJob({
    PATH: `${place.bin}:${process.env['PATH']}`,
    HOME: place.home,
    GITHUB_WORKSPACE: root,
  });
  const given = { namespace: place.namespace.name, kubeconfig: place.identity.kubeconfig, ...inputs };
  const running = job.start({ entry, cwd: root, inputs: { ...Object.fromEntries(defaults), ...given } });
  const ended = (async (): Promise<Done> => {
    await using _ = job;
    const step = await running.ended;
    if (step.exit !== 0) throw new Error(`${name} ended with ${step.exit}:\n${step.shown}`);
    return { startedAt: step.startedAt, endedAt: step.endedAt, step };
  })();
  return { pid: () => running.pid, ended };
}

/** As where GitHub gives nothing: no token, no id of the job. */
const withoutExpressions = (text: string): string => text.replace(/\$\{\{.*?\}\}/g, '');
