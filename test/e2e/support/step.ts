/** An action as a step of a job: main, then post with what main left, as the runner runs them. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import type { ReportFile, ResultKind } from '../../../lib/domain/report/result.ts';
import { actionFileOf, parseActionFile } from '../../../scripts/action-file.ts';
import type { ActionFile } from '../../../scripts/action-file.ts';
import { startJob } from '../../support/runner.ts';
import type { Ended, Job, Running } from '../../support/runner.ts';
import { brokenPromises } from './promises.ts';

export const root = resolve(import.meta.dirname, '../../..');

/** What a workflow writes under `with:`; a map is written as YAML. */
export type With = Readonly<Record<string, string | boolean | object>>;

export interface StepOrder {
  /** The folder under actions/. */
  readonly action: string;
  readonly inputs: With;
  readonly env: Readonly<Record<string, string>>;
  /** What must never be seen anywhere. */
  readonly secrets: readonly string[];
  /** A log of the command lines of helm. */
  readonly commands: string;
}

/** How the step ended, main and post. */
export interface Ending {
  readonly result: ResultKind;
  readonly reason: string;
  readonly exit: number | string;
  readonly outputs: Readonly<Record<string, string>>;
  /** The log as the run page shows it. */
  readonly log: string;
  readonly summary: string;
  readonly report: ReportFile;
  /** What output `record-file` names. */
  readonly record: ReleaseRecord | undefined;
  /** The text that output `evidence` names; empty without one. */
  readonly evidence: string;
  readonly durationMs: number;
  readonly post: { readonly exit: number | string; readonly log: string };
}

export interface Step {
  readonly ended: Promise<Ending>;
  /** Resolves with the first line that holds the text. */
  says(text: string): Promise<string>;
  /** The *Cancel workflow* button; `beforePost` looks at what main left behind. */
  cancel(beforePost?: () => Promise<void>): Promise<Ending>;
  /**
   * Ends main at once, and there is no post: node alone, which leaves helm at work, or the whole tree, as a machine
   * that is switched off. The job's folder stays for helm until it is disposed of.
   */
  kill(what: 'node' | 'tree'): Promise<AsyncDisposable>;
  /** RUNNER_TEMP. */
  readonly temp: string;
  /** Of main's node process, once it runs. */
  pid(): number;
}

/** The bundle as it is committed; while developing, another build of it, or the sources. */
export const entryOf = (action: string): string =>
  process.env['SLIPWAY_FROM_SOURCE'] === '1'
    ? join(root, 'actions', action, 'main.ts')
    : join(process.env['SLIPWAY_DIST'] ?? join(root, 'dist'), action, 'index.js');

const contractOf = async (action: string): Promise<ActionFile> =>
  parseActionFile(action, await readFile(join(root, actionFileOf(action)), 'utf8'));

/** What the action's contract promises, sorted. */
export const outputNamesOf = async (action: string): Promise<string[]> =>
  (await contractOf(action)).outputs.map(({ name }) => name).sort();

/** Starts the step in a job of its own. Post runs as soon as main has ended; the job's folder goes after it. */
export async function startStep(order: StepOrder): Promise<Step> {
  const entry = entryOf(order.action);
  if (!existsSync(entry)) throw new Error(`${entry} is missing: npm run build`);
  const inputs = await complete(order.action, order.inputs);
  const job = await startJob(order.env);
  const running = job.start({ entry, cwd: root, inputs });
  let held: (() => Promise<void>) | undefined;
  let killed = false;
  const ended = finish(running, job, order, { isKilled: () => killed, beforePost: async () => held?.() });
  // Also when a test looks at something else first.
  ended.catch(() => undefined);
  return {
    temp: job.temp,
    pid: () => running.pid,
    ended,
    says: (text) => running.until((line) => line.includes(text)),
    cancel(beforePost) {
      held = beforePost;
      void running.cancel();
      return ended;
    },
    async kill(what) {
      killed = true;
      if (what === 'tree') void running.killTree();
      else process.kill(running.pid, 'SIGKILL');
      await running.ended;
      return job;
    },
  };
}

async function finish(
  running: Running,
  job: Job,
  order: StepOrder,
  { isKilled, beforePost }: { isKilled: () => boolean; beforePost: () => Promise<void> },
): Promise<Ending> {
  const main = await running.ended;
  // Who has killed it keeps the folder.
  if (isKilled()) throw new Error('main was killed, and there was no post');
  await using _ = job;
  await beforePost();
  const post = await main.post();
  const broken = await brokenPromises({ main, post, temp: job.temp, order });
  if (broken.length > 0) throw new Error(`${broken.join('\n')}\n${transcript(main, post)}`);
  // Awaited here: what the outputs name goes with the job's folder.
  return await endingOf(main, post);
}

async function endingOf(main: Ended, post: Ended): Promise<Ending> {
  const { outputs, report } = main;
  if (report === undefined) throw new Error(`the step left no report\n${transcript(main, post)}`);
  const { 'record-file': file = '', evidence = '' } = outputs;
  return {
    result: outputs['result'] as ResultKind,
    reason: outputs['reason'] ?? '',
    exit: main.exit,
    outputs,
    log: main.shown,
    summary: main.summary,
    report,
    record: file === '' ? undefined : (JSON.parse(await readFile(file, 'utf8')) as ReleaseRecord),
    evidence: evidence === '' ? '' : await readFile(evidence, 'utf8'),
    durationMs: main.durationMs,
    post: { exit: post.exit, log: post.shown },
  };
}

const transcript = (main: Ended, post: Ended): string =>
  `main ended with ${main.exit}\n${main.shown}\npost ended with ${post.exit}\n${post.shown}`;

/** The runner gives every input of the contract: what the workflow wrote, else the default, expressions evaluated. */
export async function complete(action: string, given: With): Promise<Record<string, string>> {
  const { inputs } = await contractOf(action);
  const defaults = inputs.map((input) => [input.name, evaluated(input.default)] as const);
  const written = Object.entries(given).map(
    ([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)] as const,
  );
  return Object.fromEntries([...defaults, ...written]);
}

const evaluated = (text: string): string =>
  text.replace('${{ job.check_run_id }}', '7001').replace(/\$\{\{.*?\}\}/g, '');
