import type { BuildFailure } from '../../lib/domain/build/failure.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import type { RepositoryRef } from '../../lib/domain/oci/types.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import type { TagOutcome } from '../../lib/steps/tag-images.ts';
import type { Phase } from './phases.ts';
import type { Plan } from './plan.ts';
import type { Judged, Scanned } from './quarantine.ts';

/** What an image weighs, and what it is called otherwise. */
export interface ImageShape {
  /** Compressed bytes of config and layers; of an index, of all platforms together. */
  readonly size: number;
  /** Digest of the config; undefined for an index. */
  readonly imageId: string | undefined;
  readonly platforms: readonly string[];
}

/** What became of the tags. */
export interface Published {
  readonly tags: readonly TagOutcome[];
  /** The widest time in which another run's write would have gone unseen. */
  readonly window: Milliseconds;
  /** Bytes that travelled to the other registries. */
  readonly copiedBytes: number;
}

export interface MadeImage {
  readonly built: 'true' | 'reused';
  /** Why it was built or not. */
  readonly why: string;
  /** Undefined: nothing was pushed. */
  readonly digest: string | undefined;
  readonly repository: RepositoryRef | undefined;
  readonly shape: ImageShape | undefined;
  /** Of buildx, as it wrote it. */
  readonly metadata: string;
}

export interface BuildPushResult extends Result {
  readonly duration: Milliseconds;
  readonly plan: Plan;
  readonly sourceHash: string | undefined;
  /** Undefined: nothing was made (a dry run, a build that failed). */
  readonly image: MadeImage | undefined;
  readonly failure: BuildFailure | undefined;
  readonly verified: Judged | undefined;
  readonly scanned: Scanned | undefined;
  readonly signed: 'now' | 'before' | undefined;
  readonly published: Published | undefined;
  /** What a dry run would do, a line each. */
  readonly dryRun: readonly string[] | undefined;
  readonly phases: readonly Phase[];
}
