import { cleanPath } from './clean.ts';
import { broken } from './go-regexp.ts';
import { readPattern } from './pattern.ts';
import type { Pattern } from './pattern.ts';

/** Which patterns a folder matched, in their order: its contents need not be asked again. */
export type Matched = readonly boolean[];

export interface Judgement {
  readonly ignored: boolean;
  readonly matched: Matched;
}

export interface IgnoreRules {
  /**
   * Whether a path (from the context's root, with slashes) stays behind. `parent` is what was said of its folder,
   * undefined right below the root.
   */
  readonly judge: (path: string, parent: Matched | undefined) => Judgement;
  /** Whether an exception can lie below a folder that is ignored; if not, nobody need look inside. */
  readonly mayHoldExceptions: (folder: string) => boolean;
}

/**
 * What a .dockerignore file keeps from a build, as BuildKit decides it (moby/patternmatcher, tonistiigi/fsutil): the
 * last pattern that matches wins, and a folder's match holds for what is below it. Throws Unhashable for a pattern
 * that BuildKit refuses.
 */
export function readIgnoreFile(text: string): IgnoreRules {
  return rulesOf(lines(text).map(readLine));
}

const byteOrderMark = '\ufeff';

function lines(text: string): string[] {
  return (text.startsWith(byteOrderMark) ? text.slice(1) : text)
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/**
 * `/a`, `a/` and `./a` are `a`. BuildKit reads a line twice: once out of the file (moby/patternmatcher/ignorefile), and
 * again as a pattern, where what the first reading laid bare has its meaning: `/!a` is an exception.
 */
function readLine(line: string): Pattern {
  const inFile = line.startsWith('!') ? `!${unrooted(line.slice(1).trim())}` : unrooted(line);
  const pattern = cleanPath(inFile.trim());
  if (pattern === '!') throw broken(line);
  return pattern.startsWith('!') ? readPattern(pattern.slice(1), true) : readPattern(pattern, false);
}

function unrooted(written: string): string {
  const cleaned = written === '' ? '' : cleanPath(written);
  return cleaned.length > 1 && cleaned.startsWith('/') ? cleaned.slice(1) : cleaned;
}

function rulesOf(patterns: readonly Pattern[]): IgnoreRules {
  const exceptions = patterns
    .filter(({ exception }) => exception)
    .map(({ text }) => withoutTrailingGlob(text));
  const allPlain = exceptions.every((text) => !/[*[\]?^\\]/.test(text));
  return {
    judge: (path, parent) => judge(patterns, path, parent),
    mayHoldExceptions: (folder) =>
      !allPlain || exceptions.some((text) => `${text}/`.startsWith(`${folder}/`)),
  };
}

const withoutTrailingGlob = (text: string): string => text.replace(/\/\*\*$/, '').replace(/\/\*$/, '');

/**
 * moby's `MatchesUsingParentResults`. A pattern that could change nothing is not asked, and then counts as unmatched
 * for what lies below, too: that is moby's behaviour, so it is ours.
 */
function judge(patterns: readonly Pattern[], path: string, parent: Matched | undefined): Judgement {
  let ignored = false;
  const matched = patterns.map((pattern, index) => {
    const match = parent?.[index] === true || (pattern.exception === ignored && pattern.matches(path));
    if (match) ignored = !pattern.exception;
    return match;
  });
  return { ignored, matched };
}
