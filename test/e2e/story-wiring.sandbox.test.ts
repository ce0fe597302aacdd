import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runWorkflow } from '../../sandbox/act/run.ts';
import { teamRepository } from '../../sandbox/act/team-repository.ts';
import { workTree } from '../../sandbox/act/published.ts';
import { jobOf, stepOf } from '../../sandbox/act/workflow-run.ts';
import type { JobRun, WorkflowRun } from '../../sandbox/act/workflow-run.ts';

/** The examples as they are, with actions that end as a test wants: what is tested is which step runs after which. */
let folder: string;

const variable = (name: string): string => name.replace('-', '_');

const stub = (name: string): Record<string, string> => ({
  [`actions/${name}/action.yml`]: `
name: ${name}
description: ends as it is told
runs: { using: node24, main: ../../dist/${name}/index.js }
`,
  [`dist/${name}/index.js`]: `
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
const { env } = process;
const result = env.ENDS_${variable(name)} ?? 'success';
const output = (key, value) => appendFileSync(env.GITHUB_OUTPUT, key + '=' + value + '\\n');
for (const [key, value] of Object.entries(env))
  if (key.startsWith('INPUT_')) console.log(key.slice(6).toLowerCase() + '=' + JSON.stringify(value));
if (result !== 'crash') {
  const file = join(env.RUNNER_TEMP, '${name}-' + env.GITHUB_JOB + '.json');
  writeFileSync(file, '${name}');
  output('result', result);
  output('reason', '${name} says ' + result);
  output('record', 'shop#7');
  if (env['INPUT_DRY-RUN'] !== 'true') output('record-file', file);
}
process.exitCode = result === 'success' || result === 'skipped' ? 0 : 1;
`,
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-wiring-'));
  const files = {
    'package.json': '{"type":"module"}',
    ...stub('deploy-helm'),
    ...stub('smoke-test'),
    ...stub('rollback'),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, 'slipway', path)), { recursive: true });
    await writeFile(join(folder, 'slipway', path), text);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ends {
  readonly 'deploy-helm'?: string;
  readonly 'smoke-test'?: string;
  readonly rollback?: string;
}

let runs = 0;

async function play(example: string, inputs: object, ends: Ends = {}): Promise<WorkflowRun> {
  const runId = (runs += 1);
  const repository = await teamRepository(join(folder, `team-${runId}`));
  const workflow = `.github/workflows/${example}`;
  const text = await readFile(join(workTree, 'workflows-examples', example), 'utf8');
  await repository.commit('all', { [workflow]: text });
  return runWorkflow({
    repository,
    workflow,
    event: { name: 'workflow_dispatch', payload: { inputs } },
    secrets: { KUBECONFIG: 'none', GITHUB_TOKEN: 'none' },
    slipway: join(folder, 'slipway'),
    helm: 4,
    runId,
    artifactFolder: join(folder, 'artifacts'),
    github: Object.fromEntries(Object.entries(ends).map(([name, end]) => [`ENDS_${variable(name)}`, end])),
  });
}

const release = (ends: Ends): Promise<WorkflowRun> =>
  play('release-to-kubernetes.yml', { image: 'r/shop:1.10@sha256:0', version: '1.10' }, ends);

const ran = (job: JobRun): string[] =>
  ['deploy', 'smoke', 'rollback'].filter((id) => stepOf(job, id).result !== 'skipped');

/** Which step's record was uploaded. */
async function uploaded({ artifacts }: WorkflowRun, environment: string): Promise<string> {
  const kept = artifacts[`release-record-${environment}`];
  if (kept === undefined) return 'none';
  const [file = ''] = await readdir(kept);
  return readFile(join(kept, file), 'utf8');
}

test.concurrent('all is well: nothing is rolled back, production follows', async () => {
  const run = await release({});

  expect(run.result).toBe('success');
  for (const environment of ['staging', 'production']) {
    expect(ran(jobOf(run, environment))).toEqual(['deploy', 'smoke']);
    expect(await uploaded(run, environment)).toBe('smoke-test');
  }
});

test.concurrent.each<[string, Ends, string[], string]>([
  ['deploy-helm has undone what failed', { 'deploy-helm': 'failure' }, ['deploy'], 'deploy-helm'],
  ['deploy-helm could not tell', { 'deploy-helm': 'inconclusive' }, ['deploy'], 'deploy-helm'],
  ['wrong answers', { 'smoke-test': 'failure' }, ['deploy', 'smoke', 'rollback'], 'rollback'],
  ['nobody could tell how it answers', { 'smoke-test': 'inconclusive' }, ['deploy', 'smoke'], 'smoke-test'],
  ['the smoke test itself broke', { 'smoke-test': 'crash' }, ['deploy', 'smoke'], 'deploy-helm'],
  [
    'the way back broke',
    { 'smoke-test': 'failure', rollback: 'crash' },
    ['deploy', 'smoke', 'rollback'],
    'smoke-test',
  ],
])('%s: production is never reached', async (_what, ends, steps, record) => {
  const run = await release(ends);

  expect(run.result).toBe('failure');
  expect(ran(jobOf(run, 'staging'))).toEqual(steps);
  expect(jobOf(run, 'production').result).toBe('skipped');
  expect(await uploaded(run, 'staging')).toBe(record);
});

test.concurrent('each step gets what the one before it found out', async () => {
  const run = await release({ 'smoke-test': 'failure' });
  const staging = jobOf(run, 'staging');

  expect(stepOf(staging, 'deploy').log).toContain('expects="smoke-test"');
  const smoke = stepOf(staging, 'smoke').log.join('\n');
  expect(smoke).toContain('record="shop#7"');
  // A version is text: 1.10 is not 1.1.
  expect(smoke).toContain(`equals: '1.10'`);
  const rollback = stepOf(staging, 'rollback').log.join('\n');
  expect(rollback).toContain('from="shop#7"');
  expect(rollback).toContain('reason="smoke-test says failure"');
  expect(rollback).toContain('http: /version');
});

test.concurrent.each([
  ['production', true, 'none'],
  ['staging', false, 'rollback'],
])('emergency: %s, dry run %s', async (environment, dryRun, record) => {
  const order = { environment, to: 'previous', reason: 'it burns', 'dry-run': String(dryRun) };
  const run = await play('emergency-rollback.yml', order);

  expect(run.result).toBe('success');
  const { log } = stepOf(jobOf(run, 'rollback'), 'rollback');
  expect(log).toEqual(
    expect.arrayContaining([
      `environment="${environment}"`,
      `namespace="shop-${environment}"`,
      'from="running"',
      'to="previous"',
      'reason="it burns"',
      `dry-run="${dryRun}"`,
    ]),
  );
  expect(await uploaded(run, environment)).toBe(record);
});
