import { runPost } from '../../lib/runtime/run-post.ts';
import { finishLeft } from './finish.ts';
import { secretInputs } from './inputs.ts';
import { wireFinish } from './wire.ts';

/** After the job: takes away the builder that a cancelled main left, and the step's files with the logins in them. */
export const post = (): Promise<void> =>
  runPost({ name: 'build-push', secrets: secretInputs, post: finishLeft }, wireFinish);
