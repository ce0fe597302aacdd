import { kindOf, isMap } from './fields.ts';
import type { TextMatch } from './types.ts';

/** No more of a text than this is held against a regular expression: a bad one must not hang the step. */
const searched = 64 * 1024;

/** `ok` is contained, `/^ok/i` is a regular expression, `{equals: ok}` is all of it. A string result is what is wrong. */
export function readMatch(value: unknown): TextMatch | string {
  if (isMap(value) && typeof value['equals'] === 'string' && Object.keys(value).length === 1)
    return { equals: value['equals'] };
  if (typeof value !== 'string' && typeof value !== 'number')
    return `must be text, /a regular expression/ or {equals: text}, not ${kindOf(value)}`;
  const text = String(value);
  const [, source, flags] = /^\/(.+)\/([imsu]*)$/s.exec(text) ?? [];
  if (source === undefined) return { contains: text };
  try {
    return { matches: new RegExp(source, flags) };
  } catch (error) {
    return `is no regular expression: ${error instanceof Error ? error.message : String(error)}`;
  }
}

export function matchesText(text: string, match: TextMatch): boolean {
  if ('contains' in match) return text.includes(match.contains);
  return 'equals' in match
    ? text.trim() === match.equals.trim()
    : match.matches.test(text.slice(0, searched));
}

/** `contain "ok"`, for a sentence that begins with what should. */
export function sayMatch(match: TextMatch): string {
  if ('contains' in match) return `contain ${JSON.stringify(match.contains)}`;
  return 'equals' in match ? `be ${JSON.stringify(match.equals)}` : `match ${String(match.matches)}`;
}
