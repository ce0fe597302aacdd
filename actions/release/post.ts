import { runPost } from '../../lib/runtime/run-post.ts';
import { finishLeft } from './finish.ts';
import { secretInputs } from './inputs.ts';
import { wireFinish } from './wire.ts';

/** After the job: finishes or takes back what a main that ended early has left, and removes the step's files. */
export const post = (): Promise<void> =>
  runPost({ name: 'release', secrets: secretInputs, post: finishLeft }, wireFinish);
