/**
 * The kinds of failure that a person can act on: the author's mistake, a tool's, the platform's no; and the two that
 * prove nothing, an API out of reach and a cancel. Anything else that is thrown is a defect of ours and is shown with
 * its stack. `cause` is never dropped: the log prints the whole chain.
 */

/** One thing that is wrong with what the workflow's author wrote. */
export interface Fault {
  /** The input's name as written in the workflow, or the path inside a structured one: `gate[0].kind`. */
  readonly input: string;
  /** What was given, shown to the author; undefined where nothing was given or where it may be a secret. */
  readonly value?: string;
  /** What is wrong and what to do, as one line: `give a unit: 10s, 5m`. */
  readonly problem: string;
}

/** The workflow author's to mend: every fault at once, and the target is untouched. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[], options?: { cause?: unknown }) {
    super(faults.map((fault) => `${fault.input}: ${fault.problem}`).join('; '), options);
    this.faults = faults;
  }
}

/** More lines of proof, each a label and a text, printed as a small table. */
export type Details = readonly (readonly [label: string, text: string])[];

/** A tool on the runner ended badly. `argv` must hold no secret (promise 5: values travel in 0600 files). */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly argv: readonly string[];
  readonly exit: number | string;
  /** The last lines that the tool wrote, oldest first. */
  readonly lastLines: readonly string[];
  readonly remedy: string | undefined;
  readonly details: Details;

  constructor(
    message: string,
    detail: {
      argv: readonly string[];
      exit: number | string;
      lastLines: readonly string[];
      remedy?: string | undefined;
      details?: Details;
    },
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.argv = detail.argv;
    this.exit = detail.exit;
    this.lastLines = detail.lastLines;
    this.remedy = detail.remedy;
    this.details = detail.details ?? [];
  }
}

/** The platform said no: which object, why, what to do. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
  readonly subject: string;
  readonly remedy: string;
  readonly details: Details;

  constructor(
    message: string,
    detail: { subject: string; remedy: string; details?: Details },
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.subject = detail.subject;
    this.remedy = detail.remedy;
    this.details = detail.details ?? [];
  }
}

/** The API could not be asked at all (network, TLS, timeout): never a proof of anything, so never a verdict. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  readonly details: Details;

  constructor(message: string, { details = [], ...options }: { cause?: unknown; details?: Details } = {}) {
    super(message, options);
    this.details = details;
  }
}

/** The runner cancelled the step. `run.ts` lets it pass; the runtime turns it into `result: cancelled`. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
  readonly details: Details;

  constructor(
    message = 'the run was cancelled',
    { details = [], ...options }: { cause?: unknown; details?: Details } = {},
  ) {
    super(message, options);
    this.details = details;
  }
}

/**
 * The same kind of error with more to say, and the first as its cause: words after its own, lines after its own. The
 * author's mistakes and defects of ours stay as they are.
 */
export function saying(error: unknown, more: { suffix?: string; details?: Details }): unknown {
  const said = (message: string): string =>
    more.suffix === undefined ? message : `${message}; ${more.suffix}`;
  const all = (details: Details): Details => [...details, ...(more.details ?? [])];
  if (error instanceof TargetError) {
    const { message, subject, remedy, details } = error;
    return new TargetError(said(message), { subject, remedy, details: all(details) }, { cause: error });
  }
  if (error instanceof ToolError) {
    const { message, argv, exit, lastLines, remedy, details } = error;
    const detail = { argv, exit, lastLines, remedy, details: all(details) };
    return new ToolError(said(message), detail, { cause: error });
  }
  if (!(error instanceof UnreachableError || error instanceof CancelledError)) return error;
  const Kind = error instanceof UnreachableError ? UnreachableError : CancelledError;
  return new Kind(said(error.message), { details: all(error.details), cause: error });
}

/** What a thrown thing says. Network errors often have an empty message, and all they know in `code` or in a list. */
export function messageOf(thing: unknown): string {
  if (!(thing instanceof Error)) return String(thing);
  if (thing.message !== '') return thing.message;
  if (thing instanceof AggregateError) return thing.errors.map(messageOf).join('; ');
  return (thing as Error & { readonly code?: string }).code ?? thing.name;
}
