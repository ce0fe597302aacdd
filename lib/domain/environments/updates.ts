/** A newer version than the one that runs, among the tags of a repository. */
import { compare, gt, parse, rcompare, satisfies, validRange as rangeOf } from 'semver';
import { versionOfTag } from './version-tag.ts';

export const validRange = (range: string): boolean => rangeOf(range) !== null;

export interface Candidate {
  /** As the registry has it. */
  readonly tag: string;
  readonly version: string;
}

/** A registry has `1.4.2_7` where the version is `1.4.2+7` (Helm writes chart versions so). Tags of other kinds are left out. */
export function candidatesOf(tags: readonly string[]): Candidate[] {
  return tags
    .flatMap((tag) => {
      const version = versionOfTag(tag.replaceAll('_', '+'));
      return version === undefined ? [] : [{ tag, version }];
    })
    .sort((a, b) => rcompare(a.version, b.version) || a.tag.localeCompare(b.tag));
}

/** Those that the range takes, newest first; pre-releases only where the range names one, as everywhere in semver. */
export const within = (candidates: readonly Candidate[], range: string): Candidate[] =>
  candidates.filter(({ version }) => satisfies(version, range));

/** What runs, as the workflow says it. */
export type Running =
  | { readonly kind: 'none' }
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'digest'; readonly digest: string };

/** `1.4.2`, `v1.4.2`, a digest, an image reference that ends in either, or `none`; undefined where it is nothing of it. */
export function parseRunning(text: string): Running | undefined {
  if (text === 'none') return { kind: 'none' };
  const digest = /(?:^|@)(sha256:[0-9a-f]{64})$/.exec(text)?.[1];
  if (digest !== undefined) return { kind: 'digest', digest };
  const version = versionOfTag(text.slice(text.lastIndexOf(':') + 1).replaceAll('_', '+'));
  return version === undefined ? undefined : { kind: 'version', version };
}

export type Update =
  | { readonly kind: 'newer'; readonly to: Candidate; readonly why: string }
  | { readonly kind: 'stay'; readonly why: string };

/** `running`: undefined where nothing runs. `all`: also the versions that the range does not take, to name the newest. */
export function chooseUpdate(running: string | undefined, all: readonly Candidate[], range: string): Update {
  const [newest] = within(all, range);
  if (newest === undefined) return { kind: 'stay', why: noneWithin(all, range) };
  if (running === undefined)
    return { kind: 'newer', to: newest, why: `${newest.version} is there and nothing runs` };
  if (gt(newest.version, running))
    return { kind: 'newer', to: newest, why: `${newest.version} is newer than ${running}, which runs` };
  const why =
    compare(newest.version, running) === 0
      ? `${running} runs and is the newest${rangeSaid(range)}`
      : `${running} runs and is newer than ${newest.version}, the newest${rangeSaid(range)}`;
  return { kind: 'stay', why };
}

const rangeSaid = (range: string): string => (range === '*' ? '' : ` within ${range}`);

function noneWithin([newest]: readonly Candidate[], range: string): string {
  if (newest === undefined) return 'no tag there is a version';
  const pre = (parse(newest.version)?.prerelease.length ?? 0) > 0 ? ', a pre-release' : '';
  return `no version there is within ${range}; the newest is ${newest.version}${pre}`;
}
