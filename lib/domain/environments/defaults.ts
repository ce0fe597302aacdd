/** What holds without a file, and for keys that the file leaves out of an environment with one of these names. */
import type { TagKind } from './types.ts';

export interface EnvironmentDefaults {
  readonly branches: readonly string[];
  readonly gitTags: readonly string[];
  readonly production: boolean;
}

const usual: Readonly<Record<string, EnvironmentDefaults>> = {
  dev: { branches: ['develop'], gitTags: [], production: false },
  homolog: { branches: ['release/*', 'homolog'], gitTags: [], production: false },
  preprod: { branches: ['main'], gitTags: ['preprod/*'], production: false },
  prod: { branches: [], gitTags: ['v*'], production: true },
};

export const usualEnvironments: readonly string[] = Object.keys(usual);

/** An environment of another name starts empty: only what the file says leads to it. `production` is one by its name. */
export const defaultsOf = (name: string): EnvironmentDefaults =>
  (Object.hasOwn(usual, name) ? usual[name] : undefined) ?? {
    branches: [],
    gitTags: [],
    production: name === 'production',
  };

/** `v1.4.2-rc.1` and `v1.2` fit `v*` as well, and are no releases. */
export const usualVersions = (production: boolean): TagKind => (production ? 'release' : 'any');

/**
 * A version tag is known by its version first, and so is what production is given as one. A version that somebody types for
 * any other environment is not: the release of that name would later find its tag taken.
 */
export const usualTags = (
  { name, production }: { readonly name: string; readonly production: boolean },
  versionFrom: 'tag' | 'input' | 'history',
): readonly string[] => [
  ...(versionFrom === 'tag' || (versionFrom === 'input' && production) ? ['v{version}'] : []),
  '{env}-{run_id}',
  'sha-{sha}',
  ...(name === 'dev' ? ['latest-dev'] : []),
];
