import { runPost } from '../../lib/runtime/run-post.ts';
import { removeDesertedScratch } from '../../lib/wiring/scratch.ts';
import { finishLeft } from './finish.ts';
import { secretInputs } from './inputs.ts';
import { wireFinish } from './wire.ts';

/** After the job: drops the database that a cancelled or killed main had begun, and removes the step's files. */
export const post = (): Promise<void> =>
  runPost({ name: 'restore-db', secrets: secretInputs, post: finishLeft }, async (context) => {
    await removeDesertedScratch(context);
    return wireFinish(context);
  });
