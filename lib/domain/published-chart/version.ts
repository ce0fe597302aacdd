import valid from 'semver/functions/valid.js';
import { isTag, withoutPlus } from '../tags/valid.ts';

/** What is wrong with a chart's version; undefined when nothing is. Helm wants semver 2, without a `v` in front. */
export function versionProblem(version: string): string | undefined {
  const strict = valid(version) === version.replace(/\+.*$/, '');
  if (strict && isTag(chartTag(version))) return undefined;
  const mended = strict ? null : valid(version, { loose: true });
  return mended === null
    ? 'must be a semantic version of at most 128 characters: 1.4.2, 1.4.2-dev.77'
    : `must be a semantic version: did you mean ${mended}?`;
}

/** The tag of a chart's version in a registry. Tags know no `+`; Helm writes `_` for it (helm.sh, *Use OCI-based registries*). */
export const chartTag = withoutPlus;
