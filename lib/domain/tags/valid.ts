/** What may be an image's tag: the grammar of the OCI distribution specification 1.1, `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`. */

/** Characters. */
const longestTag = 128;

const grammar = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

export const isTag = (text: string): boolean => grammar.test(text);

/** Why a registry would refuse it and what to write instead, as the problem of a Fault; undefined for a tag. */
export function tagProblem(text: string): string | undefined {
  if (isTag(text)) return undefined;
  if (text === '') return 'is empty';
  if (/^\s|\s$/.test(text)) return 'has white space around it';
  if (text.length > longestTag) return `has ${text.length} characters; a tag has at most ${longestTag}`;
  if (text.includes('+')) return `a tag cannot hold a +; write ${withoutPlus(text)}, as Helm does`;
  if (text.includes('/') || text.includes(':'))
    return `is more than a tag; the repository belongs to images, so write ${text.split(/[/:]/).at(-1) || 'the tag alone'}`;
  if (/^[.-]/.test(text)) return 'begins with a dot or a dash; a tag begins with a letter, a digit or _';
  const [wrong = ''] = /[^a-zA-Z0-9._-]/u.exec(text) ?? [];
  return `a tag cannot hold ${JSON.stringify(wrong)}; letters, digits, . _ and - are allowed`;
}

/**
 * A semantic version or a git tag as a tag: `1.4.2+build.7` → `1.4.2_build.7`. Helm maps chart versions so, and no two
 * versions become one, since a version itself has no `_`.
 */
export const withoutPlus = (text: string): string => text.replaceAll('+', '_');

/** A branch or a git tag as part of a tag: what a tag cannot hold becomes a dash, upper case stays. `feature/X` → `feature-X`. */
export const tagPart = (text: string): string =>
  withoutPlus(text)
    .replaceAll(/[^a-zA-Z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .replace(/[.-]+$/, '');
