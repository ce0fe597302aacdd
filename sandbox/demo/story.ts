import { setTimeout as sleep } from 'node:timers/promises';
import { jobOf, stepOf } from '../act/workflow-run.ts';
import type { WorkflowRun } from '../act/workflow-run.ts';
import type { ServiceImage } from '../service/image.ts';
import { OpenLoop } from './load.ts';
import type { LoadReport } from './load.ts';
import type { ShipOrder, Shipped, Stage } from './stage.ts';
import type { EnvironmentName } from './team.ts';

/** A part of the story, and what in it was not as told. */
export interface Chapter extends Shipped {
  readonly title: string;
  readonly told: string;
  readonly load: LoadReport | undefined;
  readonly differs: readonly string[];
}

export interface Images {
  readonly v1: ServiceImage;
  readonly v2: ServiceImage;
  /** Starts, and never becomes ready. */
  readonly v3: ServiceImage;
}

export const requestsPerSecond = 100;

/** Tells the story as it happens; a chapter whose workflow ended otherwise than told is the last one. */
export async function* tellStory(stage: Stage, images: Images, order: ShipOrder): AsyncGenerator<Chapter> {
  const ship = (version: keyof Images) => stage.ship({ version, pinned: images[version].pinned }, order);
  const chapters = [
    () => firstRelease(stage, images, () => ship('v1')),
    () => releaseUnderLoad(stage, images, () => ship('v2')),
    () => releaseThatHangs(stage, images, () => ship('v3')),
  ];
  for (const chapter of chapters) {
    const told = await chapter();
    yield told;
    if (told.differs.some((difference) => difference.startsWith('the workflow'))) return;
  }
}

type Ship = () => Promise<Shipped>;

async function firstRelease(stage: Stage, images: Images, ship: Ship): Promise<Chapter> {
  const shipped = await ship();
  const differs = [...shippedEverywhere(shipped.run, images.v1), ...(await serves(stage, 'v1'))];
  return {
    ...shipped,
    title: 'v1 ships',
    told: 'Nothing runs yet. v1 goes to staging, the gate opens, and v1 goes to production.',
    load: undefined,
    differs: [...differs, ...refusedByGitHub(stage)],
  };
}

async function releaseUnderLoad(stage: Stage, images: Images, ship: Ship): Promise<Chapter> {
  const { shipped, load } = await underLoad(stage, 'production', ship);
  const differs = [...shippedEverywhere(shipped.run, images.v2), ...(await serves(stage, 'v2'))];
  return {
    ...shipped,
    title: 'v2 ships while people use production',
    told: `v2 takes the same way while ${requestsPerSecond} requests a second reach production, each when it is due, answered or not.`,
    load,
    differs: [...differs, ...nothingLost(load), ...answeredBy(load, ['v1', 'v2']), ...refusedByGitHub(stage)],
  };
}

async function releaseThatHangs(stage: Stage, { v3 }: Images, ship: Ship): Promise<Chapter> {
  const { shipped, load } = await underLoad(stage, 'staging', ship);
  return {
    ...shipped,
    title: 'v3 never becomes ready',
    told: 'v3 starts and never becomes ready. The release is called and undone in staging, under the same load; v2 never stops serving, and production is not asked.',
    load,
    differs: [
      ...undoneInStaging(shipped.run, v3),
      ...(await serves(stage, 'v2')),
      ...nothingLost(load),
      ...answeredBy(load, ['v2']),
      ...refusedByGitHub(stage),
    ],
  };
}

const afterwards = 4_000;

async function underLoad(
  stage: Stage,
  environment: EnvironmentName,
  ship: Ship,
): Promise<{ shipped: Shipped; load: LoadReport }> {
  const load = new OpenLoop({ url: await stage.url(environment), perSecond: requestsPerSecond });
  try {
    const shipped = await ship();
    // The last old pods are still on their way out when the release is ready; that is when requests get lost.
    await sleep(afterwards);
    return { shipped, load: await load.stop() };
  } finally {
    await load.stop();
  }
}

const environments: readonly EnvironmentName[] = ['staging', 'production'];

function shippedEverywhere(run: WorkflowRun, image: ServiceImage): string[] {
  if (run.result !== 'success') return [`the workflow ended in ${run.result}`];
  return environments.flatMap((environment) => {
    const { result = '', images = '' } = stepOf(jobOf(run, environment), 'deploy').outputs;
    return [
      ...(result === 'success' ? [] : [`deploy-helm says "${result}" in ${environment}`]),
      ...(images.includes(image.digest)
        ? []
        : [`${environment} runs ${images || 'nothing known'}, not ${image.digest}`]),
      ...(Object.keys(run.artifacts).some((name) => name.includes(environment))
        ? []
        : [`no record of ${environment} was uploaded`]),
    ];
  });
}

function undoneInStaging(run: WorkflowRun, image: ServiceImage): string[] {
  if (run.result !== 'failure')
    return [`the workflow ended in ${run.result}, with an image that never becomes ready`];
  const { result = '', images = '' } = stepOf(jobOf(run, 'staging'), 'deploy').outputs;
  const production = jobOf(run, 'production').result;
  return [
    ...(result === 'failure' ? [] : [`deploy-helm says "${result}" in staging`]),
    ...(images.includes(image.digest) ? ['v3 is said to run in staging'] : []),
    ...(production === 'skipped' ? [] : [`production was not skipped: ${production}`]),
  ];
}

/** Asked from outside, whatever the workflow says of itself. */
async function serves(stage: Stage, version: string): Promise<string[]> {
  const answers = environments.map(async (environment) => {
    const answer = await fetch(await stage.url(environment), { signal: AbortSignal.timeout(5_000) });
    const said = (await answer.json()) as { version?: string };
    return said.version === version
      ? []
      : [`${environment} serves ${said.version ?? answer.status}, not ${version}`];
  });
  return (await Promise.all(answers)).flat();
}

/** What the stand-in holds against GitHub's published description. */
const refusedByGitHub = ({ github }: Stage): string[] =>
  github.violations.map(
    ({ method, path, faults }) => `not GitHub's API: ${method} ${path}: ${faults.join('; ')}`,
  );

const nothingLost = ({ lost, slow, causes }: LoadReport): string[] => [
  ...(lost === 0 ? [] : [`${lost} requests were lost: ${Object.keys(causes).join(', ')}`]),
  ...(slow === 0 ? [] : [`${slow} requests took longer than a second`]),
];

function answeredBy({ seconds }: LoadReport, versions: readonly string[]): string[] {
  const seen = new Set(seconds.flatMap((second) => Object.keys(second)).filter((version) => version !== ''));
  const same = seen.size === versions.length && versions.every((version) => seen.has(version));
  return same
    ? []
    : [`requests were answered by ${[...seen].join(' and ')}, not by ${versions.join(' and ')}`];
}
