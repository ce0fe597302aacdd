/** Example workflows as they are, with actions that end as a test wants: what is tested is which step runs after which. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { generateIdentity } from 'age-encryption';
import { parseInputs as parseBackupDb } from '../../../actions/backup-db/inputs.ts';
import { parseInputs as parseApprovalGate } from '../../../actions/approval-gate/inputs.ts';
import { parseInputs as parseBuildPush } from '../../../actions/build-push/inputs.ts';
import { parseInputs as parseDeployHelm } from '../../../actions/deploy-helm/inputs.ts';
import { parseInputs as parsePlanRelease } from '../../../actions/plan-release/inputs.ts';
import { parseInputs as parsePromote } from '../../../actions/promote/inputs.ts';
import { parseInputs as parsePublishChart } from '../../../actions/publish-chart/inputs.ts';
import { parseInputs as parseRelease } from '../../../actions/release/inputs.ts';
import { parseInputs as parseRestoreDb } from '../../../actions/restore-db/inputs.ts';
import { parseInputs as parseRollback } from '../../../actions/rollback/inputs.ts';
import { parseInputs as parseSmokeTest } from '../../../actions/smoke-test/inputs.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import { workTree } from '../../../sandbox/act/published.ts';
import { actionFileOf } from '../../../scripts/action-file.ts';
import { runWorkflow } from '../../../sandbox/act/run.ts';
import { teamRepository } from '../../../sandbox/act/team-repository.ts';
import type { TeamRepository } from '../../../sandbox/act/team-repository.ts';
import { stepOf } from '../../../sandbox/act/workflow-run.ts';
import type { JobRun, WorkflowRun } from '../../../sandbox/act/workflow-run.ts';
import { record, verdict } from '../../domain/record/samples.ts';
import { complete, entryOf } from './step.ts';

/** What build-push and promote say; in truth one digest, here two, so that it shows which one is handed on. */
export const built = `sha256:${'b'.repeat(64)}`;
export const promoted = `sha256:${'d'.repeat(64)}`;

/** What approval-gate would propose: one image. */
export const proposalOf = (environment: string, digest: string): string =>
  JSON.stringify({
    schema: 'slipway/proposal/v1',
    environment,
    repository: 'acme/shop',
    run: '1',
    attempt: 1,
    commit: 'c'.repeat(40),
    proposedBy: 'ada',
    images: { image: digest },
    values: [],
    proposedAt: '2026-11-26T09:00:00Z',
    expiresAt: '2026-11-27T09:00:00Z',
  });

/** How each action ends: `success` unless told; `crash` leaves no output at all. */
export type Ends = Readonly<Record<string, string>>;

export interface Play {
  /** The run before it in the same repository. */
  readonly after?: Played;
  readonly event: { readonly name: string; readonly payload?: Readonly<Record<string, unknown>> };
  readonly ends?: Ends;
  /** Outputs of actions, beside those that every one has. */
  readonly says?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The team's files beside the workflow, path → text. */
  readonly files?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** GITHUB_* values, such as GITHUB_API_URL of the stand-in, for actions that run as they are. */
  readonly github?: Readonly<Record<string, string>>;
  /** 4 unless given. */
  readonly helm?: 3 | 4;
}

export interface Played extends WorkflowRun {
  readonly repository: TeamRepository;
  readonly runId: number;
  /** What the workflow ran for. */
  readonly commit: string;
}

const variable = (name: string): string => name.replaceAll('-', '_');

export class Wiring implements AsyncDisposable {
  readonly #folder: string;
  #runs = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** `real` are actions that run as they are; all the others only end as they are told. */
  static async open({ real = [] }: { readonly real?: readonly string[] } = {}): Promise<Wiring> {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-wiring-'));
    const files: Record<string, string> = { 'package.json': '{"type":"module"}' };
    for (const name of Object.keys(parsers))
      Object.assign(files, real.includes(name) ? await asItIs(name) : stub(name));
    await writeFiles(join(folder, 'slipway'), files);
    return new Wiring(folder);
  }

