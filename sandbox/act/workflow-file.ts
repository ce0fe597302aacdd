import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';

/** A workflow as its author wrote it; only what a stand-in for the runner has to know. */
export interface WorkflowFile {
  readonly name: string;
  readonly jobs: readonly JobPlan[];
}

export interface JobPlan {
  readonly id: string;
  readonly name: string;
  readonly needs: readonly string[];
  /** Name of the GitHub environment, whose protection rules are the approval gate. */
  readonly environment: string | undefined;
  readonly runsOn: string;
  readonly steps: readonly StepPlan[];
}

export interface StepPlan {
  /** The author's id, else the position, as act counts. */
  readonly id: string;
  readonly name: string;
  readonly uses: string | undefined;
}

interface Written {
  name?: string;
  jobs?: Record<string, WrittenJob>;
}

interface WrittenJob {
  name?: string;
  needs?: string | string[];
  environment?: string | { name: string };
  'runs-on'?: string;
  uses?: string;
  steps?: { id?: string; name?: string; uses?: string; run?: string }[];
}

/** Reads a workflow; throws for what no stand-in plays: reusable workflows, runners other than Ubuntu. */
export function readWorkflow(text: string, fileName: string): WorkflowFile {
  const written = load(text) as Written;
  const jobs = Object.entries(written.jobs ?? {}).map(([id, job]) => jobPlan(id, job));
  return { name: written.name ?? fileName, jobs };
}

function jobPlan(id: string, job: WrittenJob): JobPlan {
  const runsOn = job['runs-on'] ?? '';
  if (job.uses !== undefined)
    throw new Error(`job ${id} calls ${job.uses}: reusable workflows are not played`);
  if (!runsOn.startsWith('ubuntu-'))
    throw new Error(`job ${id} runs on "${runsOn}": only ubuntu-* is played`);
  return {
    id,
    name: job.name ?? id,
    needs: [job.needs ?? []].flat(),
    environment: typeof job.environment === 'object' ? job.environment.name : job.environment,
    runsOn,
    steps: (job.steps ?? []).map((step, position) => ({
      id: step.id ?? String(position),
      name:
        step.name ?? (step.uses === undefined ? `Run ${step.run?.split('\n')[0] ?? ''}` : `Run ${step.uses}`),
      uses: step.uses,
    })),
  };
}

/** Where the code of each action lies on this machine, by `owner/repository@ref`. */
export function localActions(
  { jobs }: WorkflowFile,
  { slipway, standIns }: { slipway: string; standIns: string },
): Map<string, string> {
  const found = new Map<string, string>();
  for (const { uses } of jobs.flatMap(({ steps }) => steps)) {
    const remote = /^([\w.-]+)\/([\w.-]+)(?:\/[^@]*)?@(.+)$/.exec(uses ?? '');
    if (remote === null) continue;
    const [, owner = '', repository = '', ref = ''] = remote;
    const name = `${owner}/${repository}`;
    // act checks out the local commit itself.
    if (name === 'actions/checkout') continue;
    found.set(`${name}@${ref}`, repository === 'slipway' ? slipway : standIn(name, standIns));
  }
  return found;
}

function standIn(name: string, standIns: string): string {
  const folder = join(standIns, name.toLowerCase().replace('/', '-'));
  if (existsSync(folder)) return folder;
  throw new Error(`no stand-in for ${name}: it would be fetched from GitHub; write ${folder}`);
}
