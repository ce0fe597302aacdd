import type { BuildFailure } from '../domain/build/failure.ts';
import type { BuildIntent } from '../domain/build/intent.ts';
import type { BuildMetadata } from '../domain/build/metadata.ts';
import type { RepositoryRef } from '../domain/oci/types.ts';

export type { BuildFailure, BuildIntent, BuildMetadata };

export interface BuilderTool {
  /** `0.38.1`; what it says where that is no version. */
  readonly version: string;
  /** Where it was found. */
  readonly program: string;
}

/** What carries a build out: buildx calls it a builder. */
export interface BuilderInUse {
  readonly name: string;
  /** `docker-container`, `kubernetes`, `remote`, `cloud`; or `docker`, which keeps its images in the engine. */
  readonly driver: string;
  /** This step made it, and takes it away. */
  readonly ours: boolean;
}

export interface BuildOrder {
  readonly intent: BuildIntent;
  /** Where it is pushed to, by digest alone: no tag is written. Undefined: nowhere. */
  readonly push: RepositoryRef | undefined;
  /** `registry/repository:tag` under which the local engine knows it; only with `load`. */
  readonly loadAs: readonly string[];
  /** Seconds since the epoch that file times of the image are given; undefined: now. */
  readonly sourceDate: number | undefined;
}

export type BuildOutcome =
  | { readonly kind: 'built'; readonly metadata: BuildMetadata }
  | { readonly kind: 'failed'; readonly failure: BuildFailure };

export interface BuildRun {
  /** Called for each line of the build's own log; it is untrusted. */
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Builds images. A failing build is an outcome; a builder that cannot be had is a ToolError with the remedy. */
export interface Builder {
  tool(): Promise<BuilderTool>;
  /**
   * The builder named, else the one that is in use if it can push by digest, else one made for this step; `willMake` is
   * told the name before it is there.
   */
  prepare(
    asked: string | undefined,
    needs: { readonly push: boolean },
    run: BuildRun & { readonly willMake: (name: string) => void },
  ): Promise<BuilderInUse>;
  build(order: BuildOrder, builder: BuilderInUse, run?: BuildRun): Promise<BuildOutcome>;
  /** Takes away a builder that this step made; one that is gone already is no error. */
  remove(name: string): Promise<void>;
}
