import type { JobPlan, WorkflowFile } from './workflow-file.ts';
import type { Annotation, Conclusion, JobRun, StepRun } from './workflow-run.ts';

/** One line of `act --json`, as far as we read it. */
interface Entry {
  msg: string;
  level: string;
  job?: string;
  jobID?: string;
  jobResult?: Conclusion;
  stepID?: string[];
  stage?: 'Pre' | 'Main' | 'Post';
  stepResult?: Conclusion;
  raw_output?: boolean;
  command?: string;
  kvPairs?: Record<string, string>;
  name?: string;
  arg?: string;
  content?: string;
}

interface StepSoFar {
  result: Conclusion;
  startedAt: number | undefined;
  endedAt: number | undefined;
  summary: string;
  outputs: Record<string, string>;
  annotations: Annotation[];
  log: string[];
}

interface JobSoFar {
  result: Conclusion;
  startedAt: number;
  endedAt: number | undefined;
  steps: Map<string, StepSoFar>;
}

/** Makes jobs and steps of what act says, line by line. act's own times are whole seconds, so ours are taken. */
export class ActLog {
  readonly lines: string[] = [];
  readonly #workflow: WorkflowFile;
  readonly #jobs = new Map<string, JobSoFar>();
  /** Ids of jobs in called workflows, which act tells by their names alone. */
  readonly #called: ReadonlyMap<string, string>;
  readonly #onLine: (job: string, line: string) => void;

  constructor(workflow: WorkflowFile, onLine: (job: string, line: string) => void = () => {}) {
    this.#workflow = workflow;
    this.#called = new Map(
      workflow.jobs.flatMap(({ id, logged }) => (logged === undefined ? [] : [[logged, id]])),
    );
    this.#onLine = onLine;
  }

  add(line: string, now: number): void {
    const entry = parsed(line);
    if (entry === undefined) return this.#print('act', line);
    const jobID = this.#called.get(entry.job ?? '') ?? entry.jobID;
    if (jobID === undefined) return this.#print('act', entry.msg);

    const job = this.#job(jobID, now);
    if (entry.jobResult !== undefined) Object.assign(job, { result: entry.jobResult, endedAt: now });
    const [id] = entry.stepID ?? [];
    const printed = id === undefined ? undefined : this.#step(job, id, entry, now);
    if (printed !== undefined || entry.level === 'error') this.#print(jobID, printed ?? entry.msg.trimEnd());
  }

  #step(job: JobSoFar, id: string, entry: Entry, now: number): string | undefined {
    const step = job.steps.get(id) ?? newStep();
    job.steps.set(id, step);
    // Before its main a step has only been fetched.
    if (entry.stage !== 'Pre' && entry.msg.startsWith('⭐')) step.startedAt ??= now;
    if (entry.stepResult !== undefined && entry.stage === 'Main') step.endedAt = now;
    if (entry.stepResult !== undefined && step.result !== 'failure') step.result = entry.stepResult;
    const printed = printedBy(entry, step);
    if (printed !== undefined) step.log.push(printed);
    return printed;
  }

  #job(id: string, now: number): JobSoFar {
    const job = this.#jobs.get(id) ?? {
      result: 'failure',
      startedAt: now,
      endedAt: undefined,
      steps: new Map(),
    };
    this.#jobs.set(id, job);
    return job;
  }

  #print(job: string, text: string): void {
    for (const line of text.split('\n')) {
      this.lines.push(`[${job}] ${line}`);
      this.#onLine(job, line);
    }
  }

  /** What act does not mention was skipped. */
  jobs(): JobRun[] {
    return this.#workflow.jobs.map((plan) => {
      const seen = this.#jobs.get(plan.id);
      const { id, name, needs, environment } = plan;
      const [result, startedAt, endedAt] = [seen?.result ?? 'skipped', seen?.startedAt, seen?.endedAt];
      return { id, name, needs, environment, result, startedAt, endedAt, steps: stepsOf(plan, seen) };
    });
  }
}

const stepsOf = (plan: JobPlan, seen: JobSoFar | undefined): StepRun[] =>
  plan.steps.map(({ id, name }) => ({ id, name, ...(seen?.steps.get(id) ?? newStep()) }));

const newStep = (): StepSoFar => ({
  result: 'skipped',
  startedAt: undefined,
  endedAt: undefined,
  summary: '',
  outputs: {},
  annotations: [],
  log: [],
});

/** The line that a reader of the log sees, if any; commands go where the runner would put them. */
function printedBy(
  { raw_output: raw, msg, command, kvPairs, name = '', arg = '', content = '' }: Entry,
  step: StepSoFar,
): string | undefined {
  if (raw) return msg.trimEnd();
  switch (command) {
    case 'summary':
      step.summary += content;
      return undefined;
    case 'set-output':
      step.outputs[name] = arg;
      return undefined;
    case 'error':
    case 'warning':
    case 'notice':
      step.annotations.push({ kind: command, title: kvPairs?.['title'] ?? '', message: arg });
      return `${command}: ${arg}`;
    case 'group':
      return `▸ ${arg}`;
    // What a tool said between stop-commands and its token is output, also where it looks like a command.
    case 'ignored':
      return msg.trim().replace(/^⚙ +/u, '');
    case undefined:
    default:
      return undefined;
  }
}

function parsed(line: string): Entry | undefined {
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return undefined;
  }
}
