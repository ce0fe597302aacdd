import satisfies from 'semver/functions/satisfies.js';
import validRange from 'semver/ranges/valid.js';

/**
 * Whether a chart's `kubeVersion` allows a server version such as `v1.34.4-eks-113cf36`. A range that cannot be
 * read here is let through: Helm itself decides while rendering.
 *
 * Follows Helm's library (Masterminds/semver): a comma or a space means *and*, `||` means *or*, and a version
 * with a suffix (a pre-release for semver, which every managed cluster reports) only satisfies a group in which
 * some bound has one too: the `-0` of `>=1.25.0-0`.
 */
export function checkKubeVersion(range: string, serverVersion: string): { ok: boolean } {
  if (range.trim() === '') return { ok: true };
  const groups = range.split('||').map(readGroup);
  return { ok: groups.some((group) => group === undefined || satisfiesGroup(group, serverVersion)) };
}

interface Group {
  readonly range: string;
  readonly not: readonly string[];
  /** Some bound names a pre-release. */
  readonly prereleases: boolean;
}

function readGroup(text: string): Group | undefined {
  const not: string[] = [];
  const range = text
    .replace(/!=\s*(\S+?)(?=[,\s]|$)/g, (_, version: string) => {
      not.push(version);
      return '';
    })
    .replaceAll(',', ' ')
    .replace(/=([<>])/g, '$1=')
    .replace(/~>\s*/g, '~')
    .trim();
  const readable = [range, ...not].every((part) => validRange(part) !== null);
  return readable ? { range, not, prereleases: /\d-[0-9A-Za-z]/.test(text) } : undefined;
}

function satisfiesGroup({ range, not, prereleases }: Group, serverVersion: string): boolean {
  const version = serverVersion.replace(/^v/, '');
  if (version.split('+')[0]?.includes('-') && !prereleases) return false;
  const options = { includePrerelease: prereleases };
  return satisfies(version, range, options) && !not.some((other) => satisfies(version, other, options));
}
