/**
 * Tags that are there to move: `latest`, `latest-<environment>`, and the series `1` and `1.4` of a version 1.4.2. They
 * move forward only. A registry's own push moves them wherever the last one to finish points
 * (docker/metadata-action#80, #326).
 */
import compare from 'semver/functions/compare.js';
import parse from 'semver/functions/parse.js';
import type { SemVer } from 'semver';
import type { ImageFacts } from './facts.ts';

export type FloatingKind = 'latest' | 'environment' | 'series';

/**
 * What kind of floating tag it is, if it is one. A bare number counts as a series only when it is one of the version's:
 * a run id is a number too.
 */
export function floatingKind(tag: string, version?: string): FloatingKind | undefined {
  if (tag === 'latest') return 'latest';
  if (/^latest[-.]./.test(tag)) return 'environment';
  const parsed = parse(version);
  if (parsed === null) return undefined;
  const { major, minor } = parsed;
  return [`${major}`, `${major}.${minor}`].includes(tag.replace(/^v/, '')) ? 'series' : undefined;
}

/**
 * Why a floating tag must not move to the candidate; undefined when it may.
 *
 * Two releases are ordered by version; where one of the two is no release (a branch's build, a pre-release) by the
 * date of the commit. `others` are the tags of the repository: a release that is there already holds back `latest` and
 * its series, whatever they point at now. What runs in one environment says nothing of another, so they do not hold
 * back `latest-<environment>`. Images without facts (not built by us) give way.
 */
export function staysBecause(
  tag: string,
  candidate: ImageFacts,
  current: ImageFacts | undefined,
  others: readonly string[],
): string | undefined {
  const kind = floatingKind(tag, candidate.version);
  if (kind === undefined) return undefined;
  const version = parse(candidate.version);
  if (kind !== 'environment' && version !== null && version.prerelease.length > 0)
    return `${version.version} is a pre-release, and those never move ${tag}`;

  const released = kind === 'environment' ? undefined : highest(others, tag, kind);
  if (version !== null && released !== undefined && compare(version, released) < 0)
    return `${released.version} is there already, and ${version.version} is lower`;
  return current === undefined ? undefined : behind(tag, kind, candidate, current);
}

/** The highest release among the tags that the floating tag could stand for. */
export function highest(
  tags: readonly string[],
  floating: string,
  kind = floatingKind(floating),
): SemVer | undefined {
  return tags
    .flatMap((tag) => stable(tag) ?? [])
    .filter((version) => kind !== 'series' || inSeries(version, floating))
    .sort(compare)
    .at(-1);
}

function behind(
  tag: string,
  kind: FloatingKind,
  candidate: ImageFacts,
  current: ImageFacts,
): string | undefined {
  const [ours, theirs] = [stable(candidate.version), stable(current.version)];
  const comparable = kind !== 'series' || (theirs !== undefined && inSeries(theirs, tag));
  if (ours !== undefined && theirs !== undefined && comparable) {
    const order = compare(ours, theirs);
    if (order > 0) return undefined;
    if (order < 0) return `it is at ${theirs.version}, and ${ours.version} is lower`;
  }
  const [ourDate, theirDate] = [dateOf(candidate), dateOf(current)];
  if (ourDate !== undefined && theirDate !== undefined)
    return ourDate < theirDate
      ? `it is at a commit of ${iso(theirDate)}, and this one is of ${iso(ourDate)}`
      : undefined;
  const theySay = theirs !== undefined || theirDate !== undefined;
  return theySay && ours === undefined
    ? 'nothing says that this image is newer: it lacks a version or the date of its commit in its labels'
    : undefined;
}

/** A release: `1.4.2`, `v1.4.2`, and `1.4.2_7` for 1.4.2+7, as tags have it. Pre-releases are none. */
function stable(text: string | undefined): SemVer | undefined {
  const version = parse(text?.replace('_', '+'));
  return version === null || version.prerelease.length > 0 ? undefined : version;
}

function inSeries({ major, minor }: SemVer, tag: string): boolean {
  const [wantedMajor, wantedMinor] = tag.replace(/^v/, '').split('.').map(Number);
  return major === wantedMajor && (wantedMinor === undefined || minor === wantedMinor);
}

function dateOf({ created }: ImageFacts): number | undefined {
  const at = Date.parse(created ?? '');
  return Number.isNaN(at) ? undefined : at;
}

const iso = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');
