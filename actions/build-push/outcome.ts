/** How the step ends, and the sentence that says it. */
import type { BuildFailure } from '../../lib/domain/build/failure.ts';
import type { BuildMetadata } from '../../lib/domain/build/metadata.ts';
import { formatImageRef } from '../../lib/domain/image-ref.ts';
import type { Judged } from './quarantine.ts';
import type { BuildPushResult, Published } from './result.ts';
import { short } from './words.ts';
import type { Work } from './work.ts';

/** What is known of the image by then. */
export type Known = Pick<BuildPushResult, 'sourceHash'> &
  Partial<Pick<BuildPushResult, 'image' | 'verified' | 'scanned' | 'signed'>>;

export const planned = (work: Work, known: Known, dryRun: readonly string[]): BuildPushResult =>
  end(work, known, { result: 'success', reason: 'dry run: nothing was built, pushed or tagged', dryRun });

export const failedBuild = (work: Work, known: Known, failure: BuildFailure): BuildPushResult =>
  end(work, known, { result: 'failure', reason: failureWords(failure), failure });

/** Nothing was to be pushed. */
export function builtOnly(work: Work, known: Known, metadata: BuildMetadata | undefined): BuildPushResult {
  const imageId = metadata?.imageId;
  const image = {
    built: 'true',
    why: 'nothing is pushed',
    digest: undefined,
    repository: undefined,
    shape: imageId === undefined ? undefined : { size: 0, imageId, platforms: [] },
    metadata: metadata?.text ?? '',
  } as const;
  return end(work, { ...known, image }, { result: 'success', reason: 'built; nothing was pushed' });
}

export const refused = (work: Work, known: Known, { reason }: Judged): BuildPushResult =>
  end(work, known, { result: 'failure', reason: `${reason}; ${refOf(known)} has no tag` });

export function published(work: Work, known: Known, what: Published): BuildPushResult {
  const how = known.image?.built === 'reused' ? 'reused' : 'built';
  const named = (stayed: boolean): string[] =>
    what.tags
      .filter(({ outcome }) => (outcome === 'stayed') === stayed)
      .map(({ ref }) => ref.tag ?? '')
      .filter((tag, at, all) => !tag.startsWith('src-') && all.indexOf(tag) === at);
  const [written, stay] = [named(false), named(true)];
  const left = stay.length === 0 ? '' : `; ${stay.join(', ')} ${staysWhereItIs(stay.length)}`;
  const tags = `${written.length === 0 ? 'without a tag' : `tagged ${written.join(', ')}`}${left}`;
  const reason = `${how} ${short(known.image?.digest ?? '')}, ${tags}`;
  return end(work, known, { result: 'success', reason, published: what });
}

function end(
  { ports, plan, phases, startedAt }: Work,
  known: Known,
  how: Pick<BuildPushResult, 'result' | 'reason'> &
    Partial<Pick<BuildPushResult, 'failure' | 'published' | 'dryRun'>>,
): BuildPushResult {
  return {
    failure: undefined,
    published: undefined,
    dryRun: undefined,
    image: undefined,
    verified: undefined,
    scanned: undefined,
    signed: undefined,
    ...known,
    ...how,
    duration: ports.clock.now() - startedAt,
    plan,
    phases: phases.done,
  };
}

function refOf({ image }: Known): string {
  return image?.digest === undefined || image.repository === undefined
    ? 'it'
    : formatImageRef({ ...image.repository, digest: image.digest });
}

const staysWhereItIs = (tags: number): string => (tags === 1 ? 'stays where it is' : 'stay where they are');

/** The step of the Dockerfile that failed comes first: it is the author's to mend. */
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
