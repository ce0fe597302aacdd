import { runPost } from '../../lib/runtime/run-post.ts';
import { secretInputs } from './inputs.ts';
import { finishLeft } from './finish.ts';
import { wireFinish } from './wire.ts';

/** After the job: finishes what a cancelled main left, and removes the step's files. */
export const post = (): Promise<void> =>
  runPost({ name: 'deploy-helm', secrets: secretInputs, post: finishLeft }, wireFinish);
