/** What an error says of the image that was pushed: nothing is deleted, for a digest may be shared. */
import { CancelledError, saying } from '../../lib/domain/errors.ts';
import type { Details } from '../../lib/domain/errors.ts';

/** The same error, naming what was pushed and has no tag; as it is where it says itself what was tagged. */
export function withoutTag(error: unknown, ref: string): unknown {
  return saysTagged(error) ? error : saying(error, { suffix: `${ref} was pushed and left without a tag` });
}

/** A write of tags that failed half-way says itself which are there; one that was cancelled does not know. */
export function partlyTagged(error: unknown, ref: string): unknown {
  if (!(error instanceof CancelledError) || saysTagged(error)) return error;
  const suffix = `${ref} was pushed, and its tags may not all be there: a re-run writes the rest`;
  return saying(error, { suffix, details: [['tagged', 'not known']] });
}

const saysTagged = (error: unknown): boolean =>
  error instanceof Error &&
  'details' in error &&
  (error.details as Details).some(([label]) => label === 'tagged');
