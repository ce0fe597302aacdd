/** Which tags are never moved: patterns such as `v*`, `sha-*`, `{env}-{run_id}`. */
import { templateProblem } from './template.ts';
import type { TagField } from './template.ts';

export interface TagPattern {
  /** As it was written. */
  readonly text: string;
  readonly matches: (tag: string) => boolean;
}

export type ParsedPattern =
  | { readonly kind: 'pattern'; readonly pattern: TagPattern }
  /** `problem` is that of a Fault whose value is the pattern. */
  | { readonly kind: 'problem'; readonly problem: string };

/** Releases, commits, and what each run built: the same name must go on standing for the same bytes. */
export const usualImmutable: readonly string[] = ['v*', 'sha-*', '{env}-{run_id}'];

/** What a place can have become. Whoever runs dev and prod from one file has both in mind with `{env}`. */
const forms: Readonly<Record<TagField, string>> = {
  env: '[a-zA-Z0-9_][a-zA-Z0-9._-]*',
  run_id: '[0-9]+',
  run_attempt: '[0-9]+',
  sha: '[0-9a-f]{40,64}',
  short_sha: '[0-9a-f]{7,40}',
  version: '[0-9]+\\.[0-9]+\\.[0-9]+[a-zA-Z0-9._-]*',
  major: '[0-9]+',
  minor: '[0-9]+',
  branch: '[a-zA-Z0-9_][a-zA-Z0-9._-]*',
  tag: '[a-zA-Z0-9_][a-zA-Z0-9._-]*',
};

/** `*` stands for any letters of a tag, also none; a place for what a template writes there. All else is literal. */
export function parseTagPattern(text: string): ParsedPattern {
  const problem = /[?[\]!]/.test(text)
    ? 'only * and places such as {run_id} stand for other letters'
    : templateProblem(text.replaceAll('*', 'x'));
  if (problem !== undefined) return { kind: 'problem', problem };
  const source = text.replaceAll(/\{(\w+)\}|\*+|[^{*]/g, (part, field?: TagField) => {
    if (field !== undefined) return forms[field];
    return part.startsWith('*') ? '[a-zA-Z0-9._-]*' : part.replaceAll('.', '\\.');
  });
  const form = new RegExp(`^${source}$`);
  return { kind: 'pattern', pattern: { text, matches: (tag) => form.test(tag) } };
}

/** The first pattern that a tag fits, as it was written; undefined where the tag may be moved. */
export const patternOf = (tag: string, patterns: readonly TagPattern[]): string | undefined =>
  patterns.find((pattern) => pattern.matches(tag))?.text;
