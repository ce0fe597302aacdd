/**
 * Patterns as people know them from `on.push.branches` and `paths` of a workflow (docs.github.com, filter pattern cheat
 * sheet): `*` no slash, `**` anything, `?` and `+` repeat what is before them, `[0-9]`, a leading `!` takes away again.
 */

/** What patterns stand for: of branches and tags, or of files, where `api/**` means the folder `api` as a submodule, too. */
export type Filtered = 'ref' | 'path';

export interface Filter {
  /** As they were written. */
  readonly patterns: readonly string[];
  /** The last pattern that fits decides, as at GitHub. */
  readonly matches: (text: string) => boolean;
}

export const nothing: Filter = { patterns: [], matches: () => false };

interface Pattern {
  readonly takes: boolean;
  readonly form: RegExp;
}

/** A filter that fits what any of its patterns does. Throws for a pattern that `patternProblem` refuses. */
export function filterOf(patterns: readonly string[], of: Filtered): Filter {
  const read = patterns.map((pattern) => readPattern(pattern, of));
  return {
    patterns,
    matches: (text) => read.findLast(({ form }) => form.test(text))?.takes ?? false,
  };
}

/** Why it is no pattern, as the problem of a Fault; undefined for one that is. */
export function patternProblem(pattern: string, of: Filtered): string | undefined {
  const body = pattern.replace(/^!/, '');
  if (body === '') return 'is empty';
  if (of === 'ref' && body.startsWith('refs/'))
    return `write ${body.replace(/^refs\/(heads|tags)\//, '')}, without refs/`;
  if (of === 'path' && /^\.?\//.test(body))
    return `paths start at the root of the repository: ${body.replace(/^\.?\/+/, '')}`;
  if (of === 'path' && body.endsWith('/')) return `a folder is written ${body}**`;
  if (body.includes('{')) return 'braces stand for nothing here; write one pattern for each';
  try {
    readPattern(pattern, of);
    return undefined;
  } catch {
    return 'cannot be read; *, **, ?, + and [0-9] are as in on.push.branches of a workflow';
  }
}

function readPattern(pattern: string, of: Filtered): Pattern {
  const body = pattern.replace(/^!/, '');
  const source = body.replaceAll(
    /\\(.)|\/\*\*$|\*\*\/|\*\*|\*|\[[^\]]+\]|[?+]|[^\\]/g,
    (part, escaped?: string) => (escaped === undefined ? sourceOf(part, of) : literally(escaped)),
  );
  return { takes: !pattern.startsWith('!'), form: new RegExp(`^${source}$`, 'u') };
}

function sourceOf(part: string, of: Filtered): string {
  if (part === '/**') return of === 'path' ? '(?:/.*)?' : '/.*';
  if (part === '**/') return '(?:.*/)?';
  if (part === '**') return '.*';
  if (part === '*') return '[^/]*';
  // A bracket without its other half makes no expression, and so no pattern.
  if (['?', '+', '[', ']'].includes(part)) return part;
  return part.length > 1 ? part.replaceAll('\\', '\\\\') : literally(part);
}

const literally = (letter: string): string => letter.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
