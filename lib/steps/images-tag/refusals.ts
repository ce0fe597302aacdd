/** What is said when tags cannot be written, or were not all written. */
import { messageOf, saying, TargetError } from '../../domain/errors.ts';
import { formatImageRef } from '../../domain/image-ref.ts';
import type { ImageRef } from '../../domain/image-ref.ts';
import type { CheckedTag } from './check.ts';

/** Every tag that stands for another image and must not be moved, as one error; undefined when none does. */
export function inTheWay(checked: readonly CheckedTag[]): TargetError | undefined {
  const details = checked.flatMap(({ ref, decision }) =>
    decision.kind === 'in-the-way'
      ? [[formatImageRef(ref), `${decision.digest}: ${decision.why}`] as const]
      : [],
  );
  const [first] = details;
  if (first === undefined) return undefined;
  const what = details.length === 1 ? `${first[0]} is taken` : `${details.length} tags are taken`;
  return new TargetError(`${what}; nothing was tagged`, {
    subject: first[0],
    remedy: 'take another tag: what others may have pulled by this one stays as it is',
    details,
  });
}

/** The other run was faster, or slower: either way one of the two digests is not where its run thinks it is. */
export const lostRace = (ref: ImageRef, ours: string, theirs: string | undefined): TargetError =>
  new TargetError(`${formatImageRef(ref)} was written by another run at the same time`, {
    subject: formatImageRef(ref),
    remedy:
      'let one run at a time write this tag (concurrency: in the workflow), or switch on tag immutability in the registry',
    details: [
      ['ours', ours],
      ['there', theirs ?? 'nothing: it was removed'],
    ],
  });

/** The same error, saying what was tagged before it went wrong, and what was not. */
export function halfWay(error: unknown, written: readonly ImageRef[], missing: readonly ImageRef[]): unknown {
  if (written.length === 0) return error;
  const details = [
    ['tagged', written.map(formatImageRef).join(', ')],
    ['not tagged', missing.map(formatImageRef).join(', ') || 'nothing'],
    ['re-run', 'what was tagged already is left as it is'],
  ] as const;
  const suffix = 'not every tag was written';
  const worded = saying(error, { suffix, details });
  if (worded !== error) return worded;
  const detail = { subject: 'the tags', remedy: 'see the cause', details };
  return new TargetError(`${messageOf(error)}; ${suffix}`, detail, { cause: error });
}
