import {
  CancelledError,
  ConfigurationError,
  messageOf,
  TargetError,
  ToolError,
  UnreachableError,
} from '../domain/errors.ts';
import { columns } from '../domain/report/columns.ts';
import type { Result, ResultKind } from '../domain/report/result.ts';

export interface RenderedError extends Result {
  /** What the person reads: a headline and aligned columns below it. */
  readonly text: string;
  /** For the log only: the chain of causes, and the stack where the defect is ours. */
  readonly trace: readonly string[];
}

type Row = readonly [label: string, text: string];

/** Words any thrown thing for the person who will read it at night. `action` begins the headline. */
export function renderError(action: string, error: unknown): RenderedError {
  const { result, reason, rows } = explain(error);
  return { result, reason, text: [`${action}: ${reason}`, ...rows].join('\n'), trace: traceOf(error) };
}

function explain(error: unknown): { result: ResultKind; reason: string; rows: string[] } {
  if (error instanceof ConfigurationError) {
    const count = error.faults.length;
    return {
      result: 'failure',
      reason: `${count === 1 ? '1 input is' : `${count} inputs are`} wrong; nothing was changed`,
      rows: columns(error.faults.map((fault) => [fault.input, fault.value ?? '', fault.problem])),
    };
  }
  if (error instanceof TargetError) {
    return {
      result: 'failure',
      reason: error.message,
      rows: labelled([['subject', error.subject], ...error.details, ['do', error.remedy]]),
    };
  }
  if (error instanceof ToolError) {
    return {
      result: 'failure',
      reason: error.message,
      rows: labelled([
        ['command', error.argv.join(' ')],
        ['exit', String(error.exit)],
        ['said', error.lastLines.join('\n')],
        ...error.details,
        ['do', error.remedy ?? 'see the lines above; the whole output is in the log'],
      ]),
    };
  }
  if (error instanceof UnreachableError) {
    return {
      result: 'inconclusive',
      reason: error.message,
      rows: labelled([
        ...causes(error),
        ...error.details,
        ['do', 'check the network between the runner and this address, then re-run the job'],
      ]),
    };
  }
  if (error instanceof CancelledError)
    return { result: 'cancelled', reason: error.message, rows: labelled(error.details) };
  const full = diskFullIn(error);
  if (full !== undefined) {
    return {
      result: 'failure',
      reason:
        full.path === undefined ? 'a disk of the runner is full' : `the runner’s disk is full: ${full.path}`,
      rows: labelled([
        ...causes(error),
        ['do', 'free room there (df -h on the runner), or use a runner with a larger disk'],
      ]),
    };
  }
  return {
    result: 'failure',
    reason: `internal error: ${messageOf(error)}`,
    rows: labelled([
      ...causes(error),
      ['do', 'this is a defect of Slipway: please report it with the stack in the log'],
    ]),
  };
}

/** ENOSPC, or EDQUOT of one account, of this machine's own files: wherever it was met, it is no defect of ours. */
const diskFullIn = (error: unknown): NodeJS.ErrnoException | undefined =>
  chain(error)
    .filter((each): each is NodeJS.ErrnoException => each instanceof Error)
    .find(({ code }) => code === 'ENOSPC' || code === 'EDQUOT');

const causes = (error: unknown): Row[] =>
  chain(error)
    .slice(1)
    .map((cause) => ['cause', messageOf(cause)]);

/** The error and its causes, outermost first; a circle ends it. */
function chain(error: unknown): unknown[] {
  const seen: unknown[] = [];
  for (let next = error; next !== undefined && next !== null && !seen.includes(next);) {
    seen.push(next);
    next = next instanceof Error ? next.cause : undefined;
  }
  return seen;
}

function traceOf(error: unknown): string[] {
  const known = [ConfigurationError, TargetError, ToolError, UnreachableError, CancelledError];
  const isKnown = (thing: unknown): boolean => known.some((kind) => thing instanceof kind);
  return chain(error).flatMap((thing, depth) => {
    if (depth === 0 && isKnown(thing)) return [];
    const stack =
      thing instanceof Error && !isKnown(thing) ? (thing.stack ?? messageOf(thing)) : messageOf(thing);
    return `${depth === 0 ? '' : 'caused by: '}${stack}`.split('\n');
  });
}

const labelled = (rows: readonly Row[]): string[] => columns(rows.filter(([, text]) => text !== ''));
