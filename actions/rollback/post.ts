import { runPost } from '../../lib/runtime/run-post.ts';
import { finishLeft } from './finish.ts';
import { secretInputs } from './inputs.ts';
import { wireFinish } from './wire.ts';

/** After the job: finishes the rollback that a cancelled main began, and removes the step's files. */
export const post = (): Promise<void> =>
  runPost({ name: 'rollback', secrets: secretInputs, post: finishLeft }, wireFinish);
