import type { Evidence, Failure, LogTail } from './types.ts';

type Hide = (text: string) => string;

/**
 * The evidence without what `hide` knows to be secret: whoever wrote a log line or an event may have quoted it. Names
 * stay, for a Secret often holds the name of its owner.
 */
export const hideIn = ({ failures, missing }: Evidence, hide: Hide): Evidence => ({
  failures: failures.map((failure) => hideInFailure(failure, hide)),
  missing: missing.map(hide),
});

function hideInFailure(failure: Failure, hide: Hide): Failure {
  const { cause, remedy, containers, events, logs, changes } = failure;
  return {
    ...failure,
    cause: hide(cause),
    remedy: hide(remedy),
    containers: containers.map(({ state, last, ...rest }) => ({
      ...rest,
      state: hide(state),
      last: hide(last),
    })),
    events: events.map(({ message, ...rest }) => ({ ...rest, message: hide(message) })),
    logs: logs.map((log) => ({ ...log, lines: hideInLines(log, hide) })),
    changes: changes.map(hide),
  };
}

/** A secret of several lines is found only where they stand together; a short one only where it is the whole line. */
const hideInLines = ({ lines }: LogTail, hide: Hide): string[] =>
  lines.length === 0 ? [] : hide(lines.join('\n')).split('\n').map(hide);
