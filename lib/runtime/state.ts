import type { StepState } from '../ports/files.ts';
import { appendTo } from './command-file.ts';
import { read } from './environment.ts';
import type { Env } from './environment.ts';
import type { Masks } from './masking.ts';

export interface State extends StepState {
  /** What main saved; only post sees it. Undefined when main never came so far. */
  get(name: string): string | undefined;
}

/**
 * State from main to post. The runner reads the file also when main was cancelled or killed, and the last value
 * of a name counts. It is kept in plain text: a value that contains a secret is a defect of ours and throws.
 */
export const stepState = (env: Env, masks: Masks): State => ({
  save(name, value) {
    if (masks.redact(value) !== value) throw new Error(`state ${name} would hold a secret`);
    appendTo(read(env, 'GITHUB_STATE'), name, value);
  },
  get: (name) => env[`STATE_${name}`],
});
