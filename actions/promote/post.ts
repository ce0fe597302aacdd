import { runPost } from '../../lib/runtime/run-post.ts';
import { secretInputs } from './inputs.ts';

/** Nothing to undo: a copy without a tag harms nobody. The step's files, logins among them, are removed. */
export const post = (): Promise<void> => runPost({ name: 'promote', secrets: secretInputs }, () => undefined);
