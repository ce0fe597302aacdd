import { setTimeout as sleep } from 'node:timers/promises';
import { pushServiceImage } from '../service/image.ts';
import type { ServiceImage } from '../service/image.ts';
import {
  answeredBy,
  backedUpBefore,
  builtBy,
  builtOnce,
  caughtInStaging,
  nothingLost,
  serves,
  shippedEverywhere,
} from './expected.ts';
import { OpenLoop } from './load.ts';
import type { LoadReport } from './load.ts';
import type { Shipped, Stage } from './stage.ts';
import type { EnvironmentName } from './team.ts';

/** A part of the story, and what in it was not as told. */
export interface Chapter extends Shipped {
  readonly title: string;
  readonly told: string;
  /** What reached the service meanwhile, and in which environment. */
  readonly load?: LoadReport & { readonly environment: EnvironmentName };
  readonly differs: readonly string[];
}

export interface Images {
  readonly v1: ServiceImage;
  /** Becomes ready, and is wrong: its program was built from an old checkout and says that it is v1. */
  readonly v3: ServiceImage;
}

/**
 * Pushes what the story ships. The wrong one answers every request, so that whatever a client lost would have been lost
 * by the way there or back; one that answers 500 loses requests until it is caught, whoever catches it.
 */
export async function storyImages(registry: string): Promise<Images> {
  return {
    v1: await pushServiceImage({ registry, version: 'v1' }),
    v3: await pushServiceImage({ registry, version: 'v3', faults: { FAULT_WRONG_VERSION: 'v1' } }),
  };
}

export const requestsPerSecond = 100;
/** The last old pods are still on their way out when a release is ready; that is when requests get lost. */
const afterwards = 6_000;

/** Tells the story as it happens; a chapter whose workflow ended otherwise than told is the last one. */
export async function* tellStory(stage: Stage, images: Images): AsyncGenerator<Chapter> {
  const endedOtherwise = ({ differs }: Chapter): boolean =>
    differs.some((difference) => difference.startsWith('the workflow'));

  const first = await firstRelease(stage, images);
  yield first;
  if (endedOtherwise(first)) return;
  const second = await releaseFromSource(stage);
  yield second;
  if (endedOtherwise(second)) return;
  yield await releaseThatIsWrong(stage, images, builtBy(second).version);
}

async function firstRelease(stage: Stage, { v1 }: Images): Promise<Chapter> {
  const shipped = await stage.ship({ ...v1, version: 'v1' });
  return {
    ...shipped,
    title: 'v1 ships',
    told: 'Nothing runs yet. v1 goes to staging, is seen to answer there, the gate opens, v1 goes to production.',
    differs: [...(await shippedEverywhere(shipped, v1)), ...(await serves(stage, 'v1'))],
  };
}

async function releaseFromSource(stage: Stage): Promise<Chapter> {
  const { shipped, load } = await underLoad(stage, 'production', () => stage.push('The second version'));
  const { version, digest } = builtBy(shipped);
  return {
    ...shipped,
    title: 'v2 is built, and ships while people use production',
    told: `A commit on main is tested and built once; its digest goes to staging, and once it has proven itself there production's database is saved, restored elsewhere and compared, and the same bytes are promoted to production. Meanwhile ${requestsPerSecond} requests a second reach production, each when it is due, whether or not the one before was answered.`,
    load: { ...load, environment: 'production' },
    differs: [
      ...(await shippedEverywhere(shipped, { digest })),
      ...(await builtOnce(shipped)),
      ...backedUpBefore(stage, shipped),
      ...(await serves(stage, version)),
      ...nothingLost(load),
      ...answeredBy(load, ['v1', version]),
    ],
  };
}

async function releaseThatIsWrong(stage: Stage, { v3 }: Images, before: string): Promise<Chapter> {
  const { shipped, load } = await underLoad(stage, 'staging', () => stage.ship({ ...v3, version: 'v3' }));
  return {
    ...shipped,
    title: 'v3 is ready, and wrong',
    told: `v3 becomes ready and its digest is the one that was asked for, but inside is an old program that says v1. The smoke test in staging asks who answers and finds out, rollback goes back to ${before} and proves it, and production is not even asked. All under the same load.`,
    load: { ...load, environment: 'staging' },
    differs: [
      ...(await caughtInStaging(shipped, v3)),
      ...(await serves(stage, before)),
      ...nothingLost(load),
      ...answeredBy(load, ['v1', before]),
    ],
  };
}

async function underLoad(
  stage: Stage,
  environment: EnvironmentName,
  ship: () => Promise<Shipped>,
): Promise<{ shipped: Shipped; load: LoadReport }> {
  const load = new OpenLoop({ url: await stage.url(environment), perSecond: requestsPerSecond });
  try {
    const shipped = await ship();
    await sleep(afterwards);
    return { shipped, load: await load.stop() };
  } finally {
    await load.stop();
  }
}
