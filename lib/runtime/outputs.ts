import { appendTo } from './command-file.ts';
import { read } from './environment.ts';
import type { Env } from './environment.ts';
import type { StepLog } from './log.ts';
import type { Masks } from './masking.ts';

/**
 * Sets the outputs of this step. GitHub drops a job output that contains a masked value without failing
 * anything: that is said here, where the reader can still connect it to its cause.
 */
export function writeOutputs(
  env: Env,
  outputs: Readonly<Record<string, string>>,
  masks: Masks,
  log: StepLog,
): void {
  for (const [name, value] of Object.entries(outputs)) {
    if (masks.redact(value) !== value) {
      log.warn(`output ${name} contains a masked value; GitHub will drop it when it becomes a job output`);
    }
    appendTo(read(env, 'GITHUB_OUTPUT'), name, value);
  }
}