  async play(example: string, play: Play): Promise<Played> {
    const runId = (this.#runs += 1);
    const repository = play.after?.repository ?? (await teamRepository(join(this.#folder, `team-${runId}`)));
    const workflow = `.github/workflows/${example}`;
    const commit = await repository.commit('all', { ...play.files, ...(await withCalled(example)) });
    const told = [
      ...Object.entries(play.ends ?? {}).map(([name, end]) => [`ENDS_${variable(name)}`, end]),
      ...Object.entries(play.says ?? {}).map(([name, says]) => [
        `SAYS_${variable(name)}`,
        JSON.stringify(says),
      ]),
    ];
    const run = await runWorkflow({
      repository,
      workflow,
      event: play.event,
      secrets: { KUBECONFIG: 'a-kubeconfig', GITHUB_TOKEN: 'a-token', ...play.secrets },
      variables: play.variables ?? {},
      // Nothing is signed here: any program will do for cosign.
      environment: { SLIPWAY_COSIGN3: process.execPath, ...play.environment },
      slipway: join(this.#folder, 'slipway'),
      helm: play.helm ?? 4,
      runId,
      artifactFolder: join(this.#folder, 'artifacts'),
      github: { ...Object.fromEntries(told), ...play.github },
    });
    return { ...run, runId, commit, repository };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** An example and those that it calls, by their places in the team's repository. */
async function withCalled(example: string): Promise<Record<string, string>> {
  const text = await readFile(join(workTree, 'workflows-examples', example), 'utf8');
  const files = { [`.github/workflows/${example}`]: text };
  const names = new Set(
    [...text.matchAll(/uses: \.\/\.github\/workflows\/([\w.-]+)/g)].map(([, name = '']) => name),
  );
  for (const name of names) Object.assign(files, await withCalled(name));
  return files;
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

async function asItIs(name: string): Promise<Record<string, string>> {
  const path = actionFileOf(name);
  return {
    [path]: await readFile(join(workTree, path), 'utf8'),
    [`dist/${name}/index.js`]: `await import(${JSON.stringify(entryOf(name))});\n`,
    [`dist/${name}/post.js`]: "process.env.STATE_isPost = 'true';\nawait import('./index.js');\n",
  };
}

const digests: Readonly<Record<string, string>> = { 'build-push': built, promote: promoted };

/** What the stub of an action leaves as its record: a verdict of its own. */
const recordOf = (name: string): ReleaseRecord => record(7, { verdicts: [verdict(name, 'pass')] });

/** Which action left this record. */
export const whoLeft = (text: string): string => (JSON.parse(text) as ReleaseRecord).verdicts[0]?.name ?? '';

/** Says what it was given, in the form `name="value"`, and ends as it is told. */
const stub = (name: string): Record<string, string> => ({
  [actionFileOf(name)]: `
name: ${name}
description: ends as it is told
runs: { using: node24, main: ${name === 'release' ? '' : '../../'}dist/${name}/index.js }
`,
  [`dist/${name}/index.js`]: `
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
const { env } = process;
const result = env.ENDS_${variable(name)} ?? 'success';
// act hides a secret as it stands; GitHub also as JSON has it.
const hidden = (value) => value.replace(/-----BEGIN .*-----END [A-Z ]+-----(\\\\n)?/g, '***');
const output = (key, value) => appendFileSync(env.GITHUB_OUTPUT, key + '=' + value + '\\n');
for (const [key, value] of Object.entries(env)) {
  if (key.startsWith('INPUT_')) console.log(key.slice(6).toLowerCase() + '=' + JSON.stringify(hidden(value)));
  if (key === 'AWS_REGION') console.log('in ' + value + (env.AWS_SESSION_TOKEN ? ' as somebody' : ' as nobody'));
}
if (result !== 'crash') {
  const file = join(env.RUNNER_TEMP, '${name}-' + env.GITHUB_JOB + '.json');
  writeFileSync(file, ${JSON.stringify(JSON.stringify(recordOf(name)))});
  output('result', result);
  output('reason', '${name} says ' + result);
  output('record', env.INPUT_NAMESPACE + '/' + env.INPUT_RELEASE + '#7');
  if (env['INPUT_DRY-RUN'] !== 'true') output('record-file', file);
  if (env.INPUT_MODE === 'propose') output('proposal-file', file);
  if (result === 'success') output('digest', '${digests[name] ?? ''}');
  for (const [key, value] of Object.entries(JSON.parse(env.SAYS_${variable(name)} ?? '{}'))) output(key, value);
}
process.exitCode = result === 'success' || result === 'skipped' ? 0 : 1;
`,
});

/** Steps of the job that did not only lie there, of those that were asked for. */
export const ranOf = (job: JobRun, ids: readonly string[]): string[] =>
  ids.filter((id) => stepOf(job, id).result !== 'skipped');

/** What a step was given: what the action's stub said of its inputs. */
export function inputsOf(job: JobRun, id: string): Record<string, string> {
  const lines = stepOf(job, id).log.flatMap((line) => {
    const [, name, value] = /^([\w-]+)=(".*")$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, JSON.parse(value) as string] as const];
  });
  return Object.fromEntries(lines);
}

/** How each job ended, in the order of the file. */
export const endsOf = ({ jobs }: WorkflowRun): Record<string, string> =>
  Object.fromEntries(jobs.map(({ id, result }) => [id, result]));

/** Imported here and not when they are needed: jest lets a test that others run beside import nothing later. */
const parsers: Readonly<
  Record<string, (given: Record<string, string>, env: Record<string, string>) => unknown>
> = {
  'backup-db': parseBackupDb,
  'approval-gate': parseApprovalGate,
  'build-push': parseBuildPush,
  'deploy-helm': parseDeployHelm,
  'plan-release': parsePlanRelease,
  promote: parsePromote,
  'publish-chart': parsePublishChart,
  release: parseRelease,
  'restore-db': parseRestoreDb,
  rollback: parseRollback,
  'smoke-test': parseSmokeTest,
};

const kubeconfig = JSON.stringify({
  'current-context': 'here',
  clusters: [{ name: 'here', cluster: { server: 'https://127.0.0.1:6443' } }],
  contexts: [{ name: 'here', context: { cluster: 'here', user: 'ci' } }],
  users: [{ name: 'ci', user: { token: 'of-ci' } }],
});

const ageIdentity = await generateIdentity();
const sshKey = JSON.stringify(
  '-----BEGIN OPENSSH PRIVATE KEY-----\nnone\n-----END OPENSSH PRIVATE KEY-----\n',
);

/** Secrets are hidden in what the stub said; where their form matters, others take their place. */
const unhidden = (inputs: Readonly<Record<string, string>>): Record<string, string> => ({
  ...inputs,
  ...('kubeconfig' in inputs && { kubeconfig }),
  ...(inputs['identity']?.includes('***') && { identity: ageIdentity }), // smoke-test's is none
  ...(inputs['docker']?.includes('key:') === true && {
    docker: inputs['docker'].replace(/key: .*\*\*\*.*/, `key: ${sshKey}`),
  }),
});

/** What the actions themselves would refuse of what their stubs were given, expressions evaluated. */
export async function refusedOf({ jobs, runId, commit }: Played): Promise<string[]> {
  const aws = {
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
    AWS_SESSION_TOKEN: 'c',
    AWS_REGION: 'eu-west-1',
  };
  const env = { GITHUB_RUN_ID: String(runId), GITHUB_RUN_ATTEMPT: '1', GITHUB_SHA: commit, ...aws };
  const refused: string[] = [];
  for (const job of jobs)
    for (const { id, name } of job.steps) {
      const [ours, action = 'release'] = /\/slipway(?:\/actions\/([\w-]+))?@/.exec(name) ?? [];
      const inputs = inputsOf(job, id);
      // No inputs: it was skipped, or is no stub.
      if (ours === undefined || Object.keys(inputs).length === 0) continue;
      const given = await complete(action, unhidden(inputs));
      try {
        parsers[action]?.(given, env);
      } catch (error) {
        refused.push(`${job.id}, ${action}: ${String(error)}`);
      }
    }
  return refused;
}
