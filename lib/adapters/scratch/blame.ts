import { CancelledError, TargetError, ToolError } from '../../domain/errors.ts';
import type { Database } from '../../ports/database.ts';

/**
 * The database of a scratch server, whose failures are told by their cause: where the server itself is gone, that is
 * what `why` says, and not that a tool lost its connection.
 */
export function blamingServer(
  database: Database,
  why: (error: unknown) => Promise<Error | undefined> | Error | undefined,
  full: { readonly subject: string; readonly remedy: string },
): Database {
  const explained = async (error: unknown): Promise<never> => {
    if (error instanceof CancelledError) throw error;
    const cause = await why(error);
    if (cause === undefined) throw isFull(error) ? noRoomLeft(error, full) : error;
    cause.cause ??= error;
    throw cause;
  };
  return new Proxy(database, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(member, target, given);
        return answer instanceof Promise ? answer.catch(explained) : answer;
      };
    },
  });
}

/** In the words of whichever tool met it first: the adapter's own are about a server that is to be kept. */
const fullForm = /no space left on device|\bErrcode: 28\b|The table '.*' is full/i;

function isFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const lines = error instanceof ToolError ? error.lastLines : [];
  return fullForm.test([error.message, ...lines].join('\n')) || isFull(error.cause);
}

const noRoomLeft = (cause: unknown, { subject, remedy }: { subject: string; remedy: string }): TargetError =>
  new TargetError('the room of the scratch server is used up', { subject, remedy }, { cause });
