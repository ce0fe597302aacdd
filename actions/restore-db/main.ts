import { mainOrPost } from '../../lib/runtime/run-post.ts';
import { runAction } from '../../lib/runtime/run-action.ts';
import { parseInputs, secretInputs } from './inputs.ts';
import { post } from './post.ts';
import { report } from './report.ts';
import { restoreDb } from './run.ts';
import { wireRestoreDb } from './wire.ts';

const action = {
  name: 'restore-db',
  secrets: secretInputs,
  hasPost: true,
  parse: parseInputs,
  run: restoreDb,
  report,
};

await mainOrPost(() => runAction(action, wireRestoreDb), post);
