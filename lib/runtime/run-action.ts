import { CancelledError } from '../domain/errors.ts';
import { codeBlock, sections, verdictLine } from '../domain/report/markdown.ts';
import { isGreen, reportSchema } from '../domain/report/result.ts';
import type { Report, ReportFile, Result } from '../domain/report/result.ts';
import type { Env } from './environment.ts';
import { renderError } from './errors.ts';
import type { RenderedError } from './errors.ts';
import { processHost } from './host.ts';
import { openOrTell } from './open-or-tell.ts';
import { writeOutputs } from './outputs.ts';
import { checkPlatform } from './platform.ts';
import type { Context, Step } from './step.ts';
import { writeSummary } from './summary.ts';
import { stepTempDir } from './tempdir.ts';

/** One action: four functions, of which only `run` may do anything. */
export interface Action<Inputs, Ports, Outcome extends Result> {
  readonly name: string;
  /** Inputs that hold secrets: masked before anything is printed. */
  readonly secrets?: readonly string[];
  /** There is a post: when main is cancelled or crashes, post gets the temporary folder and removes it. */
  readonly hasPost?: boolean;
  /**
   * Others act upon this action's `failure` (they undo a release), so it must be the target's own answer: what is thrown
   * instead of returned (a wrong input, a tool that is missing, a defect of ours) is `inconclusive`.
   */
  readonly failsByAnswerOnly?: boolean;
  /** Throws ConfigurationError with every fault. `given` is what the workflow wrote, by lower-case name. */
  readonly parse: (given: Readonly<Record<string, string>>, env: Env) => Inputs;
  readonly run: (inputs: Inputs, ports: Ports) => Promise<Outcome>;
  readonly report: (outcome: Outcome, inputs: Inputs) => Report;
}

interface Ending extends Report {
  readonly outcome: Result;
  readonly error?: RenderedError;
}

/**
 * Runs an action as a step: inputs in; outputs, summary, JSON report and exit code out, whatever happens between.
 * `wire` makes the ports once the inputs are known to be right.
 */
export async function runAction<Inputs, Ports, Outcome extends Result>(
  action: Action<Inputs, Ports, Outcome>,
  wire: (context: Context, inputs: Inputs) => Ports | Promise<Ports>,
  host = processHost(),
): Promise<void> {
  const step = await openOrTell(action, host, stepTempDir);
  if (step === undefined) return;
  let ending: Ending;
  try {
    const { cancellation, crash } = step;
    const work = async (): Promise<Ending> => {
      checkPlatform(host);
      const inputs = action.parse(step.given, host.env);
      const outcome = cancelledIfAborted(await action.run(inputs, await wire(step.context, inputs)), step);
      return { outcome, ...action.report(outcome, inputs) };
    };
    ending = await Promise.race([work(), cancellation.lastCall, crash]);
  } catch (error) {
    ending = endedInError(action, error, step);
  }
  const green = isGreen(ending.outcome.result);
  if (action.hasPost === true && !green) step.context.temp.leaveToPost();
  await host.exit(finished(action.name, ending, step) && green ? 0 : 1);
}

/** False when the results could not be handed over (a full disk): a step that cannot say how it went is not green. */
function finished(name: string, ending: Ending, step: Step): boolean {
  try {
    finish(name, ending, step);
    return true;
  } catch (error) {
    const { text, trace } = renderError(name, error);
    step.context.log.untrusted(trace);
    step.context.log.annotate('error', text, name);
    return false;
  }
}

/** The run page will say "cancelled" of this step: so does the result, whatever the use case made of it. */
function cancelledIfAborted<Outcome extends Result>(outcome: Outcome, step: Step): Outcome {
  if (!step.context.signal.aborted || outcome.result === 'cancelled') return outcome;
  return { ...outcome, result: 'cancelled', reason: `cancelled; ${outcome.reason}` };
}

/** A tool that we ended complains in its own way: after a cancel every error is the cancel's, with its cause. */
function endedInError(
  { name, failsByAnswerOnly = false }: Pick<Action<never, never, never>, 'name' | 'failsByAnswerOnly'>,
  error: unknown,
  { context }: Step,
): Ending {
  const cancelled = context.signal.aborted && !(error instanceof CancelledError);
  const worded = renderError(name, cancelled ? new CancelledError(undefined, { cause: error }) : error);
  const unknown = failsByAnswerOnly && worded.result === 'failure';
  const rendered = unknown ? { ...worded, result: 'inconclusive' as const } : worded;
  const { result, reason, text } = rendered;
  const summary = sections(verdictLine(name, rendered), text.includes('\n') ? codeBlock(text) : '');
  return { outcome: { result, reason }, error: rendered, outputs: {}, summary };
}

function finish(name: string, ending: Ending, step: Step): void {
  const { context, masks, startedAt } = step;
  const { outcome, error, outputs, annotations = [], data } = ending;
  const { log, temp, env, clock, actor } = context;
  const endedAt = clock.now();

  if (error !== undefined && error.trace.length > 0) log.untrusted(error.trace);
  for (const { kind, message, title } of annotations) log.annotate(kind, message, title);
  const said = annotations.some(({ kind }) => kind === 'error');
  if (!isGreen(outcome.result) && !said)
    log.annotate('error', error?.text ?? `${name}: ${outcome.reason}`, `${name}: ${outcome.result}`);

  const file: ReportFile = {
    schema: reportSchema,
    action: name,
    result: outcome.result,
    reason: outcome.reason,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
    durationMs: endedAt - startedAt,
    by: actor,
    outputs,
    ...(error === undefined ? {} : { error: error.text }),
    ...(data === undefined ? {} : { data }),
  };
  const report = temp.keep(`${name}.json`, aLinePerKey(file));
  writeOutputs(
    env,
    { result: outcome.result, reason: masks.redact(outcome.reason), report, ...outputs },
    masks,
    log,
  );
  writeSummary(env, ending.summary, masks, log);
  temp.remove();
}

/** Observations make it long, and hiding secrets in it takes as long as it is: so without the white space. */
const aLinePerKey = (file: ReportFile): string => {
  const lines = Object.entries(file).map(
    ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  return `{\n${lines.join(',\n')}\n}\n`;
};
