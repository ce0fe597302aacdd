/** The version of what is built: what the author or the git tag says, else a pre-release of the version to come. */
import compare from 'semver/functions/compare.js';
import inc from 'semver/functions/inc.js';
import parse from 'semver/functions/parse.js';
import type { Fault } from '../errors.ts';
import type { Occasion } from './occasion.ts';
import { isPreRelease, versionOfTag } from './version-tag.ts';

export interface Version {
  /** A semantic version without `v`, so that a chart can have it. */
  readonly version: string;
  /** Who says it: the git tag, the author, or what the history, environment and run add up to. */
  readonly from: 'tag' | 'input' | 'history';
  /** Where it comes from, for people. */
  readonly why: string;
}

export interface VersionFacts {
  /** Input `version`, empty where it says nothing. */
  readonly asked: string;
  readonly occasion: Occasion;
  /** Empty where there is none. */
  readonly environment: string;
  readonly runId: string;
  /** The git tags that the commit's history has; empty in a shallow clone. */
  readonly tags: readonly string[];
}

export type VersionChoice =
  | { readonly kind: 'version'; readonly version: Version }
  | { readonly kind: 'fault'; readonly fault: Fault };

export function chooseVersion(facts: VersionFacts): VersionChoice {
  const { asked, occasion } = facts;
  const tagged = occasion.tag === undefined ? undefined : versionOfTag(occasion.tag);
  if (asked === '')
    return {
      kind: 'version',
      version:
        tagged === undefined ? comingVersion(facts) : { version: tagged, from: 'tag', why: occasion.says },
    };
  const version = versionOfTag(asked);
  const fault = (problem: string): VersionChoice => ({
    kind: 'fault',
    fault: { input: 'version', value: JSON.stringify(asked), problem },
  });
  if (version === undefined) return fault('must be a semantic version: 1.4.2, 1.5.0-rc.1');
  if (tagged !== undefined && tagged !== version)
    return fault(`the run is about ${occasion.says}; leave version out, or run on a branch`);
  return { kind: 'version', version: { version, from: 'input', why: 'input version' } };
}

/**
 * `1.4.3-dev.4711`: newer than the last release 1.4.2, older than 1.4.3 itself, newer with every run. A branch or tag that
 * names the version to come (`release/1.5`, `preprod/1.5.0`) says so.
 */
function comingVersion({ occasion, environment, runId, tags }: VersionFacts): Version {
  const last = newestVersion(tags);
  const next =
    last === undefined ? undefined : core(isPreRelease(last) ? last : (inc(last, 'patch') ?? last));
  const named = namedVersion(occasion.tag ?? occasion.branch ?? '');
  const base =
    [next, named]
      .filter((each) => each !== undefined)
      .sort(compare)
      .at(-1) ?? '0.0.0';
  const suffix = `${identifier(environment) || pullRequestOf(occasion)}.${runId || '0'}`;
  const why =
    base === next
      ? `after ${last}, the newest version in its history`
      : base === named
        ? `${occasion.says} names ${base}`
        : 'no version is known in its history';
  return { version: `${base}-${suffix}`, from: 'history', why };
}

const pullRequestOf = ({ pullRequest }: Occasion): string =>
  pullRequest === undefined ? 'build' : `pr.${pullRequest}`;

/** Letters, digits and dashes only; a leading letter keeps `007` from being a number with zeros. */
const identifier = (environment: string): string => environment.replaceAll(/[^0-9A-Za-z-]/g, '-');

/** The greatest of the version tags; with equal precedence either will do. */
export const newestVersion = (tags: readonly string[]): string | undefined =>
  tags
    .flatMap((tag) => versionOfTag(tag) ?? [])
    .sort(compare)
    .at(-1);

/** Without what makes it a pre-release or a build. */
function core(version: string): string {
  const { major, minor, patch } = parse(version) ?? { major: 0, minor: 0, patch: 0 };
  return `${major}.${minor}.${patch}`;
}

/** `release/1.5` → 1.5.0, `preprod/v1.5.2-rc.1` → 1.5.2; undefined where the last part is no version. */
function namedVersion(ref: string): string | undefined {
  const last = ref.slice(ref.lastIndexOf('/') + 1);
  if (!ref.includes('/')) return undefined;
  const whole = versionOfTag(/^v?\d+\.\d+$/.test(last) ? `${last}.0` : last);
  return whole === undefined ? undefined : core(whole);
}
