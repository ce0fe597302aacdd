import { runPost } from '../../lib/runtime/run-post.ts';
import { secretInputs } from './inputs.ts';

/** Nothing to undo: what a killed main left at work is ended, and the step's files are removed. */
export const post = (): Promise<void> =>
  runPost({ name: 'smoke-test', secrets: secretInputs }, () => undefined);
