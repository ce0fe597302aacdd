import parse from 'semver/functions/parse.js';

/** The version that a git tag names: `v1.4.2-rc.1` and `1.4.2` do, `v1.2`, `v01.2.3` and `latest` do not. Keeps `+build`. */
export function versionOfTag(tag: string): string | undefined {
  const text = tag.replace(/^v/, '');
  return /^\d/.test(text) && parse(text) !== null ? text : undefined;
}

export const isPreRelease = (version: string): boolean => (parse(version)?.prerelease.length ?? 0) > 0;
