import { CancelledError, TargetError, ToolError, UnreachableError } from '../../lib/domain/errors.ts';

/**
 * The same error, saying what was pushed: nothing is deleted, for a digest may be shared. A write of tags that failed
 * half-way says itself which are there; one that was cancelled (`tagging`) does not know.
 */
export function naming(error: unknown, ref: string, tagging: boolean): unknown {
  if (error instanceof UnreachableError && error.message.includes('; tagged: ')) return error;
  const left = `${ref} was pushed and left without a tag`;
  const options = { cause: error };
  if (error instanceof CancelledError)
    return Object.assign(new CancelledError(`${error.message}; ${tagging ? unsure(ref) : left}`), options);
  if (error instanceof UnreachableError) return new UnreachableError(`${error.message}; ${left}`, options);
  if (error instanceof ToolError) return new ToolError(`${error.message}; ${left}`, detailOf(error), options);
  if (!(error instanceof TargetError) || error.details.some(([label]) => label === 'tagged')) return error;
  const { subject, remedy, details } = error;
  return new TargetError(
    error.message,
    { subject, remedy, details: [...details, ['untagged', ref]] },
    options,
  );
}

const unsure = (ref: string): string =>
  `${ref} was pushed, and its tags may not all be there: a re-run writes the rest`;

const detailOf = ({
  argv,
  exit,
  lastLines,
  remedy,
}: ToolError): ConstructorParameters<typeof ToolError>[1] => ({
  argv,
  exit,
  lastLines,
  ...(remedy === undefined ? {} : { remedy }),
});
