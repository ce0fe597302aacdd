/**
 * GitHub's runner, as far as an action can tell: environment, command files, masks, post, and the way it cancels
 * (SIGINT to the node process alone, 7.5 s, SIGTERM, 2.5 s, then the whole tree is killed; ProcessInvoker.cs).
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ReportFile } from '../../lib/domain/report/result.ts';
import { pinnedNode } from './node.ts';
import { descendants } from './process-tree.ts';
import { applyMasks, parseCommandFile } from './workflow-commands.ts';

export interface ActionRun {
  /** The file that `main:` of the action.yml names: dist/<name>/index.js, or any script. */
  readonly entry: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface Ended {
  /** The exit code, or the name of the signal that ended it. */
  readonly exit: number | string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
  /** What the log page shows: masked from the moment that a mask was set; commands as they came. */
  readonly shown: string;
  /** What the process wrote, to prove that a secret never left it. */
  readonly raw: string;
  readonly report: ReportFile | undefined;
  readonly durationMs: number;
  /** When the process was started and when it was gone, milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** RUNNER_TEMP of this job. */
  readonly temp: string;
  /** Runs the post step, with the state that main left. */
  post(): Promise<Ended>;
  /** Starts it, so that it can be cancelled as well. */
  startPost(): Running;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves with the first line (also one already written) that fits; rejects when the step ends without it. */
  until(fits: (line: string) => boolean): Promise<string>;
  /** What the *Cancel workflow* button does; SIGTERM comes after 7.5 s unless `untilTerm` (milliseconds) says otherwise. */
  cancel(untilTerm?: number): Promise<Ended>;
  /** Ends node and everything below it at once: a machine that is switched off. */
  killTree(): Promise<Ended>;
}

export interface Job extends AsyncDisposable {
  readonly temp: string;
  start(run: ActionRun): Running;
}

/** Runs an action to its end in a job of its own. The caller removes `temp` of the result, or uses `startJob`. */
export const runAction = (run: ActionRun): Promise<Ended> => startAction(run).ended;

export function startAction(run: ActionRun): Running {
  const job = mkdtemp(join(tmpdir(), 'slipway-job-'));
  return startStep(run, job, {});
}

/** A job whose steps share RUNNER_TEMP and run id; `await using` removes its folder. */
export async function startJob(env: Readonly<Record<string, string>> = {}): Promise<Job> {
  const temp = await mkdtemp(join(tmpdir(), 'slipway-job-'));
  const id = String(randomInt(1e9));
  return {
    temp,
    start: (run) =>
      startStep({ ...run, env: { GITHUB_RUN_ID: id, ...env, ...run.env } }, Promise.resolve(temp), {}),
    [Symbol.asyncDispose]: () => rm(temp, { recursive: true, force: true }),
  };
}

/** The file that `post:` of the action.yml names, where it is another one. */
function postOf(entry: string): string {
  const post = join(dirname(entry), 'post.js');
  return existsSync(post) ? post : entry;
}

const commandFiles = ['OUTPUT', 'STATE', 'ENV', 'STEP_SUMMARY'] as const;

function startStep(run: ActionRun, job: Promise<string>, state: Readonly<Record<string, string>>): Running {
  const lines = new Watched();
  let child: ChildProcess | undefined;
  const startedAt = performance.now();

  const started = (async () => {
    const temp = await job;
    const folder = await mkdtemp(join(temp, '_step-'));
    const files = Object.fromEntries(commandFiles.map((name) => [`GITHUB_${name}`, join(folder, name)]));
    await Promise.all(Object.values(files).map((file) => writeFile(file, '')));
    const spawnedAt = Date.now();
    child = spawn(pinnedNode(), [run.entry], {
      cwd: run.cwd ?? temp,
      env: {
        ...runnerEnvironment(temp),
        ...run.env,
        ...files,
        ...withPrefix('INPUT_', run.inputs ?? {}),
        ...withPrefix('STATE_', state, (name) => name),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => lines.add(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => lines.add(text));
    const gone = new Promise<number>((resolve) => child?.once('exit', () => resolve(Date.now())));
    return { temp, files, child, spawnedAt, gone };
  })();

  const ended = (async (): Promise<Ended> => {
    const { temp, files, child, spawnedAt, gone } = await started;
    const exit = await new Promise<number | string>((resolve) => {
      child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
    lines.close();
    const outputs = parseCommandFile(await readFile(files['GITHUB_OUTPUT'] ?? '', 'utf8'));
    const saved = parseCommandFile(await readFile(files['GITHUB_STATE'] ?? '', 'utf8'));
    const startPost = (): Running =>
      startStep({ ...run, entry: postOf(run.entry) }, job, { ...state, ...saved });
    return {
      exit,
      outputs,
      state: saved,
      summary: await readFile(files['GITHUB_STEP_SUMMARY'] ?? '', 'utf8'),
      shown: applyMasks(lines.text),
      raw: lines.text,
      report:
        outputs['report'] === undefined
          ? undefined
          : (JSON.parse(await readFile(outputs['report'], 'utf8')) as ReportFile),
      durationMs: Math.round(performance.now() - startedAt),
      startedAt: spawnedAt,
      endedAt: await gone,
      temp,
      post: () => startPost().ended,
      startPost,
    };
  })();
  // Also when nobody looks at the end of a step that was cancelled or killed.
  ended.catch(() => undefined);

  return {
    get pid() {
      return child?.pid ?? 0;
    },
    ended,
    until: (fits) => lines.until(fits),
    async cancel(untilTerm = 7_500) {
      const { child } = await started;
      child.kill('SIGINT');
      const timers = [
        setTimeout(() => child.kill('SIGTERM'), untilTerm),
        setTimeout(() => killAll(child), untilTerm + 2_500),
      ];
      return ended.finally(() => timers.forEach(clearTimeout));
    },
    async killTree() {
      killAll((await started).child);
      return ended;
    },
  };
}

function killAll(child: ChildProcess): void {
  if (child.pid === undefined) return;
  for (const pid of [child.pid, ...descendants(child.pid)]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // gone already
    }
  }
}

/** Nothing of this machine's own environment but PATH and HOME: what an action needs it must get from the runner. */
const runnerEnvironment = (temp: string): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '',
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_REPOSITORY: 'octo/shop',
  GITHUB_RUN_ID: '1001',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_JOB: 'deploy',
  GITHUB_ACTOR: 'ada',
  GITHUB_SHA: '5f3c1c1d9e0b7a6f4d2e8c9b0a1f2e3d4c5b6a79',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_API_URL: 'http://127.0.0.1:9',
  GITHUB_WORKSPACE: temp,
  RUNNER_TEMP: temp,
  RUNNER_NAME: 'emulated',
  RUNNER_OS: 'Linux',
});

const withPrefix = (
  prefix: string,
  values: Readonly<Record<string, string>>,
  rename = inputName,
): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${rename(name)}`, value]));

const inputName = (name: string): string => name.replaceAll(' ', '_').toUpperCase();

/** The output so far, and those who wait for a line of it. */
class Watched {
  text = '';
  #from = 0;
  #closed = false;
  #seen: string[] = [];
  #waiting = new Set<() => void>();

  add(text: string): void {
    this.text += text;
    const end = this.text.lastIndexOf('\n') + 1;
    if (end <= this.#from) return;
    this.#seen.push(...this.text.slice(this.#from, end - 1).split('\n'));
    this.#from = end;
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  async until(fits: (line: string) => boolean): Promise<string> {
    for (;;) {
      const line = this.#seen.find(fits);
      if (line !== undefined) return line;
      if (this.#closed) throw new Error(`the step ended without that line; it said:\n${this.text}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
