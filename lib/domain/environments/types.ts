/** What `.github/slipway.yml` says, once read. Its schema for editors: docs/schemas/slipway-file.json. */
import type { Freeze } from '../gate/freeze.ts';
import type { Migrations } from '../gate/migrations.ts';
import type { Module } from '../modules/types.ts';
import type { ReleaseSection } from '../release/section.ts';
import type { Filter } from './filter-pattern.ts';

/** Whatever differs between environments: any YAML, passed on as JSON. */
export type Settings = Readonly<Record<string, unknown>>;

/** Which git tags count, beyond their pattern: any, those that are a semantic version, or no pre-releases either. */
export type TagKind = 'any' | 'semver' | 'release';

/** What is said of an environment, and may be said of one of its targets otherwise. */
export interface Place {
  /** Empty where nobody said. */
  readonly namespace: string;
  readonly valuesFiles: readonly string[];
  readonly url: string;
  readonly settings: Settings;
}

/** A region, cluster or host of an environment. */
export interface Target extends Place {
  readonly name: string;
  /** From 1; the targets of one wave may be released side by side. */
  readonly wave: number;
}

export interface Environment extends Place {
  readonly name: string;
  readonly branches: Filter;
  readonly gitTags: Filter;
  readonly versions: TagKind;
  readonly production: boolean;
  /** Templates of image tags, the primary one first; undefined: the usual ones. */
  readonly tags: readonly string[] | undefined;
  /** In the order of their waves; at least one, which is called as the environment where the file names none. */
  readonly targets: readonly Target[];
  /** Semver range of what a scheduled run may take. */
  readonly updates: string;
  /** Times in which nothing goes there; approval-gate keeps them. */
  readonly freezes: readonly Freeze[];
}

export interface SlipwayFile {
  readonly environments: readonly Environment[];
  /** Whether the file says which there are; else they are the usual ones. */
  readonly namesEnvironments: boolean;
  readonly modules: readonly Module[];
  /** Undefined where the file names none. */
  readonly migrations: Migrations | undefined;
  /** What the action `release` does; undefined where the file does not say. */
  readonly release: ReleaseSection | undefined;
}
