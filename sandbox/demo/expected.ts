import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { jobOf, stepOf } from '../act/workflow-run.ts';
import type { WorkflowRun } from '../act/workflow-run.ts';
import type { ServiceImage } from '../service/image.ts';
import type { LoadReport } from './load.ts';
import type { Shipped, Stage } from './stage.ts';
import type { EnvironmentName } from './team.ts';

const environments: readonly EnvironmentName[] = ['staging', 'production'];

/** What is not as a release should be that went to both environments; nothing is as it should be. */
export async function shippedEverywhere(shipped: Shipped, image: ServiceImage): Promise<string[]> {
  const { run } = shipped;
  if (run.result !== 'success') return [`the workflow ended in ${run.result}`, ...saidBy(run)];
  const each = environments.map(async (environment) => {
    const { result = '', images = '' } = stepOf(jobOf(run, environment), 'deploy').outputs;
    const state = await recordedState(run, environment);
    return [
      ...unless(result === 'success', `deploy-helm says "${result}" in ${environment}`),
      ...unless(
        images.includes(image.digest),
        `${environment} runs ${images || 'nothing known'}, not ${image.digest}`,
      ),
      ...unless(state === 'ready' || state === 'verified', `the record of ${environment} says ${state}`),
      ...deploymentIs(shipped, environment, 'success'),
    ];
  });
  return [...(await Promise.all(each)).flat(), ...shipped.refusedByGitHub];
}

/** What is not as a release should be that was called and undone in staging and never reached production. */
export async function undoneInStaging(shipped: Shipped, image: ServiceImage): Promise<string[]> {
  const { run } = shipped;
  if (run.result !== 'failure')
    return ['the workflow ended in success, with an image that never becomes ready'];
  const { result = '', images = '' } = stepOf(jobOf(run, 'staging'), 'deploy').outputs;
  const production = jobOf(run, 'production').result;
  const state = await recordedState(run, 'staging');
  return [
    ...unless(result === 'failure', `deploy-helm says "${result}" in staging`),
    ...unless(!images.includes(image.digest), 'the image that was undone is said to run in staging'),
    ...unless(state === 'rolled-back', `the record of staging says ${state}`),
    ...unless(production === 'skipped', `production was not skipped: ${production}`),
    ...deploymentIs(shipped, 'staging', 'failure'),
    ...shipped.refusedByGitHub,
  ];
}

/** Asked from outside, whatever the workflow says of itself. */
export async function serves(stage: Stage, version: string): Promise<string[]> {
  const answers = environments.map(async (environment) => {
    const answer = await fetch(await stage.url(environment), { signal: AbortSignal.timeout(5_000) });
    const said = (await answer.json()) as { version?: string };
    return unless(
      said.version === version,
      `${environment} serves ${said.version ?? answer.status}, not ${version}`,
    );
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

const deploymentIs = ({ deployments }: Shipped, environment: EnvironmentName, state: string): string[] =>
  unless(
    deployments[environment]?.state === state,
    `the GitHub Deployment to ${environment} is ${deployments[environment]?.state ?? 'not there'}, not ${state}`,
  );

/** State of the ReleaseRecord that the workflow uploaded. */
async function recordedState({ artifacts }: WorkflowRun, environment: EnvironmentName): Promise<string> {
  const folder = artifacts[`release-record-${environment}`];
  if (folder === undefined) return 'nothing: it was not uploaded';
  const [file = ''] = await readdir(folder);
  const record = JSON.parse(await readFile(join(folder, file), 'utf8')) as { state?: string };
  return record.state ?? 'nothing';
}

const saidBy = ({ jobs }: WorkflowRun): string[] =>
  jobs
    .flatMap(({ steps }) => steps)
    .flatMap(({ annotations }) =>
      annotations.filter(({ kind }) => kind === 'error').map(({ message }) => message),
    );

const unless = (fine: boolean, difference: string): string[] => (fine ? [] : [difference]);
