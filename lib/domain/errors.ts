/**
 * The three kinds of failure that a person can act on. Anything else that is thrown is a defect of ours
 * and is shown with its stack. `cause` is never dropped: the log prints the whole chain.
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

/** A tool on the runner ended badly. `argv` must hold no secret (promise 5: values travel in 0600 files). */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly argv: readonly string[];
  readonly exit: number | string;
  /** The last lines that the tool wrote, oldest first. */
  readonly lastLines: readonly string[];
  readonly remedy: string | undefined;

  constructor(
    message: string,
    detail: { argv: readonly string[]; exit: number | string; lastLines: readonly string[]; remedy?: string },
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.argv = detail.argv;
    this.exit = detail.exit;
    this.lastLines = detail.lastLines;
    this.remedy = detail.remedy;
  }
}

/** The platform said no: which object, why, what to do. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
  readonly subject: string;
  readonly remedy: string;
  /** More lines of proof, each a label and a text, printed as a small table. */
  readonly details: readonly (readonly [label: string, text: string])[];

  constructor(
    message: string,
    detail: { subject: string; remedy: string; details?: readonly (readonly [string, string])[] },
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
}

/** The runner cancelled the step. `run.ts` lets it pass; the runtime turns it into `result: cancelled`. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
  constructor(message = 'the run was cancelled') {
    super(message);
  }
}
