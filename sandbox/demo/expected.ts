import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jobOf, stepOf } from '../act/workflow-run.ts';
import type { WorkflowRun } from '../act/workflow-run.ts';
import type { ServiceImage } from '../service/image.ts';
import type { LoadReport } from './load.ts';
import type { Shipped, Stage } from './stage.ts';
import type { EnvironmentName } from './team.ts';

const environments: readonly EnvironmentName[] = ['staging', 'production'];

/** What is not as a release should be that went to both environments; nothing is as it should be. */
export async function shippedEverywhere(
  shipped: Shipped,
  image: Pick<ServiceImage, 'digest'>,
): Promise<string[]> {
  const { run } = shipped;
  if (run.result !== 'success') return [`the workflow ended in ${run.result}`, ...saidBy(run)];
  const each = environments.map(async (environment) => {
    const job = jobOf(run, environment);
    const { result = '', images = '' } = stepOf(job, 'deploy').outputs;
    const { result: answered = '' } = stepOf(job, 'smoke').outputs;
    const { state } = await recorded(run, environment);
    return [
      ...unless(result === 'success', `deploy-helm says "${result}" in ${environment}`),
      ...unless(answered === 'success', `smoke-test says "${answered}" in ${environment}`),
      ...unless(
        images.includes(image.digest),
        `${environment} runs ${images || 'nothing known'}, not ${image.digest}`,
      ),
      ...unless(state === 'verified', `the record of ${environment} says ${state}`),
      ...unless(stepOf(job, 'rollback').result === 'skipped', `something was rolled back in ${environment}`),
      ...deploymentIs(shipped, environment, 'deploy', 'success'),
    ];
  });
  return [...(await Promise.all(each)).flat(), ...shipped.refusedByGitHub];
}

/** What the workflow built, in its own words; empty where it did not come so far. */
export function builtBy({ run }: Shipped): { readonly version: string; readonly digest: string } {
  const job = jobOf(run, 'build');
  return {
    version: stepOf(job, 'plan').outputs['version'] ?? '',
    digest: stepOf(job, 'build').outputs['digest'] ?? '',
  };
}

/** What is not as it should be with an image that was built in one job and promoted in another. */
export async function builtOnce(shipped: Shipped): Promise<string[]> {
  const { digest } = builtBy(shipped);
  const { outputs } = stepOf(jobOf(shipped.run, 'production'), 'promote');
  return [
    ...unless(
      outputs['digest'] === digest,
      `production got ${outputs['digest'] ?? 'nothing'}, not ${digest}`,
    ),
    ...unless(
      outputs['copied-bytes'] === '0',
      `${outputs['copied-bytes'] ?? 'no'} bytes were copied within one registry`,
    ),
  ];
}

/** What is not as it should be with the backup that production's database had before the release. */
export function backedUpBefore(stage: Stage, { run }: Shipped): string[] {
  const { outputs } = stepOf(jobOf(run, 'production'), 'backup');
  const said = (name: string): string => outputs[name] ?? 'nothing';
  return [
    ...unless(said('result') === 'success', `backup-db says "${said('result')}"`),
    ...unless(said('verified') === 'restored', `the backup is proven as far as ${said('verified')}`),
    ...unless(stage.stores(said('uri')), `there is no backup at ${said('uri')}`),
  ];
}

/** What is not as it should be with a release that staging's smoke test caught, and that never reached production. */
export async function caughtInStaging(shipped: Shipped, image: ServiceImage): Promise<string[]> {
  const { run } = shipped;
  if (run.result !== 'failure') return ['the workflow ended in success, with an image that answers wrongly'];
  const job = jobOf(run, 'staging');
  const [deploy, smoke] = [stepOf(job, 'deploy').outputs, stepOf(job, 'smoke').outputs];
  const production = jobOf(run, 'production').result;
  return [
    ...unless(deploy['result'] === 'success', `deploy-helm says "${deploy['result'] ?? ''}" in staging`),
    ...unless(deploy['images']?.includes(image.digest) ?? false, 'the image that was asked for never ran'),
    ...unless(smoke['result'] === 'failure', `smoke-test says "${smoke['result'] ?? ''}" in staging`),
    ...(await wentBack(shipped, 'staging', 'staging')),
    ...deploymentIs(shipped, 'staging', 'deploy', 'failure'),
    ...unless(production === 'skipped', `production was not skipped: ${production}`),
  ];
}

