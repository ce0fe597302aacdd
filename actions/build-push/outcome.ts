import type { BuildFailure } from '../../lib/domain/build/failure.ts';
import type { BuildMetadata } from '../../lib/domain/build/metadata.ts';
import { formatImageRef } from '../../lib/domain/image-ref.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Phases } from './phases.ts';
import type { Plan } from './plan.ts';
import type { Judged, Scanned } from './quarantine.ts';
import type { BuildPushResult, MadeImage, Published } from './result.ts';
import { short } from './words.ts';

/** Gathers what happened, and ends with the sentence that says it. */
export class Outcome {
  readonly plan: Plan;
  readonly phases: Phases;
  sourceHash: string | undefined;
  image: MadeImage | undefined;
  verified: Judged | undefined;
  scanned: Scanned | undefined;
  signed: 'now' | 'before' | undefined;
  readonly #clock: Clock;
  readonly #startedAt: number;

  constructor(plan: Plan, phases: Phases, clock: Clock) {
    this.plan = plan;
    this.phases = phases;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  planned(dryRun: readonly string[]): BuildPushResult {
    return this.#ended({ result: 'success', reason: 'dry run: nothing was built, pushed or tagged', dryRun });
  }

  failedBuild(failure: BuildFailure): BuildPushResult {
    return this.#ended({ result: 'failure', reason: failureWords(failure), failure });
  }

  /** Nothing was to be pushed. */
  builtOnly(metadata: BuildMetadata | undefined): BuildPushResult {
    this.image = {
      built: 'true',
      why: 'nothing is pushed',
      digest: undefined,
      repository: undefined,
      shape:
        metadata?.imageId === undefined ? undefined : { size: 0, imageId: metadata.imageId, platforms: [] },
      metadata: metadata?.text ?? '',
    };
    return this.#ended({ result: 'success', reason: 'built; nothing was pushed' });
  }

  refused({ reason }: Judged): BuildPushResult {
    return this.#ended({ result: 'failure', reason: `${reason}; ${this.#ref()} has no tag` });
  }

  published(published: Published): BuildPushResult {
    const { image } = this;
    const how = image?.built === 'reused' ? 'reused' : 'built';
    const named = (stayed: boolean): string[] =>
      published.tags
        .filter(({ outcome }) => (outcome === 'stayed') === stayed)
        .map(({ ref }) => ref.tag ?? '')
        .filter((tag, at, all) => !tag.startsWith('src-') && all.indexOf(tag) === at);
    const [written, stay] = [named(false), named(true)];
    const left = stay.length === 0 ? '' : `; ${stay.join(', ')} ${staysWhereItIs(stay.length)}`;
    const tags = `${written.length === 0 ? 'without a tag' : `tagged ${written.join(', ')}`}${left}`;
    return this.#ended({
      result: 'success',
      reason: `${how} ${short(image?.digest ?? '')}, ${tags}`,
      published,
    });
  }

  #ref(): string {
    const { digest, repository } = this.image ?? {};
    return digest === undefined || repository === undefined
      ? 'it'
      : formatImageRef({ ...repository, digest });
  }

  #ended(
    how: Pick<BuildPushResult, 'result' | 'reason'> &
      Partial<Pick<BuildPushResult, 'failure' | 'published' | 'dryRun'>>,
  ): BuildPushResult {
    const { plan, sourceHash, image, verified, scanned, signed, phases } = this;
    return {
      failure: undefined,
      published: undefined,
      dryRun: undefined,
      ...how,
      duration: this.#clock.now() - this.#startedAt,
      plan,
      sourceHash,
      image,
      verified,
      scanned,
      signed,
      phases: phases.done,
    };
  }
}

const staysWhereItIs = (tags: number): string => (tags === 1 ? 'stays where it is' : 'stay where they are');

/** Whose it is comes first. */
const failureWords = ({ kind, message, step }: BuildFailure): string =>
  kind === 'dockerfile' && step !== undefined ? `${step} failed: ${message}` : `${words[kind]}: ${message}`;

const words: Readonly<Record<BuildFailure['kind'], string>> = {
  dockerfile: 'the Dockerfile cannot be built',
  'missing-base': 'an image that is needed is not there',
  denied: 'a registry refused',
  'disk-full': 'no space is left on the builder or the runner',
  builder: 'the builder cannot be reached',
  'busy-registry': 'a registry is busy',
  unknown: 'buildx failed',
};
