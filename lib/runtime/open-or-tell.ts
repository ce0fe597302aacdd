import { renderError } from './errors.ts';
import type { Host } from './host.ts';
import { stepLog } from './log.ts';
import { Masks } from './masking.ts';
import { openStep } from './step.ts';
import type { Step } from './step.ts';

/**
 * Opens the step. Undefined where there was no room even for its folder: then there is no file either for outputs or a
 * report, it is told in the log and as an annotation, and the process has been ended, red.
 */
export async function openOrTell(
  action: Parameters<typeof openStep>[0],
  host: Host,
  makeTemp: Parameters<typeof openStep>[2],
): Promise<Step | undefined> {
  try {
    return openStep(action, host, makeTemp);
  } catch (error) {
    const write = (text: string): void => host.write(text);
    const log = stepLog(write, new Masks(write, write), false);
    const { text, trace, result } = renderError(action.name, error);
    log.untrusted(trace);
    log.annotate('error', text, `${action.name}: ${result}`);
    await host.exit(1);
    return undefined;
  }
}