/** What is not as it should be with a rollback that somebody ordered by the emergency workflow. */
export async function wentBackOnDemand(shipped: Shipped, environment: EnvironmentName): Promise<string[]> {
  const { run } = shipped;
  if (run.result !== 'success') return [`the workflow ended in ${run.result}`, ...saidBy(run)];
  return wentBack(shipped, 'rollback', environment);
}

/** The step `rollback` of a job, its record and its GitHub Deployment. */
async function wentBack(shipped: Shipped, job: string, environment: EnvironmentName): Promise<string[]> {
  const { outputs } = stepOf(jobOf(shipped.run, job), 'rollback');
  const { kind, state } = await recorded(shipped.run, environment);
  const said = (name: string, wanted: string): string[] =>
    unless(outputs[name] === wanted, `rollback of ${environment}: ${name} is "${outputs[name] ?? ''}"`);
  return [
    ...said('result', 'success'),
    ...said('rolled-back', 'true'),
    ...said('verified', 'true'),
    ...unless(
      kind === 'rollback' && state === 'verified',
      `the record uploaded for ${environment} says ${kind} ${state}`,
    ),
    ...deploymentIs(shipped, environment, 'rollback', 'success'),
    ...shipped.refusedByGitHub,
  ];
}

/** For so long a node may still lead to a pod that is on its way out, and a port that is moments old nowhere. */
const settling = 10_000;

/** Who answers, asked until it is the one that is wanted or the node has had time to settle; always on a new connection. */
async function answering(url: string, wanted: string): Promise<string> {
  const deadline = Date.now() + settling;
  for (;;) {
    const said = await askedOnce(url).catch((error: unknown) => `nothing (${String(error)})`);
    if (said === wanted || Date.now() > deadline) return said;
    await sleep(200);
  }
}

async function askedOnce(url: string): Promise<string> {
  const answer = await fetch(url, {
    headers: { connection: 'close' },
    signal: AbortSignal.timeout(5_000),
  });
  const { version } = (await answer.json()) as { version?: string };
  return version ?? String(answer.status);
}

/** Asked from outside, whatever the workflow says of itself. */
export async function serves(
  stage: Stage,
  version: string | Readonly<Record<EnvironmentName, string>>,
): Promise<string[]> {
  const answers = environments.map(async (environment) => {
    const wanted = typeof version === 'string' ? version : version[environment];
    const said = await stage.url(environment).then(
      (url) => answering(url, wanted),
      (error: unknown) => `nothing (${String(error)})`,
    );
    return unless(said === wanted, `${environment} serves ${said}, not ${wanted}`);
  });
  return (await Promise.all(answers)).flat();
}

export const nothingLost = ({ lost, slow, causes }: LoadReport): string[] => [
  ...unless(lost === 0, `${lost} requests were lost: ${Object.keys(causes).join(', ')}`),
  ...unless(slow === 0, `${slow} requests took longer than a second`),
];

export function answeredBy({ seconds }: LoadReport, versions: readonly string[]): string[] {
  const seen = new Set(seconds.flatMap((second) => Object.keys(second)).filter((version) => version !== ''));
  const same = seen.size === versions.length && versions.every((version) => seen.has(version));
  return unless(
    same,
    `requests were answered by ${[...seen].join(' and ')}, not by ${versions.join(' and ')}`,
  );
}

function deploymentIs(
  { deployments }: Shipped,
  environment: EnvironmentName,
  task: 'deploy' | 'rollback',
  state: string,
): string[] {
  const told = deployments.findLast((one) => one.environment === environment && one.task === task);
  const what = `the GitHub Deployment (${task}) to ${environment}`;
  return unless(told?.state === state, `${what} is ${told?.state ?? 'not there'}, not ${state}`);
}

/** The ReleaseRecord that the workflow uploaded, as far as it matters here. */
async function recorded(
  { artifacts }: WorkflowRun,
  environment: EnvironmentName,
): Promise<{ readonly kind: string; readonly state: string }> {
  const folder = artifacts[`release-record-${environment}`];
  if (folder === undefined) return { kind: 'nothing:', state: 'it was not uploaded' };
  const [file = ''] = await readdir(folder);
  return JSON.parse(await readFile(join(folder, file), 'utf8')) as { kind: string; state: string };
}

const saidBy = ({ jobs }: WorkflowRun): string[] =>
  jobs
    .flatMap(({ steps }) => steps)
    .flatMap(({ annotations }) =>
      annotations.filter(({ kind }) => kind === 'error').map(({ message }) => message),
    );

const unless = (fine: boolean, difference: string): string[] => (fine ? [] : [difference]);
