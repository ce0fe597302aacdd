/** Whether an image that somebody built earlier may bear a release's tag. */
import { formatDuration } from '../duration.ts';
import type { Milliseconds } from '../duration.ts';
import type { ImageFacts } from '../tags/facts.ts';
import { labelNames } from './labels.ts';

export type Trust =
  | { readonly kind: 'trusted'; readonly why: string }
  | { readonly kind: 'untrusted'; readonly why: string };

export interface Candidate {
  readonly facts: ImageFacts;
  /** Undefined where no signature is asked for. */
  readonly signed: boolean | undefined;
}

/**
 * Any branch can push any `src-…` tag, so a release's tag reuses only what is signed, or what says that a ref built it
 * that may write releases: this run's own, or one that `refs` names. The label protects against mistakes, not against
 * somebody who writes it by hand; the signature does, where only releases can sign.
 */
export function trustIn(
  { facts, signed }: Candidate,
  { ref, refs, release }: { ref: string; refs: readonly string[]; release: boolean },
): Trust {
  if (!release) return { kind: 'trusted', why: 'no release tag is written' };
  if (signed === true) return { kind: 'trusted', why: 'its signature is good' };
  if (signed === false) return { kind: 'untrusted', why: 'it bears no good signature' };
  const builtBy = facts.ref ?? '';
  if (builtBy === '') return { kind: 'untrusted', why: `it has no label ${labelNames.ref}` };
  if (builtBy === ref) return { kind: 'trusted', why: `this ref built it, ${ref}` };
  return refs.some((pattern) => refMatches(pattern, builtBy))
    ? { kind: 'trusted', why: `${builtBy} built it` }
    : { kind: 'untrusted', why: `${builtBy} built it, which may not write releases (reuse-from)` };
}

export const refMatches = (pattern: string, ref: string): boolean =>
  new RegExp(`^${refExpression(pattern)}$`).test(ref);

/** A regular expression, also one of Go's: `*` stands for anything but a slash, `**` for anything. */
export const refExpression = (pattern: string): string =>
  pattern
    .replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\*{1,2}/g, (stars) => (stars === '**' ? '.*' : '[^/]*'));

/**
 * Tags by which a release is found: versions, `latest`, and what production runs. What runs before production is no
 * release yet: branches share commits, and `sha-<commit>` of one is what the next environment gets, too.
 */
export const isReleaseTag = (tag: string): boolean =>
  /^v?\d+(\.\d+){0,2}([-_.].*)?$/.test(tag) ||
  /(^|[-_.])v?\d+\.\d+\.\d+/.test(tag) ||
  /^(latest|stable)$/.test(tag) ||
  /^(prod|production|live)([-_.]|$)/.test(tag);

/**
 * Too old to stand in for a build, or of unknown age: a hash does not cover what RUN steps fetch from the network.
 * Undefined when it is young enough.
 */
export function tooOld(
  { builtAt }: ImageFacts,
  { now, maxAge }: { now: Milliseconds; maxAge: Milliseconds },
): string | undefined {
  const at = Date.parse(builtAt ?? '');
  if (Number.isNaN(at)) return `it does not say when it was built (${labelNames.builtAt})`;
  const age = now - at;
  return age > maxAge
    ? `it is ${formatDuration(age)} old, and max-age is ${formatDuration(maxAge)}`
    : undefined;
}
