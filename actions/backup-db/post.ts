import { runPost } from '../../lib/runtime/run-post.ts';
import { removeDesertedScratch } from '../../lib/wiring/scratch.ts';
import { secretInputs } from './inputs.ts';

/** Nothing to undo: what has no manifest is no backup, and the next run removes it. The step's files and children go. */
export const post = (): Promise<void> =>
  runPost({ name: 'backup-db', secrets: secretInputs }, removeDesertedScratch);
