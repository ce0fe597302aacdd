import type { Filter } from '../environments/filter-pattern.ts';

/** A part of the repository that is built and released by itself. */
export interface Module {
  readonly name: string;
  readonly paths: Filter;
  /** Modules that it is built from or calls: when one of them changes, it is affected. */
  readonly dependsOn: readonly string[];
}

/** Why a module is among those to build: a file of its own, one it depends on, or all of them for one reason. */
export interface ChangedModule {
  readonly name: string;
  readonly why: string;
}
