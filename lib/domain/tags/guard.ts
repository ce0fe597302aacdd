/** May this tag be written? Asked before a build, before the write, and after it. */
import type { ImageFacts } from './facts.ts';
import { floatingKind, staysBecause } from './floating.ts';

/**
 * `immutable`: once written it never changes. `fail`: must not be there with another image. `overwrite`: may be
 * anywhere. Floating tags (`latest`, `1`, `1.4`) have their own rule, unless a pattern calls them immutable.
 */
export type TagRule = 'immutable' | 'fail' | 'overwrite';

export interface WantedTag {
  readonly tag: string;
  readonly rule: TagRule;
}

/** What the tag shall stand for. */
export interface WantedImage {
  /** Undefined before a build. */
  readonly digest?: string;
  /** `sourceHash` only where another build of the same source will do; never when these very bytes are meant. */
  readonly facts: ImageFacts;
}

/** What the tag stands for in the registry. */
export interface SeenTag {
  readonly digest: string;
  /** Left out where `needsFacts` is false. */
  readonly facts?: ImageFacts;
}

export type TagDecision =
  | { readonly kind: 'write'; readonly over?: string }
  /** It stands for these bytes. */
  | { readonly kind: 'already'; readonly digest: string }
  /** Another run built the same source: take its digest, build nothing. */
  | { readonly kind: 'reuse'; readonly digest: string }
  | { readonly kind: 'in-the-way'; readonly digest: string; readonly why: string }
  /** A floating tag that would go backwards. `digest`: where it stays; undefined where it is not there. */
  | { readonly kind: 'stay'; readonly digest?: string; readonly why: string };

/** The patterns win; `if-exists` is for the rest. */
export const ruleFor = (
  tag: string,
  { isImmutable, ifExists }: { isImmutable: (tag: string) => boolean; ifExists: 'overwrite' | 'fail' },
): TagRule => (isImmutable(tag) ? 'immutable' : ifExists);

/** Immutable tags are written first, floating ones last: a reader of `latest` finds all that it may name. */
export function isFloating({ tag, rule }: WantedTag, { facts }: WantedImage): boolean {
  return rule !== 'immutable' && floatingKind(tag, facts.version) !== undefined;
}

/** Whether the decision leans on what the image under the tag says of itself: two or three more requests. */
export const needsFacts = (wanted: WantedTag, image: WantedImage): boolean =>
  isFloating(wanted, image) || (wanted.rule !== 'overwrite' && image.facts.sourceHash !== undefined);

/** `others`: the tags of the repository, needed for floating tags only. */
export function guard(
  wanted: WantedTag,
  image: WantedImage,
  seen: SeenTag | undefined,
  others: readonly string[] = [],
): TagDecision {
  if (seen !== undefined && seen.digest === image.digest) return { kind: 'already', digest: seen.digest };
  const over = seen === undefined ? {} : { over: seen.digest };
  if (isFloating(wanted, image)) {
    const why = staysBecause(wanted.tag, image.facts, seen?.facts, others);
    const stays = seen === undefined ? {} : { digest: seen.digest };
    return why === undefined ? { kind: 'write', ...over } : { kind: 'stay', ...stays, why };
  }
  if (seen === undefined || wanted.rule === 'overwrite') return { kind: 'write', ...over };
  const { sourceHash } = image.facts;
  if (sourceHash !== undefined && seen.facts?.sourceHash === sourceHash)
    return { kind: 'reuse', digest: seen.digest };
  return { kind: 'in-the-way', digest: seen.digest, why: reasons[wanted.rule] };
}

const reasons = {
  immutable: 'it is immutable, and stands for another image',
  fail: 'if-exists is fail, and it stands for another image',
} as const;
