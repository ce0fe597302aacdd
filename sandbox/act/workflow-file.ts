import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { load } from 'js-yaml';

/** A workflow as its author wrote it; only what a stand-in for the runner has to know. */
export interface WorkflowFile {
  readonly name: string;
  readonly jobs: readonly JobPlan[];
}

export interface JobPlan {
  /** As in the file; of a job in a called workflow `<calling job>/<job>`. */
  readonly id: string;
  /** What act calls it in its log, where that is not the id. */
  readonly logged?: string;
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

/** Gives the text of a workflow of the same repository: `./.github/workflows/release.yml`. */
export type ReadCalled = (path: string) => string;

/**
 * Reads a workflow, and in place of each job that calls another one of the same repository, that one's jobs. Throws for
 * what no stand-in plays: workflows of other repositories, calls by one that is called, runners other than Ubuntu.
 */
export function readWorkflow(text: string, fileName: string, called: ReadCalled = notPlayed): WorkflowFile {
  const written = load(text) as Written;
  const plans = new Map(
    Object.entries(written.jobs ?? {}).map(([id, job]) => [
      id,
      job.uses === undefined ? [jobPlan(id, job)] : calledPlans(id, job, called),
    ]),
  );
  // Who needs a job that calls needs all that it called.
  const all = (id: string): readonly string[] => plans.get(id)?.map((plan) => plan.id) ?? [id];
  const jobs = [...plans.values()].flat().map((plan) => ({ ...plan, needs: plan.needs.flatMap(all) }));
  return { name: written.name ?? fileName, jobs };
}

function calledPlans(id: string, { name, needs, uses = '' }: WrittenJob, called: ReadCalled): JobPlan[] {
  if (!uses.startsWith('./')) throw new Error(`job ${id} calls ${uses}: it would be fetched from GitHub`);
  const workflow = readWorkflow(called(uses), basename(uses));
  const own = (job: string): string => `${id}/${job}`;
  return workflow.jobs.map((job) => ({
    ...job,
    id: own(job.id),
    logged: [name ?? id, workflow.name, job.name].join('/'),
    needs: job.needs.length > 0 ? job.needs.map(own) : [needs ?? []].flat(),
  }));
}

function notPlayed(path: string): never {
  throw new Error(`${path} is called by a workflow that is called: that is not played`);
}

function jobPlan(id: string, job: WrittenJob): JobPlan {
  const runsOn = job['runs-on'] ?? '';
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
    found.set(`${name}@${ref}`, repository === 'slipway' ? slipway : standIn(name, standIns));
  }
  return found;
}

function standIn(name: string, standIns: string): string {
  const folder = join(standIns, name.toLowerCase().replace('/', '-'));
  if (existsSync(folder)) return folder;
  throw new Error(`no stand-in for ${name}: it would be fetched from GitHub; write ${folder}`);
}
