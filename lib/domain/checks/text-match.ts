import { messageOf } from '../errors.ts';
import { kindOf, isMap } from './fields.ts';
import type { TextMatch } from './types.ts';

/**
 * Whether a pattern is found in a text. Throws when that takes too long: the engine backtracks, so a pattern such as
 * `/(a+)+$/` may need years for thirty letters, and would leave the step deaf to its deadline and its cancel.
 */
export type Finds = (pattern: RegExp, text: string) => boolean;

/** `ok` is contained, `/^ok/i` is a regular expression, `{equals: ok}` is all of it. A string result is what is wrong. */
export function readMatch(value: unknown): TextMatch | string {
  if (isMap(value) && typeof value['equals'] === 'string' && Object.keys(value).length === 1)
    return { equals: value['equals'] };
  if (typeof value !== 'string' && typeof value !== 'number')
    return `must be text, /a regular expression/ or {equals: text}, not ${kindOf(value)}`;
  const text = String(value);
  if (text === '') return 'is empty: every text contains that; {equals: ""} is an empty text';
  const [, source, flags] = /^\/(.+)\/([imsu]*)$/s.exec(text) ?? [];
  if (source === undefined) return { contains: text };
  try {
    return { matches: new RegExp(source, flags) };
  } catch (error) {
    return `is no regular expression: ${messageOf(error)}`;
  }
}

export function matchesText(text: string, match: TextMatch, finds: Finds): boolean {
  if ('contains' in match) return text.includes(match.contains);
  return 'equals' in match ? text.trim() === match.equals.trim() : finds(match.matches, text);
}

/** `contain "ok"`, for a sentence that begins with what should. */
export function sayMatch(match: TextMatch): string {
  if ('contains' in match) return `contain ${JSON.stringify(match.contains)}`;
  return 'equals' in match ? `be ${JSON.stringify(match.equals)}` : `match ${String(match.matches)}`;
}
